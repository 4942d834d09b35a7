import type { BodyInputOf, diffs, JobDefinition } from "@syncline/api";

/** What a job says of itself and a comparison that is made once does not. */
const JOB_ONLY: ReadonlySet<string> = new Set(["name", "kind", "description", "enabled", "schedule"]);

export function diffRequest(definition: JobDefinition): BodyInputOf<typeof diffs.startDiff> {
  const body = Object.fromEntries(Object.entries(definition).filter(([field]) => !JOB_ONLY.has(field)));
  return body as BodyInputOf<typeof diffs.startDiff>;
}
