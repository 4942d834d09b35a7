/** Counts of one comparison; rows, after filters and tolerances. */
export interface DiffCounts {
  readonly sourceRows: number;
  readonly targetRows: number;
  readonly unchanged: number;
  readonly inserts: number;
  readonly updates: number;
  readonly deletes: number;
}

export const NO_COUNTS: DiffCounts = {
  sourceRows: 0,
  targetRows: 0,
  unchanged: 0,
  inserts: 0,
  updates: 0,
  deletes: 0,
};

export function addCounts(a: DiffCounts, b: DiffCounts): DiffCounts {
  return {
    sourceRows: a.sourceRows + b.sourceRows,
    targetRows: a.targetRows + b.targetRows,
    unchanged: a.unchanged + b.unchanged,
    inserts: a.inserts + b.inserts,
    updates: a.updates + b.updates,
    deletes: a.deletes + b.deletes,
  };
}

export function countDifferences(counts: DiffCounts): number {
  return counts.inserts + counts.updates + counts.deletes;
}
