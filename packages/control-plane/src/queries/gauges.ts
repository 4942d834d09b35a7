import { sql } from "drizzle-orm";
import type { ControlPlane } from "../control-plane.ts";
import { read, SERVICE } from "../database/transact.ts";

export interface ServiceGauges {
  /** Seconds that the oldest unit which could run has waited; 0 without any. */
  readonly lagSeconds: number;
  readonly openConflicts: number;
}

/** Of all organizations, for metrics. */
export async function serviceGauges(cp: ControlPlane): Promise<ServiceGauges> {
  const [row] = await read(cp, SERVICE, (db) =>
    db.execute<{ lag: number | null; conflicts: number }>(sql`
      SELECT (SELECT extract(epoch FROM now() - min(greatest(u.created_at, r.created_at, tried.until)))::float8
              FROM syncline_control.work_units u JOIN syncline_control.runs r ON r.id = u.run_id
              LEFT JOIN LATERAL (SELECT max(a.finished_at) AS until FROM syncline_control.attempts a
                                 WHERE a.run_id = r.id) tried ON true
              WHERE u.state = 'ready' AND r.state IN ('queued', 'running') AND NOT EXISTS (
                SELECT FROM syncline_control.target_locks l WHERE l.organization_id = r.organization_id
                AND l.target_key = ANY (r.target_keys) AND l.run_id <> r.id)) AS lag,
             (SELECT count(*)::int FROM syncline_control.conflicts WHERE state = 'open') AS conflicts`),
  );
  return { lagSeconds: row?.lag ?? 0, openConflicts: row?.conflicts ?? 0 };
}

const JOBS = 1_000;

/** How long ago the enabled jobs of an organization succeeded last, or were made; for metrics. */
export async function secondsSinceSuccess(
  cp: ControlPlane,
  { organizationId }: { readonly organizationId: string },
): Promise<readonly { readonly job: string; readonly seconds: number }[]> {
  return read(cp, organizationId, (db) =>
    db.execute<{ job: string; seconds: number }>(sql`
      SELECT j.name AS job, extract(epoch FROM now() - coalesce(max(r.finished_at), j.created_at))::float8 AS seconds
      FROM syncline_control.jobs j
      LEFT JOIN syncline_control.runs r ON r.job_id = j.id AND r.state = 'succeeded'
      WHERE j.deleted_at IS NULL AND j.enabled AND j.organization_id = ${organizationId}
      GROUP BY j.id LIMIT ${JOBS}`),
  );
}
