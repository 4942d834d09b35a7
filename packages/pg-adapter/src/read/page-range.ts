import type { RowSlice } from "@syncline/engine";
import type { TableInfo } from "../catalog/table-info.ts";

/** Pages below which another slice is not worth a connection. */
const FEWEST_PAGES = 128;

/** Number of slices that a table is worth. */
export function sliceCount({ hasRowAddresses, pages }: TableInfo, wanted: number): number {
  if (!hasRowAddresses || pages === 0) return 1;
  return Math.max(1, Math.min(wanted, Math.ceil(pages / FEWEST_PAGES)));
}

/** Condition for the rows of one slice, a range of pages of which the last one is open; null for all rows. */
export function pageRange(info: TableInfo, { index, of, pages = info.pages }: RowSlice): string | null {
  if (of === 1) return null;
  const page = (at: number) => `'(${Math.floor((pages * at) / of)},0)'::pg_catalog.tid`;
  const from = `t.ctid >= ${page(index)}`;
  return index === of - 1 ? from : `${from} AND t.ctid < ${page(index + 1)}`;
}
