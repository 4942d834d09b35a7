import type { JobKind } from "@syncline/jobs";
import { type SQL, sql } from "drizzle-orm";
import type { ControlPlane, Scope } from "../control-plane.ts";
import { read } from "../database/transact.ts";
import type { ChangedField } from "../jobs/changed-fields.ts";
import { type PageInput, readLimit } from "../paging.ts";
import type { RunState, RunTrigger } from "../run-machine/run-states.ts";
import type { RowCounts, StoredError } from "../run-records.ts";
import { getJob } from "./get-job.ts";
import {
  cutTimeline,
  formatTimelinePosition,
  newestFirst,
  readTimelinePosition,
} from "./timeline-position.ts";

export const TIMELINE_KINDS = ["run", "edit", "review", "conflicts", "hook", "pair"] as const;
export type TimelineKind = (typeof TIMELINE_KINDS)[number];

export interface JobTimelineInput extends PageInput {
  readonly jobId: string;
  readonly kinds: readonly TimelineKind[];
}

export interface RunTold {
  readonly id: string;
  readonly kind: JobKind;
  readonly state: RunState;
  readonly trigger: RunTrigger;
  readonly attempt: number;
  readonly retryOf: string | null;
  readonly reviewId: string | null;
  /** Milliseconds since 1970. */
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly counts: RowCounts | null;
  readonly patchId: string | null;
  readonly error: StoredError | null;
}

/** An audit entry about the job itself. */
export interface EditTold {
  readonly action: string;
  readonly detail: {
    readonly version?: number;
    readonly origin?: "api" | "config";
    readonly reason?: string;
    /** Absent in entries of older versions. */
    readonly fields?: readonly ChangedField[];
    readonly cycle?: number;
  };
}

/** An audit entry about a review of the job, or of what one of its runs found. */
export interface ReviewTold {
  readonly action: string;
  readonly review: {
    readonly id: string;
    readonly number: number;
    readonly title: string;
    readonly environment: string | null;
  };
  readonly runId: string | null;
  readonly reason: string | null;
}

/** Decisions of one person, alike and within one minute. */
export interface ConflictsTold {
  readonly choice: "ours" | "theirs" | "base" | "row";
  readonly count: number;
  readonly tables: readonly string[];
}

interface Told<Kind extends TimelineKind, Data> {
  /** Unique in its timeline. */
  readonly id: string;
  readonly at: Date;
  readonly by: string;
  readonly kind: Kind;
  readonly data: Data;
}

export type TimelineItem =
  | Told<"run", RunTold>
  | Told<"edit" | "hook" | "pair", EditTold>
  | Told<"review", ReviewTold>
  | Told<"conflicts", ConflictsTold>;

const JOB_ACTIONS = {
  edit: ["job.create", "job.update", "job.delete"],
  hook: ["job.rotate_hook", "job.remove_hook"],
  pair: ["pair.reset"],
} as const;

const REVIEW_ACTIONS = [
  "review.open",
  "review.approve",
  "review.refuse",
  "review.use",
  "review.apply",
  "review.void",
  "review.expire",
  "review.withdraw",
] as const;

/** What happened to a job, newest first. @throws CodedError `resource.not_found` */
export async function jobTimeline(
  cp: ControlPlane,
  scope: Scope,
  input: JobTimelineInput,
): Promise<{ readonly items: readonly TimelineItem[]; readonly next: string | null }> {
  const limit = readLimit(input);
  const position = readTimelinePosition(input);
  const { id: jobId } = await getJob(cp, scope, input);
  const of = { organizationId: scope.organizationId, jobId };
  const kinds = new Set(input.kinds);
  const sources = [
    ...(kinds.has("run") ? [runsOf(of)] : []),
    ...(["edit", "hook", "pair"] as const).flatMap((kind) => (kinds.has(kind) ? [aboutJob(of, kind)] : [])),
    ...(kinds.has("review") ? [aboutReviews(of)] : []),
    ...(kinds.has("conflicts") ? [decisionsOf(of)] : []),
  ];
  const items = await read(cp, scope.organizationId, async (db) => {
    const found: TimelineItem[] = [];
    for (const source of sources)
      found.push(...(await db.execute<Row>(cutTimeline(source, { position, limit }))).map(itemOf));
    return found;
  });
  const shown = items.toSorted(newestFirst).slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown,
    next: items.length > limit && last !== undefined ? formatTimelinePosition(last) : null,
  };
}

