import type { JobDefinition, JobKind } from "@syncline/jobs";
import { eq, type SQL, sql } from "drizzle-orm";
import { type ConflictFilter, conflictsOf, type FilterPart } from "../conflicts/conflict-filter.ts";
import type { ControlPlane, Scope } from "../control-plane.ts";
import type { Executor } from "../database/open-database.ts";
import { read } from "../database/transact.ts";
import { conflicts, jobs, runs } from "../schema/index.ts";

/** How many conflicts have a value; of one part, those that the rest of the filter leaves. */
export interface ConflictFacet {
  readonly value: string;
  readonly count: number;
}

/** Conflicts that one job met, or one run without a job. */
export interface ConflictGroup {
  readonly jobId: string | null;
  /** Of those without a job. */
  readonly runId: string | null;
  /** The job's; null without one. */
  readonly name: string | null;
  readonly kind: JobKind | null;
  readonly definition: JobDefinition | null;
  readonly count: number;
}

export interface ConflictCounts {
  /** What the whole filter chooses. */
  readonly total: number;
  readonly groups: readonly ConflictGroup[];
  readonly states: readonly ConflictFacet[];
  readonly tables: readonly ConflictFacet[];
  readonly kinds: readonly ConflictFacet[];
  readonly columns: readonly ConflictFacet[];
}

const MOST_VALUES = 200;

/** Most first; at most 200 of each. */
export async function countConflicts(
  cp: ControlPlane,
  scope: Scope,
  filter: ConflictFilter = {},
): Promise<ConflictCounts> {
  return read(cp, scope.organizationId, async (db) => {
    const facet = (value: SQL, part: FilterPart) => countBy(db, value, conflictsOf(scope, filter, part));
    const { jobId, runId, ...others } = filter;
    return {
      total: await totalOf(db, conflictsOf(scope, filter)),
      groups: await groupsOf(db, conflictsOf(scope, others)),
      states: await facet(sql`${conflicts.state}`, "state"),
      tables: await facet(sql`${conflicts.tableName}`, "table"),
      kinds: await facet(sql`${conflicts.kind}`, "kind"),
      columns: await facet(sql`unnest(${conflicts.columns})`, "column"),
    };
  });
}

const number = sql<number>`count(*)::int`;

async function totalOf(db: Executor, where: SQL | undefined): Promise<number> {
  const [row] = await db
    .select({ count: number })
    .from(conflicts)
    .leftJoin(jobs, eq(jobs.id, conflicts.jobId))
    .leftJoin(runs, eq(runs.id, conflicts.runId))
    .where(where);
  return row?.count ?? 0;
}

async function countBy(db: Executor, value: SQL, where: SQL | undefined): Promise<readonly ConflictFacet[]> {
  const named = sql<string>`${value}`.as("value");
  return db
    .select({ value: named, count: number })
    .from(conflicts)
    .leftJoin(jobs, eq(jobs.id, conflicts.jobId))
    .leftJoin(runs, eq(runs.id, conflicts.runId))
    .where(where)
    .groupBy(sql`1`)
    .orderBy(sql`2 DESC, 1`)
    .limit(MOST_VALUES);
}

async function groupsOf(db: Executor, where: SQL | undefined): Promise<readonly ConflictGroup[]> {
  const runId = sql<string | null>`CASE WHEN ${conflicts.jobId} IS NULL THEN ${conflicts.runId} END`;
  const counted = db
    .select({ jobId: conflicts.jobId, runId: runId.as("group_run"), count: number.as("count") })
    .from(conflicts)
    .leftJoin(jobs, eq(jobs.id, conflicts.jobId))
    .leftJoin(runs, eq(runs.id, conflicts.runId))
    .where(where)
    .groupBy(sql`1, 2`)
    .as("counted");
  const rows = await db
    .select({
      jobId: counted.jobId,
      runId: counted.runId,
      count: counted.count,
      job: { name: jobs.name, kind: jobs.kind, definition: jobs.definition },
      run: { kind: runs.kind, definition: runs.definition },
    })
    .from(counted)
    .leftJoin(jobs, eq(jobs.id, counted.jobId))
    .leftJoin(runs, eq(runs.id, counted.runId))
    .orderBy(sql`${counted.count} DESC`, counted.jobId, counted.runId)
    .limit(MOST_VALUES);
  return rows.map(({ job, run, ...group }) => ({
    ...group,
    name: job?.name ?? null,
    kind: job?.kind ?? run?.kind ?? null,
    definition: job?.definition ?? run?.definition ?? null,
  }));
}
