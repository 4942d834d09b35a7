import { sql } from "drizzle-orm";
import type { ControlPlane, Scope } from "../control-plane.ts";
import { read } from "../database/transact.ts";
import { isUuid } from "../ids.ts";
import type { RunState } from "../run-machine/run-states.ts";

export interface LastRun {
  readonly id: string;
  readonly state: RunState;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

interface Row extends Record<string, unknown> {
  readonly job_id: string;
  readonly id: string;
  readonly state: RunState;
  readonly created: string;
  readonly finished: string | null;
}

/** The newest run of each of these jobs, whatever became of it, by job. */
export async function lastRuns(
  cp: ControlPlane,
  { organizationId, projectId }: Scope,
  jobIds: readonly string[],
): Promise<ReadonlyMap<string, LastRun>> {
  const ids = jobIds.filter(isUuid);
  if (ids.length === 0) return new Map();
  const rows = await read(cp, organizationId, (db) =>
    db.execute<Row>(sql`
      SELECT j.id AS job_id, r.id, r.state, (extract(epoch FROM r.created_at) * 1000)::bigint AS created,
             (extract(epoch FROM r.finished_at) * 1000)::bigint AS finished
      FROM syncline_control.jobs j, LATERAL (
        SELECT * FROM syncline_control.runs WHERE job_id = j.id ORDER BY created_at DESC, id DESC LIMIT 1) r
      WHERE j.organization_id = ${organizationId}::uuid AND j.project_id = ${projectId}::uuid
        AND j.id = ANY(${`{${ids.join()}}`}::uuid[])`),
  );
  return new Map(
    rows.map(({ job_id, id, state, created, finished }) => [
      job_id,
      {
        id,
        state,
        createdAt: new Date(Number(created)),
        finishedAt: finished === null ? null : new Date(Number(finished)),
      },
    ]),
  );
}
