import { and, asc, eq, gt, inArray, isNull, sql } from "drizzle-orm";
import type { ControlPlane, Scope } from "../control-plane.ts";
import { read, SERVICE } from "../database/transact.ts";
import { isUuid } from "../ids.ts";
import { type Page, type PageInput, readLimit } from "../paging.ts";
import type { Job, ScheduleRecord } from "../records.ts";
import { jobs, schedules } from "../schema/index.ts";

export interface ScheduledJob {
  readonly schedule: ScheduleRecord;
  readonly job: Job;
}

export interface DueSchedule extends ScheduledJob {
  /** The job has a run that has not ended. */
  readonly busy: boolean;
  /** The control database's clock, by which slots are judged. */
  readonly now: Date;
}

/** Schedules of a project with their jobs. */
export async function listSchedules(
  cp: ControlPlane,
  scope: Scope,
  input: PageInput & { readonly jobIds?: readonly string[] } = {},
): Promise<Page<ScheduledJob>> {
  const limit = readLimit(input);
  const after = input.after != null && isUuid(input.after) ? input.after : null;
  const items = await read(cp, scope.organizationId, (db) =>
    db
      .select({ schedule: schedules, job: jobs })
      .from(schedules)
      .innerJoin(jobs, eq(jobs.id, schedules.jobId))
      .where(
        and(
          eq(schedules.organizationId, scope.organizationId),
          eq(jobs.projectId, scope.projectId),
          isNull(jobs.deletedAt),
          input.jobIds === undefined ? undefined : inArray(jobs.id, input.jobIds.filter(isUuid)),
          after === null ? undefined : gt(schedules.id, after),
        ),
      )
      .orderBy(asc(schedules.id))
      .limit(limit + 1),
  );
  const shown = items.slice(0, limit);
  return { items: shown, next: items.length > limit ? (shown.at(-1)?.schedule.id ?? null) : null };
}

/** For the scheduler, of all organizations: what has no slot worked out yet, and what is due. */
export async function listDueSchedules(
  cp: ControlPlane,
  { limit = 500 }: { readonly limit?: number } = {},
): Promise<readonly DueSchedule[]> {
  return read(cp, SERVICE, async (db) => {
    const rows = await db
      .select({
        schedule: schedules,
        job: jobs,
        busy: sql<boolean>`EXISTS (SELECT FROM syncline_control.runs WHERE job_id = ${jobs.id} AND finished_at IS NULL)`,
        now: sql<string>`date_trunc('milliseconds', now())`,
      })
      .from(schedules)
      .innerJoin(jobs, and(eq(jobs.id, schedules.jobId), isNull(jobs.deletedAt), eq(jobs.enabled, true)))
      .where(sql`${schedules.plannedAt} IS NULL OR ${schedules.nextFireAt} <= now()`)
      .orderBy(sql`${schedules.nextFireAt} NULLS FIRST`)
      .limit(limit);
    return rows.map((row) => ({ ...row, now: new Date(row.now) }));
  });
}

/** For whoever listens for notifications, of all organizations. */
export async function listListenSchedules(cp: ControlPlane): Promise<readonly ScheduledJob[]> {
  return read(cp, SERVICE, (db) =>
    db
      .select({ schedule: schedules, job: jobs })
      .from(schedules)
      .innerJoin(jobs, and(eq(jobs.id, schedules.jobId), isNull(jobs.deletedAt), eq(jobs.enabled, true)))
      .where(sql`${schedules.schedule} ? 'listen'`)
      .orderBy(asc(schedules.id)),
  );
}
