import { sql } from "drizzle-orm";
import type { ControlPlane } from "../control-plane.ts";
import type { Transaction } from "../database/open-database.ts";
import { SERVICE, transact } from "../database/transact.ts";

/** Several processes may look at once; what one has noted the others see. */
const LOCK = 0x53594e46;

async function alone(tx: Transaction): Promise<void> {
  await tx.execute(sql`SELECT pg_advisory_xact_lock(${LOCK}::int, 0)`);
}

const ago = (milliseconds: number) => sql`now() - ${milliseconds}::bigint * interval '1 millisecond'`;

interface StaleJob {
  readonly id: string;
  readonly organization_id: string;
  readonly project_id: string;
  readonly name: string;
  readonly kind: string;
  readonly succeeded_at: string | null;
  readonly [column: string]: unknown;
}

/**
 * Tells (`job.stale`) of enabled jobs with a schedule that have not succeeded for so long, once until they succeed
 * again or are changed. Gives how many.
 */
export async function noteStaleJobs(
  cp: ControlPlane,
  { afterMs }: { readonly afterMs: number },
): Promise<number> {
  return transact(cp, SERVICE, async (change) => {
    await alone(change.tx);
    const stale = await change.tx.execute<StaleJob>(sql`
      SELECT job.id, job.organization_id, job.project_id, job.name, job.kind, last.succeeded_at
      FROM syncline_control.jobs job
      JOIN syncline_control.schedules schedule ON schedule.job_id = job.id
      CROSS JOIN LATERAL (
        SELECT max(run.finished_at) AS succeeded_at FROM syncline_control.runs run
        WHERE run.job_id = job.id AND run.state = 'succeeded'
      ) last
      WHERE job.enabled AND job.deleted_at IS NULL
        AND greatest(last.succeeded_at, job.updated_at) < ${ago(afterMs)}
        AND NOT EXISTS (
          SELECT FROM syncline_control.events event
          WHERE event.organization_id = job.organization_id AND event.type = 'job.stale'
            AND event.payload->>'jobId' = job.id::text
            AND event.at > greatest(last.succeeded_at, job.updated_at)
        )`);
    for (const job of stale)
      change.emit({
        organizationId: job.organization_id,
        type: "job.stale",
        payload: {
          jobId: job.id,
          projectId: job.project_id,
          name: job.name,
          kind: job.kind,
          succeededAt: job.succeeded_at === null ? null : new Date(job.succeeded_at).toISOString(),
        },
      });
    return stale.length;
  });
}

interface LostReplica {
  readonly worker_id: string;
  readonly organization_id: string;
  readonly name: string;
  readonly heartbeat_at: string;
  readonly [column: string]: unknown;
}

/** Tells (`replica.lost`) every organization, once, of workers that ended without saying so. Gives how many notes. */
export async function noteLostReplicas(
  cp: ControlPlane,
  { silentMs }: { readonly silentMs: number },
): Promise<number> {
  return transact(cp, SERVICE, async (change) => {
    await alone(change.tx);
    const lost = await change.tx.execute<LostReplica>(sql`
      SELECT worker.id AS worker_id, organization.id AS organization_id, worker.name, worker.heartbeat_at
      FROM syncline_control.workers worker CROSS JOIN syncline_control.organizations organization
      WHERE NOT worker.draining AND worker.heartbeat_at < ${ago(silentMs)}
        AND NOT EXISTS (
          SELECT FROM syncline_control.events event
          WHERE event.organization_id = organization.id AND event.type = 'replica.lost'
            AND event.payload->>'workerId' = worker.id::text
        )`);
    for (const replica of lost)
      change.emit({
        organizationId: replica.organization_id,
        type: "replica.lost",
        payload: {
          workerId: replica.worker_id,
          name: replica.name,
          heartbeatAt: new Date(replica.heartbeat_at).toISOString(),
        },
      });
    return lost.length;
  });
}
