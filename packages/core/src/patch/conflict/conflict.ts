import type { MergeConflict } from "../../merge/merge-outcome.ts";
import type { PatchOperation, PatchRow, PatchTable } from "../patch.ts";

export type PatchConflictKind =
  | "update-update"
  | "update-delete"
  | "delete-update"
  | "insert-insert"
  | "count-changed";

/** An operation that did not find the row as it expects it. */
export interface PatchConflict {
  readonly kind: PatchConflictKind;
  readonly operation: PatchOperation;
  /** The target's row, whole; null when there is none. */
  readonly ours: PatchRow | null;
}

/** One of the three versions by name, the row as it shall be (some or all columns), or null for no row. */
export type Resolution = "ours" | "theirs" | "base" | PatchRow | null;

/** A conflict as it stands in a file. */
export interface ConflictRecord extends PatchConflict {
  /** Undefined until somebody decides. */
  readonly resolution: Resolution | undefined;
  /** Line in the conflict file. */
  readonly line: number;
}

/** A conflict of a merge or move as it stands in a file: held rows, of which each version is told as far as known. */
export interface MergeConflictRecord {
  readonly conflict: MergeConflict;
  /** Undefined until somebody decides. */
  readonly resolution: Resolution | undefined;
  readonly line: number;
}

/** What a conflict file says of the patch that could not be applied, or of the run that held the rows. */
export interface ConflictHeader {
  readonly format: "syncline-conflicts";
  readonly version: 1;
  /** RFC 3339, UTC. */
  readonly createdAt: string;
  /** Printed locator of the target. */
  readonly target: string;
  /** Null for a merge or move, whose conflicts need nothing besides this file. */
  readonly patch: {
    readonly id: string;
    readonly hash: string;
    /** Path of the patch file when the conflicts were written. */
    readonly file: string;
  } | null;
  /** Printed locator of the source of a merge or move. */
  readonly source?: string;
  readonly tables: readonly PatchTable[];
}
