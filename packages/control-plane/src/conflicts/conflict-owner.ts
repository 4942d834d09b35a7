import { and, eq, inArray, isNull, type SQL, sql } from "drizzle-orm";
import { conflicts } from "../schema/index.ts";

/** Whose inbox conflicts are in: their job's; without a job that of the run, which those that try it again share. */
export interface ConflictOwner {
  readonly jobId: string | null;
  readonly runId: string;
}

export function ownedConflicts({ jobId, runId }: ConflictOwner): SQL | undefined {
  if (jobId !== null) return eq(conflicts.jobId, jobId);
  const tries = sql`(WITH RECURSIVE tries (id) AS (
    SELECT ${runId}::uuid
    UNION SELECT r.retry_of FROM syncline_control.runs r JOIN tries t ON t.id = r.id WHERE r.retry_of IS NOT NULL
  ) SELECT id FROM tries)`;
  return and(isNull(conflicts.jobId), inArray(conflicts.runId, tries));
}
