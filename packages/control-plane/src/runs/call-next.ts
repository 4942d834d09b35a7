import { sql } from "drizzle-orm";
import type { Change } from "../database/change.ts";
import type { Run } from "../records.ts";

/** The first in line may wait for something else besides. */
const CALLED = 3;

/**
 * What waits for a target or a server that this run used is sent again at once, oldest first, instead of when its last
 * message is old. Never waits for a lock: whoever is left out is sent a little later.
 */
export async function callNext(change: Change, run: Run): Promise<void> {
  const called = await change.tx.execute(sql`
    UPDATE syncline_control.work_units SET dispatched_at = NULL WHERE id IN (
      SELECT u.id FROM syncline_control.work_units u JOIN syncline_control.runs r ON r.id = u.run_id
      WHERE u.state = 'ready' AND u.dispatched_at IS NOT NULL
        AND r.organization_id = ${run.organizationId}::uuid
        AND r.state IN ('queued', 'running') AND r.waits_for IS NOT NULL
        AND (r.target_keys && ${textArray(run.targetKeys)} OR r.server_keys && ${textArray(run.serverKeys)})
        AND NOT EXISTS (
          SELECT FROM syncline_control.target_locks l
          WHERE l.organization_id = r.organization_id AND l.target_key = ANY (r.target_keys) AND l.run_id <> r.id)
      ORDER BY r.created_at, u.position LIMIT ${CALLED} FOR UPDATE OF u SKIP LOCKED)
    RETURNING id`);
  if (called.length > 0) change.wake();
}

function textArray(values: readonly string[]) {
  return sql`ARRAY[${sql.join(
    values.map((value) => sql`${value}`),
    sql`, `,
  )}]::text[]`;
}
