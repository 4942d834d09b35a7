import type { JobDefinition } from "@syncline/jobs";
import { eq } from "drizzle-orm";
import type { Executor } from "../database/open-database.ts";
import type { Conflict } from "../queries/get-conflict.ts";
import { runs } from "../schema/index.ts";

/** What the run that met a conflict was to do; null when it is gone. */
export async function definitionOfRun(
  db: Executor,
  { runId }: Pick<Conflict, "runId">,
): Promise<JobDefinition | null> {
  if (runId === null) return null;
  const [run] = await db.select({ definition: runs.definition }).from(runs).where(eq(runs.id, runId));
  return run?.definition ?? null;
}
