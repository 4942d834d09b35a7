import { addCounts, type DiffCounts, HashSum, NO_COUNTS } from "@syncline/core";
import type { DiffResult, TableResult } from "../diff-contract.ts";
import type { DiffSlice } from "./diff-slice.ts";

/** What is known of one table of a slice, as plain data. */
export interface SliceTableRecord {
  /** Place among the tables of the comparison. */
  readonly table: number;
  readonly counts: DiffCounts;
  readonly changedBytes: number;
  readonly checksum: TableResult["checksum"];
}

/** The part of a slice's result that is the slice's own. */
export function sliceRecords({ tables }: DiffSlice, result: DiffResult): SliceTableRecord[] {
  return tables.flatMap(({ table }) => {
    const found = result.tables[table];
    if (found === undefined) return [];
    const { counts, changedBytes, checksum } = found;
    return [{ table, counts, changedBytes, checksum }];
  });
}

/** The results of all slices, by table. */
export function joinTables(
  tables: number,
  records: readonly SliceTableRecord[],
): (Omit<SliceTableRecord, "table"> & { readonly slices: number })[] {
  return Array.from({ length: tables }, (_, table) => {
    const found = records.filter((record) => record.table === table);
    return {
      slices: found.length,
      counts: found.reduce((sum: DiffCounts, { counts }) => addCounts(sum, counts), NO_COUNTS),
      changedBytes: found.reduce((sum, { changedBytes }) => sum + changedBytes, 0),
      checksum: { source: addChecksums(found, "source"), target: addChecksums(found, "target") },
    };
  });
}

function addChecksums(records: readonly SliceTableRecord[], side: "source" | "target"): string | null {
  const sum = new HashSum();
  for (const { checksum } of records) {
    const own = checksum[side];
    if (own === null) return null;
    sum.addFormatted(own);
  }
  return sum.format();
}
