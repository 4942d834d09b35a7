import type { Segment } from "../../ports/read-snapshot.ts";

/** Snapshots of both sides by which others see the same rows, for as long as whoever exported them lives. */
export interface DiffInstant {
  readonly source: string;
  readonly target: string;
}

/** One table of a slice: all of it, or a segment of its key. */
export interface SlicedTable {
  /** Place among the tables of the comparison. */
  readonly table: number;
  readonly segment: Segment | null;
}

/**
 * Part of a comparison. The slices of one comparison, in their order, are its tables in order and each table's rows in
 * key order, each row once.
 */
export interface DiffSlice {
  readonly tables: readonly SlicedTable[];
  /** Rows of the larger side, a guess. */
  readonly estimatedRows: number;
}
