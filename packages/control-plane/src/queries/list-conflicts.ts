import { and, desc, eq, getTableColumns } from "drizzle-orm";
import type { ControlPlane, Scope } from "../control-plane.ts";
import { read } from "../database/transact.ts";
import { assertId } from "../ids.ts";
import { type Page, type PageInput, pageByAge, readAge, readLimit } from "../paging.ts";
import { conflicts, jobs, runs } from "../schema/index.ts";
import { olderThan } from "./by-age.ts";
import { conflictProject } from "./conflict-project.ts";
import type { Conflict } from "./get-conflict.ts";

export interface ListConflictsInput extends PageInput {
  readonly state?: Conflict["state"];
  readonly jobId?: string;
  readonly table?: string;
}

/** A conflict without the rows. */
export type ListedConflict = Omit<Conflict, "document">;

/** Newest first. */
export async function listConflicts(
  cp: ControlPlane,
  scope: Scope,
  input: ListConflictsInput = {},
): Promise<Page<ListedConflict>> {
  const limit = readLimit(input);
  const position = readAge(input);
  if (input.jobId !== undefined) assertId("job", input.jobId);
  const { document, ...listed } = getTableColumns(conflicts);
  const rows = await read(cp, scope.organizationId, (db) =>
    db
      .select(listed)
      .from(conflicts)
      .leftJoin(jobs, eq(jobs.id, conflicts.jobId))
      .leftJoin(runs, eq(runs.id, conflicts.runId))
      .where(
        and(
          eq(conflicts.organizationId, scope.organizationId),
          eq(conflictProject, scope.projectId),
          input.state === undefined ? undefined : eq(conflicts.state, input.state),
          input.jobId === undefined ? undefined : eq(conflicts.jobId, input.jobId),
          input.table === undefined ? undefined : eq(conflicts.tableName, input.table),
          olderThan(conflicts, position),
        ),
      )
      .orderBy(desc(conflicts.createdAt), desc(conflicts.id))
      .limit(limit + 1),
  );
  return pageByAge(rows, limit);
}
