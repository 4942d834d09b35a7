import { WRITING_KINDS } from "@syncline/jobs";
import { type SQL, sql } from "drizzle-orm";
import type { ControlPlane, Scope } from "../control-plane.ts";
import { read } from "../database/transact.ts";

/** What happened on one day in UTC; rows are those that runs wrote. */
export interface DailyCounts {
  /** `2026-11-21`. */
  readonly day: string;
  readonly succeeded: number;
  readonly failed: number;
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
  readonly conflictsOpened: number;
  readonly conflictsClosed: number;
}

/** Each of the last days up to today, oldest first. A run counts on the day on which it was asked for. */
export async function dailyCounts(
  cp: ControlPlane,
  scope: Scope,
  { days }: { readonly days: number },
): Promise<readonly DailyCounts[]> {
  const { organizationId, projectId } = scope;
  const writing = sql.join(
    [...WRITING_KINDS].map((kind) => sql`${kind}`),
    sql`, `,
  );
  const rows = await read(cp, organizationId, (db) =>
    db.execute<{ readonly [Name in keyof DailyCounts]: string }>(sql`
      WITH days AS (
        SELECT (now() AT TIME ZONE 'UTC')::date - back AS day FROM generate_series(0, ${days}::int - 1) AS back),
      begun AS (SELECT min(day)::timestamp AT TIME ZONE 'UTC' AS at FROM days),
      told AS (
        SELECT (created_at AT TIME ZONE 'UTC')::date AS day,
               count(*) FILTER (WHERE state = 'succeeded') AS succeeded,
               count(*) FILTER (WHERE state IN ('failed', 'dead', 'partial')) AS failed,
               sum((summary->'counts'->>'inserted')::bigint) FILTER (WHERE writes) AS inserted,
               sum((summary->'counts'->>'updated')::bigint) FILTER (WHERE writes) AS updated,
               sum((summary->'counts'->>'deleted')::bigint) FILTER (WHERE writes) AS deleted
        FROM (SELECT created_at, state, summary,
                     kind IN (${writing}) AND definition->'dryRun' IS DISTINCT FROM 'true'::jsonb AS writes
              FROM syncline_control.runs
              WHERE organization_id = ${organizationId}::uuid AND project_id = ${projectId}::uuid
                AND created_at >= (SELECT at FROM begun)) r
        GROUP BY 1),
      opened AS (${conflictsByDay(sql`created_at`, scope)}
        AND c.state IN ('open', 'resolved', 'applied', 'superseded') GROUP BY 1),
      closed AS (${conflictsByDay(sql`closed_at`, scope)} GROUP BY 1)
      SELECT days.day::text AS day, coalesce(succeeded, 0) AS succeeded, coalesce(failed, 0) AS failed,
             coalesce(inserted, 0) AS inserted, coalesce(updated, 0) AS updated, coalesce(deleted, 0) AS deleted,
             coalesce(opened.count, 0) AS "conflictsOpened", coalesce(closed.count, 0) AS "conflictsClosed"
      FROM days LEFT JOIN told USING (day) LEFT JOIN opened USING (day) LEFT JOIN closed USING (day)
      ORDER BY days.day`),
  );
  return rows.map(({ day, ...counts }) => {
    const numbers = Object.entries(counts).map(([name, text]) => [name, Number(text)]);
    return { day, ...(Object.fromEntries(numbers) as Omit<DailyCounts, "day">) };
  });
}

/** Which of them were opened, or closed, since `begun`. */
function conflictsByDay(at: SQL, { organizationId, projectId }: Scope): SQL {
  return sql`
    SELECT (c.${at} AT TIME ZONE 'UTC')::date AS day, count(*) AS count
    FROM syncline_control.conflicts c
    LEFT JOIN syncline_control.jobs j ON j.id = c.job_id
    LEFT JOIN syncline_control.runs r ON r.id = c.run_id
    WHERE c.organization_id = ${organizationId}::uuid AND c.${at} >= (SELECT at FROM begun)
      AND coalesce(j.project_id, r.project_id) = ${projectId}::uuid`;
}
