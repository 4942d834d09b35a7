import { sql } from "drizzle-orm";
import type { ControlPlane } from "../control-plane.ts";
import { SERVICE, transact } from "../database/transact.ts";

const ROWS_A_TIME = 5_000;

/**
 * Removes conflicts that nobody can come back to, as they hold customers' rows: of jobs that were deleted and that no run
 * works on, of runs without a job that are gone, and those that were closed long ago. A row that was given to a job whose
 * base stays is not among these: the decision is remembered, or it would be asked for again.
 */
export async function removeConflicts(cp: ControlPlane, closedMs: number): Promise<number> {
  return transact(cp, SERVICE, async ({ tx }) => {
    const gone = await tx.execute(sql`
      DELETE FROM syncline_control.conflicts WHERE id IN (
        SELECT c.id FROM syncline_control.conflicts c LEFT JOIN syncline_control.jobs j ON j.id = c.job_id
        WHERE (c.job_id IS NULL AND c.run_id IS NULL)
           OR (j.deleted_at IS NOT NULL AND NOT EXISTS (
                SELECT FROM syncline_control.runs r WHERE r.job_id = j.id AND r.finished_at IS NULL))
           OR (c.closed_at < now() - ${closedMs}::bigint * interval '1 millisecond'
                AND NOT (c.state = 'applied' AND j.kind IN ('merge', 'copy', 'import') AND EXISTS (
                  SELECT FROM syncline_control.resolutions d WHERE d.conflict_id = c.id AND d.choice = 'row')))
        LIMIT ${ROWS_A_TIME} FOR UPDATE OF c SKIP LOCKED)`);
    return gone.count;
  });
}