interface Of {
  readonly organizationId: string;
  readonly jobId: string;
}

interface Row extends Record<string, unknown> {
  readonly id: string;
  readonly at: Date | string;
  readonly by: string;
  readonly kind: TimelineKind;
  readonly data: unknown;
}

const itemOf = ({ id, at, by, kind, data }: Row) =>
  ({ id, at: new Date(at), by, kind, data }) as unknown as TimelineItem;

function runsOf({ jobId }: Of): SQL {
  return sql`
    SELECT 'run:' || id AS id, created_at AS at, requested_by AS by, 'run' AS kind,
           jsonb_build_object('id', id, 'kind', kind, 'state', state, 'trigger', trigger, 'attempt', attempt,
             'retryOf', retry_of, 'reviewId', review_id,
             'startedAt', (extract(epoch FROM started_at) * 1000)::bigint,
             'finishedAt', (extract(epoch FROM finished_at) * 1000)::bigint,
             'counts', summary->'counts', 'patchId', summary->'patchId', 'error', error) AS data
    FROM syncline_control.runs WHERE job_id = ${jobId}::uuid`;
}

function aboutJob({ organizationId, jobId }: Of, kind: keyof typeof JOB_ACTIONS): SQL {
  return sql`
    SELECT 'entry:' || id AS id, at, actor AS by, ${kind} AS kind,
           jsonb_build_object('action', action, 'detail', detail) AS data
    FROM syncline_control.audit_entries
    WHERE organization_id = ${organizationId}::uuid AND subject_kind = 'job' AND subject_id = ${jobId}
      AND action IN (${listOf(JOB_ACTIONS[kind])})`;
}

/** Reviews of the job, and of patches that its runs found. */
function aboutReviews({ organizationId, jobId }: Of): SQL {
  return sql`
    SELECT 'entry:' || e.id AS id, e.at, e.actor AS by, 'review' AS kind,
           jsonb_build_object('action', e.action,
             'review', jsonb_build_object('id', v.id, 'number', v.number, 'title', v.title, 'environment', v.environment),
             'runId', e.detail->'runId',
             'reason', coalesce(e.detail->>'reason',
               (SELECT nullif(d.reason, '') FROM syncline_control.review_decisions d
                WHERE d.review_id = v.id AND d.actor = e.actor AND e.action = 'review.' || d.decision
                ORDER BY abs(extract(epoch FROM d.at - e.at)) LIMIT 1))) AS data
    FROM (SELECT r.* FROM syncline_control.reviews r
          LEFT JOIN syncline_control.patches p ON p.id = r.patch_id
          LEFT JOIN syncline_control.runs u ON u.id = p.run_id
          WHERE r.organization_id = ${organizationId}::uuid
            AND (r.job_id = ${jobId}::uuid OR u.job_id = ${jobId}::uuid)) v
    JOIN syncline_control.audit_entries e ON e.organization_id = v.organization_id
      AND e.subject_kind = 'review' AND e.subject_id = v.id::text
    WHERE e.action IN (${listOf(REVIEW_ACTIONS)})`;
}

function decisionsOf({ jobId }: Of): SQL {
  return sql`
    SELECT 'decided:' || extract(epoch FROM minute)::bigint || ':' || choice || ':' || md5(resolved_by) AS id,
           max(resolved_at) AS at, resolved_by AS by, 'conflicts' AS kind,
           jsonb_build_object('choice', choice, 'count', count(*),
             'tables', jsonb_agg(DISTINCT table_name)) AS data
    FROM (SELECT d.*, c.table_name, date_trunc('minute', d.resolved_at) AS minute
          FROM syncline_control.conflicts c JOIN syncline_control.resolutions d ON d.conflict_id = c.id
          WHERE c.job_id = ${jobId}::uuid) decided
    GROUP BY minute, choice, resolved_by`;
}

const listOf = (texts: readonly string[]): SQL =>
  sql.join(
    texts.map((text) => sql`${text}`),
    sql`, `,
  );
