import { and, desc, eq } from "drizzle-orm";
import type { ConflictDocument } from "../conflicts/conflict-document.ts";
import type { ControlPlane, Scope } from "../control-plane.ts";
import { read } from "../database/transact.ts";
import { assertId, found } from "../ids.ts";
import { conflicts, jobs, resolutions, runs } from "../schema/index.ts";
import { conflictProject } from "./conflict-project.ts";

export type Conflict = typeof conflicts.$inferSelect;
export type Resolution = typeof resolutions.$inferSelect;

export interface WholeConflict extends Conflict {
  readonly document: ConflictDocument;
  /** Newest first. */
  readonly resolutions: readonly Resolution[];
}

/** With its rows, which are customers' data. @throws CodedError `resource.not_found` */
export async function getConflict(
  cp: ControlPlane,
  scope: Scope,
  { conflictId }: { readonly conflictId: string },
): Promise<WholeConflict> {
  assertId("conflict", conflictId);
  return read(cp, scope.organizationId, async (db) => {
    const [row] = await db
      .select({ conflict: conflicts })
      .from(conflicts)
      .leftJoin(jobs, eq(jobs.id, conflicts.jobId))
      .leftJoin(runs, eq(runs.id, conflicts.runId))
      .where(
        and(
          eq(conflicts.id, conflictId),
          eq(conflicts.organizationId, scope.organizationId),
          eq(conflictProject, scope.projectId),
        ),
      );
    const { conflict } = found(row, "conflict", conflictId);
    const made = await db
      .select()
      .from(resolutions)
      .where(eq(resolutions.conflictId, conflictId))
      .orderBy(desc(resolutions.resolvedAt), desc(resolutions.id));
    return { ...conflict, document: conflict.document as ConflictDocument, resolutions: made };
  });
}
