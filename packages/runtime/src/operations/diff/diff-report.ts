import type { DiffCounts } from "@syncline/core";
import type { DiffResult, DiffTable } from "@syncline/engine";
import type { OperationReport } from "../contract.ts";

/** What a comparison tells in the end. One that a limit cut short is `partial`: its counts are lower bounds. */
export function diffReport(tables: readonly DiffTable[], result: DiffResult): OperationReport {
  return {
    outcome: result.complete ? "succeeded" : "partial",
    counts: rowCounts(result.totals),
    tables: tables.map(({ patchTable: { name } }, index) => {
      const table = result.tables[index];
      return { name, ...(table === undefined ? {} : rowCounts(table.counts)) };
    }),
    bytes: result.tables.reduce((sum, { changedBytes }) => sum + changedBytes, 0),
    ledgerIds: [],
    patchId: null,
    files: [],
    notes: result.stopped === null ? [] : [`The comparison was cut short by ${result.stopped}.`],
  };
}

/** Rows as a run counts them. */
export function rowCounts({ inserts, updates, deletes, unchanged }: DiffCounts) {
  return { inserted: inserts, updated: updates, deleted: deletes, unchanged, skipped: 0, conflicts: 0 };
}
