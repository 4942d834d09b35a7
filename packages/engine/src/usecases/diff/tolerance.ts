import type { RowValue } from "@syncline/core";

/** Says whether two texts of a column count as equal. */
export interface ColumnTolerance {
  accepts(before: RowValue, after: RowValue): boolean;
}
