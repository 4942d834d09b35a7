import { CodedError } from "@syncline/core";
import { and, eq, inArray, isNull, type SQL, sql } from "drizzle-orm";
import type { Scope } from "../control-plane.ts";
import { assertId } from "../ids.ts";
import { conflictProject } from "../queries/conflict-project.ts";
import { conflicts } from "../schema/index.ts";

/** Which conflicts of a project; all that is given must hold. */
export interface ConflictFilter {
  readonly state?: (typeof conflicts.$inferSelect)["state"];
  readonly jobId?: string;
  /** The run that met them last. */
  readonly runId?: string;
  readonly table?: string;
  readonly kind?: string;
  /** One of the undecided columns. */
  readonly column?: string;
  /** Text within a value of the key, without regard to case. */
  readonly key?: string;
  readonly ids?: readonly string[];
}

export type FilterPart = keyof ConflictFilter;

const MOST_IDS = 1_000;

/**
 * For queries that join jobs and runs, as a conflict's project is theirs.
 * @throws CodedError `resource.not_found` for ids that cannot be any, `request.invalid`
 */
export function conflictsOf(scope: Scope, filter: ConflictFilter, except?: FilterPart): SQL | undefined {
  const { jobId, runId, ids } = filter;
  if (jobId !== undefined) assertId("job", jobId);
  if (runId !== undefined) assertId("run", runId);
  if (ids !== undefined && ids.length > MOST_IDS)
    throw new CodedError("request.invalid", `At most ${MOST_IDS} conflicts are named one by one.`, {
      hint: "Use the other parts of the filter.",
    });
  for (const id of ids ?? []) assertId("conflict", id);
  return and(
    eq(conflicts.organizationId, scope.organizationId),
    eq(conflictProject, scope.projectId),
    ...(Object.keys(CONDITIONS) as FilterPart[])
      .filter((part) => part !== except && filter[part] !== undefined)
      .map((part) => CONDITIONS[part](filter)),
  );
}

const CONDITIONS: Readonly<Record<FilterPart, (filter: ConflictFilter) => SQL | undefined>> = {
  state: ({ state }) => eq(conflicts.state, state ?? "open"),
  jobId: ({ jobId }) => eq(conflicts.jobId, jobId ?? ""),
  runId: ({ runId }) => eq(conflicts.runId, runId ?? ""),
  table: ({ table }) => eq(conflicts.tableName, table ?? ""),
  kind: ({ kind }) => eq(conflicts.kind, kind ?? ""),
  column: ({ column }) => sql`${column}::text = ANY (${conflicts.columns})`,
  key: ({ key }) => sql`EXISTS (
    SELECT FROM jsonb_each_text(${conflicts.document} -> 'key') part
    WHERE strpos(lower(part.value), lower(${key}::text)) > 0)`,
  ids: ({ ids }) => inArray(conflicts.id, [...(ids ?? [])]),
};

/** Without a job, conflicts belong together by the run that met them. */
export const jobless = isNull(conflicts.jobId);
