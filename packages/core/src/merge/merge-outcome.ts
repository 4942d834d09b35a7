import type { PatchRow } from "../patch/patch.ts";

/**
 * Everything that can become of one key in a three-way merge: ours is the target, theirs the source. In the names of
 * conflicts theirs stands first, as in a conflict file: `update-delete` is their update of a row that we deleted.
 */
export const MERGE_OUTCOMES = [
  "unchanged",
  "ours-only",
  "theirs-only",
  "convergent",
  "cell-merged",
  "update-update",
  "update-delete",
  "delete-update",
  "insert-insert",
  "unique-violation",
] as const;
export type MergeOutcome = (typeof MERGE_OUTCOMES)[number];

/** A row of which base, ours and theirs do not fit together. Null stands for no row. */
export interface MergeConflict {
  /** Table as in a patch header. */
  readonly table: string;
  readonly key: PatchRow;
  readonly kind:
    | Extract<
        MergeOutcome,
        "update-update" | "update-delete" | "delete-update" | "insert-insert" | "unique-violation"
      >
    | "outside-scope"
    | "timestamp-tie"
    | "missing-reference";
  /** Undecided columns; empty when the row as a whole is undecided. */
  readonly columns: readonly string[];
  /** Whole rows where they are known, else the columns that differ. */
  readonly base: PatchRow | null;
  readonly ours: PatchRow | null;
  readonly theirs: PatchRow | null;
  /** For rows without a key: how many of them each side holds. */
  readonly counts?: MergeRowCounts;
}

/** How many identical rows there are. */
export interface MergeRowCounts {
  readonly base: number;
  readonly ours: number;
  readonly theirs: number;
}

/** What somebody decided: one of the sides, or the row as it shall be (some or all columns), or null for no row. */
export type MergeResolution = "ours" | "theirs" | "base" | { readonly row: PatchRow | null };
