import type { MergeResolution } from "@syncline/core";
import { and, desc, eq } from "drizzle-orm";
import { type DocumentRow, resolutionOf } from "../conflicts/conflict-document.ts";
import type { ControlPlane } from "../control-plane.ts";
import { read } from "../database/transact.ts";
import { conflicts, resolutions } from "../schema/index.ts";

export interface ConflictDecision {
  readonly table: string;
  readonly keyText: string;
  /** Versions of the row that it is about. */
  readonly seen: string;
  readonly resolution: MergeResolution;
}

/** What people decided and no cycle has carried out yet. */
export async function decidedConflicts(
  cp: ControlPlane,
  { jobId }: { readonly jobId: string },
): Promise<readonly ConflictDecision[]> {
  const rows = await read(cp, (db) =>
    db
      .selectDistinctOn([conflicts.id], {
        table: conflicts.tableName,
        keyText: conflicts.keyText,
        seen: resolutions.seen,
        choice: resolutions.choice,
        row: resolutions.row,
      })
      .from(conflicts)
      .innerJoin(resolutions, eq(resolutions.conflictId, conflicts.id))
      .where(and(eq(conflicts.jobId, jobId), eq(conflicts.state, "resolved")))
      .orderBy(conflicts.id, desc(resolutions.resolvedAt), desc(resolutions.id)),
  );
  return rows.map(({ choice, row, ...decision }) => ({
    ...decision,
    resolution: resolutionOf(choice, row as DocumentRow | null),
  }));
}
