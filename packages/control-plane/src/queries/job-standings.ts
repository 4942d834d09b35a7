import type { JobKind } from "@syncline/jobs";
import { type SQL, sql } from "drizzle-orm";
import type { ControlPlane, Scope } from "../control-plane.ts";
import { read } from "../database/transact.ts";
import type { RunState } from "../run-machine/run-states.ts";
import type { RowCounts, StoredError } from "../run-records.ts";

export interface StandingRun {
  readonly id: string;
  readonly state: RunState;
  readonly createdAt: Date;
  readonly finishedAt: Date | null;
}

/** How a saved job stands, by its last runs and its open conflicts. */
export interface JobStanding {
  readonly jobId: string;
  readonly name: string;
  readonly kind: JobKind;
  readonly enabled: boolean;
  /** Locators; null where its kind has none. */
  readonly source: string | null;
  readonly target: string | null;
  /** Of a watching job: so many differences are put up with. */
  readonly tolerated: number;
  readonly nextFireAt: Date | null;
  readonly openConflicts: number;
  /** The newest, whatever it does. */
  readonly newest: StandingRun | null;
  /** The newest of the last runs that came to a result, be it a failure. */
  readonly decided:
    | (StandingRun & {
        readonly error: StoredError | null;
        /** Some of its tables failed. */
        readonly broken: boolean;
      })
    | null;
  /** The newest of the last runs that did all they should; of comparisons also one that stopped at its limit. */
  readonly whole:
    | (StandingRun & {
        readonly counts: RowCounts | null;
        /** Null: it left none, or that is removed. */
        readonly patchId: string | null;
        readonly complete: boolean;
      })
    | null;
}

/** So far back a job's runs are looked at: one whose last runs were all cancelled stands nowhere. */
const RUNS_A_JOB = 20;
const MOST_JOBS = 1_000;

/** Every saved job of a project, by name; how many there are beyond a thousand, `total` tells. */
export async function jobStandings(
  cp: ControlPlane,
  scope: Scope,
): Promise<{ readonly items: readonly JobStanding[]; readonly total: number }> {
  const rows = await read(cp, scope.organizationId, (db) => db.execute<Row>(standings(scope)));
  return { items: rows.map(standingOf), total: Number(rows[0]?.total ?? 0) };
}

function standings({ organizationId, projectId }: Scope): SQL {
  return sql`
    SELECT j.id, j.name, j.kind, j.enabled, j.definition->>'source' AS source, j.definition->>'target' AS target,
           coalesce((j.definition->>'alertAbove')::int, 0) AS tolerated,
           s.next_fire_at, j.total, last.newest, last.decided, last.whole,
           p.id AS patch_id, p.complete,
           (SELECT count(*)::int FROM syncline_control.conflicts c
            WHERE c.job_id = j.id AND c.state = 'open') AS open_conflicts
    FROM (SELECT *, count(*) OVER () AS total FROM syncline_control.jobs
          WHERE organization_id = ${organizationId}::uuid AND project_id = ${projectId}::uuid AND deleted_at IS NULL
          ORDER BY name LIMIT ${MOST_JOBS}) j
    LEFT JOIN syncline_control.schedules s ON s.job_id = j.id
    LEFT JOIN LATERAL (
      SELECT (array_agg(r.told ORDER BY r.created_at DESC, r.id DESC))[1] AS newest,
             (array_agg(r.told ORDER BY r.created_at DESC, r.id DESC)
              FILTER (WHERE r.state IN ('succeeded', 'partial', 'conflicted', 'failed', 'dead')))[1] AS decided,
             (array_agg(r.told ORDER BY r.created_at DESC, r.id DESC)
              FILTER (WHERE r.state IN ('succeeded', 'conflicted')
                      OR r.state = 'partial' AND j.kind IN ('diff', 'watch')))[1] AS whole
      FROM (SELECT id, state, created_at,
                   jsonb_build_object('id', id, 'state', state, 'error', error, 'counts', summary->'counts',
                     'patch', summary->>'patchId',
                     'broken', jsonb_path_exists(summary, '$.tables[*].error ? (@ != null)'), 'created', (extract(epoch FROM created_at) * 1000)::bigint,
                     'finished', (extract(epoch FROM finished_at) * 1000)::bigint) AS told
            FROM syncline_control.runs WHERE job_id = j.id
            ORDER BY created_at DESC, id DESC LIMIT ${RUNS_A_JOB}) r) last ON true
    LEFT JOIN syncline_control.patches p ON p.id = (last.whole->>'patch')::uuid AND p.removed_at IS NULL
    ORDER BY j.name`;
}

interface Told {
  readonly id: string;
  readonly state: RunState;
  readonly error: StoredError | null;
  readonly counts: RowCounts | null;
  readonly broken: boolean | null;
  readonly created: number;
  readonly finished: number | null;
}

interface Row extends Record<string, unknown> {
  readonly id: string;
  readonly name: string;
  readonly kind: JobKind;
  readonly enabled: boolean;
  readonly source: string | null;
  readonly target: string | null;
  readonly tolerated: number;
  readonly next_fire_at: Date | string | null;
  readonly total: string;
  readonly newest: Told | null;
  readonly decided: Told | null;
  readonly whole: Told | null;
  readonly patch_id: string | null;
  readonly complete: boolean | null;
  readonly open_conflicts: number;
}

function standingOf(row: Row): JobStanding {
  const { newest, decided, whole } = row;
  return {
    jobId: row.id,
    name: row.name,
    kind: row.kind,
    enabled: row.enabled,
    source: row.source,
    target: row.target,
    tolerated: row.tolerated,
    nextFireAt: row.next_fire_at === null ? null : new Date(row.next_fire_at),
    openConflicts: row.open_conflicts,
    newest: newest && runOf(newest),
    decided: decided && { ...runOf(decided), error: decided.error, broken: decided.broken === true },
    whole: whole && {
      ...runOf(whole),
      counts: whole.counts,
      patchId: row.patch_id,
      complete: row.complete ?? true,
    },
  };
}

function runOf({ id, state, created, finished }: Told): StandingRun {
  return {
    id,
    state,
    createdAt: new Date(created),
    finishedAt: finished === null ? null : new Date(finished),
  };
}
