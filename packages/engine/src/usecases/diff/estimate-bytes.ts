import type { DiffCounts } from "@syncline/core";
import type { TableWork } from "./table-work.ts";

/** Bytes of the changed rows where their values were not all read: counts times the mean size of a stored row. */
export function estimateChangedBytes({ source, target }: TableWork, counts: DiffCounts): number {
  const fromSource =
    (counts.inserts + counts.updates) * meanRowBytes(source.table.sizeBytes, counts.sourceRows);
  return Math.round(fromSource + counts.deletes * meanRowBytes(target.table.sizeBytes, counts.targetRows));
}

function meanRowBytes(sizeBytes: number, rows: number): number {
  return rows === 0 ? 0 : sizeBytes / rows;
}
