import type { JobOf } from "@syncline/api";
import { jobCommand } from "../jobs/form/job-command.ts";

type Comparing = JobOf<"diff"> | JobOf<"watch">;

/** `syncline diff` with the options that mean the same as a definition, of a watch too. */
export function comparisonCommand(definition: Comparing): string {
  return jobCommand({ ...definition, kind: "diff" } as JobOf<"diff">) ?? "";
}
