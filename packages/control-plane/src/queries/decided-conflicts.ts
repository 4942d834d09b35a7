import type { MergeResolution, PatchTable } from "@syncline/core";
import { and, desc, eq, inArray } from "drizzle-orm";
import {
  type ConflictDocument,
  conflictOf,
  type DocumentRow,
  type MetConflict,
  resolutionOf,
  tableOf,
} from "../conflicts/conflict-document.ts";
import { type ConflictOwner, ownedConflicts } from "../conflicts/conflict-owner.ts";
import type { ControlPlane } from "../control-plane.ts";
import { read } from "../database/transact.ts";
import { conflicts, resolutions } from "../schema/index.ts";

export interface ConflictDecision {
  readonly table: string;
  readonly keyText: string;
  /** Versions of the row that it is about. */
  readonly seen: string;
  readonly resolution: MergeResolution;
  /** `resolved` waits to be carried out; `applied` was. */
  readonly state: "resolved" | "applied";
  /** As it was met. */
  readonly conflict: MetConflict["conflict"];
  readonly patchTable: PatchTable;
}

export interface DecidedConflictsInput extends ConflictOwner {
  readonly organizationId: string;
  /**
   * With those that were carried out and gave the row other values than either side had: against a base that stays,
   * such a row is met again. The newest of each row.
   */
  readonly carriedOut?: boolean;
}

/** What people decided and no run has carried out yet. */
export async function decidedConflicts(
  cp: ControlPlane,
  { organizationId, carriedOut = false, ...owner }: DecidedConflictsInput,
): Promise<readonly ConflictDecision[]> {
  const rows = await read(cp, organizationId, (db) =>
    db
      .selectDistinctOn([conflicts.tableName, conflicts.keyText], {
        table: conflicts.tableName,
        keyText: conflicts.keyText,
        state: conflicts.state,
        kind: conflicts.kind,
        columns: conflicts.columns,
        document: conflicts.document,
        seen: resolutions.seen,
        choice: resolutions.choice,
        row: resolutions.row,
      })
      .from(conflicts)
      .innerJoin(resolutions, eq(resolutions.conflictId, conflicts.id))
      .where(
        and(
          eq(conflicts.organizationId, organizationId),
          ownedConflicts(owner),
          inArray(conflicts.state, carriedOut ? ["resolved", "applied"] : ["resolved"]),
        ),
      )
      .orderBy(conflicts.tableName, conflicts.keyText, desc(resolutions.resolvedAt), desc(resolutions.id)),
  );
  return rows.map(({ choice, row, document, kind, columns, state, ...decision }) => ({
    ...decision,
    state: state as ConflictDecision["state"],
    resolution: resolutionOf(choice, row as DocumentRow | null),
    conflict: conflictOf(document as ConflictDocument, { kind, columns }),
    patchTable: tableOf(document as ConflictDocument),
  }));
}
