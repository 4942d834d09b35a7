import type { JobKind } from "@syncline/jobs";
import { sql } from "drizzle-orm";
import type { ControlPlane, Scope } from "../control-plane.ts";
import { read } from "../database/transact.ts";
import type { RunState, RunTrigger } from "../run-machine/run-states.ts";
import type { RunProgress } from "../run-records.ts";

/** A run that has not ended, without what it does to single tables. */
export interface LiveRun {
  readonly id: string;
  readonly jobId: string | null;
  readonly name: string;
  readonly kind: JobKind;
  readonly state: RunState;
  readonly trigger: RunTrigger;
  readonly attempt: number;
  readonly source: string | null;
  readonly target: string | null;
  readonly waitsFor: string | null;
  readonly notBefore: Date | null;
  readonly requestedBy: string;
  readonly progress: Omit<RunProgress, "tables"> | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
}

/** Those at work first, then those that wait, oldest first; paused ones last. */
export async function liveRuns(
  cp: ControlPlane,
  { organizationId, projectId }: Scope,
  { limit }: { readonly limit: number },
): Promise<{ readonly items: readonly LiveRun[]; readonly total: number }> {
  const rows = await read(cp, organizationId, (db) =>
    db.execute<Row>(sql`
      SELECT id, job_id, definition->>'name' AS name, kind, state, trigger, attempt,
             definition->>'source' AS source, definition->>'target' AS target, waits_for, not_before, requested_by,
             progress - 'tables' AS progress, created_at, started_at, count(*) OVER ()::int AS total
      FROM syncline_control.runs
      WHERE finished_at IS NULL AND organization_id = ${organizationId}::uuid AND project_id = ${projectId}::uuid
      ORDER BY CASE WHEN state IN ('running', 'pausing', 'cancelling') THEN 0 WHEN state = 'paused' THEN 2 ELSE 1 END,
               created_at, id
      LIMIT ${limit}`),
  );
  return { items: rows.map(liveRunOf), total: rows[0]?.total ?? 0 };
}

interface Row extends Record<string, unknown> {
  readonly id: string;
  readonly job_id: string | null;
  readonly name: string;
  readonly kind: JobKind;
  readonly state: RunState;
  readonly trigger: RunTrigger;
  readonly attempt: number;
  readonly source: string | null;
  readonly target: string | null;
  readonly waits_for: string | null;
  readonly not_before: Date | string | null;
  readonly requested_by: string;
  readonly progress: Omit<RunProgress, "tables"> | null;
  readonly created_at: Date | string;
  readonly started_at: Date | string | null;
  readonly total: number;
}

const dateOf = (at: Date | string | null) => (at === null ? null : new Date(at));

function liveRunOf(row: Row): LiveRun {
  return {
    id: row.id,
    jobId: row.job_id,
    name: row.name,
    kind: row.kind,
    state: row.state,
    trigger: row.trigger,
    attempt: row.attempt,
    source: row.source,
    target: row.target,
    waitsFor: row.waits_for,
    notBefore: dateOf(row.not_before),
    requestedBy: row.requested_by,
    progress: row.progress,
    createdAt: new Date(row.created_at),
    startedAt: dateOf(row.started_at),
  };
}
