import type { MergeConflict, MergeResolution, PatchRow, PatchTable, RowValue } from "@syncline/core";

/** Values by column, in the text form of their types. */
export type DocumentRow = Readonly<Record<string, RowValue>>;

/** A conflict as the inbox keeps it: a record of a conflict file with what is needed to decide it. */
export interface ConflictDocument {
  readonly table: string;
  readonly key: DocumentRow;
  readonly base: DocumentRow | null;
  readonly ours: DocumentRow | null;
  readonly theirs: DocumentRow | null;
  /** For rows without a key: how many of them there are. */
  readonly counts?: MergeConflict["counts"];
  /** Names and types, for whoever gives a row. */
  readonly columnTypes: PatchTable["columns"];
  /** Digest of the row's versions on both sides: a decision is about these. */
  readonly versions: string;
}

/** Why a row waits; `count-changed` is told of patches alone. */
export type ConflictKind = MergeConflict["kind"] | "count-changed";

/** A conflict as a run tells it. */
export interface MetConflict {
  /** The row, equal in every run. */
  readonly keyText: string;
  readonly versions: string;
  readonly conflict: Omit<MergeConflict, "kind"> & { readonly kind: ConflictKind };
  readonly columnTypes: PatchTable["columns"];
}

export function documentOf({ conflict, versions, columnTypes }: MetConflict): ConflictDocument {
  const row = (image: PatchRow | null) => (image === null ? null : Object.fromEntries(image));
  return {
    table: conflict.table,
    key: Object.fromEntries(conflict.key),
    base: row(conflict.base),
    ours: row(conflict.ours),
    theirs: row(conflict.theirs),
    ...(conflict.counts === undefined ? {} : { counts: conflict.counts }),
    columnTypes,
    versions,
  };
}

export function conflictOf(
  document: ConflictDocument,
  { kind, columns }: { readonly kind: string; readonly columns: readonly string[] },
): MergeConflict {
  const row = (image: DocumentRow | null) => (image === null ? null : new Map(Object.entries(image)));
  return {
    table: document.table,
    key: new Map(Object.entries(document.key)),
    kind: kind as MergeConflict["kind"],
    columns,
    base: row(document.base),
    ours: row(document.ours),
    theirs: row(document.theirs),
    ...(document.counts === undefined ? {} : { counts: document.counts }),
  };
}

export function tableOf({ table, key, columnTypes }: ConflictDocument): PatchTable {
  return { name: table, columns: columnTypes, key: Object.keys(key), fingerprint: "" };
}

/** What was chosen, as a merge takes it. */
export function resolutionOf(
  choice: "ours" | "theirs" | "base" | "row",
  row: DocumentRow | null,
): MergeResolution {
  return choice === "row" ? { row: row === null ? null : new Map(Object.entries(row)) } : choice;
}
