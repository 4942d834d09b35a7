import type { RowCounts } from "@syncline/control-plane";
import type { SyncCycleResult, SyncSideCounts, SyncTableResult } from "@syncline/engine";
import type { OperationReport } from "../contract.ts";

export interface BiSyncReport extends OperationReport {
  /** Printed locators. */
  readonly source: string;
  readonly target: string;
  readonly result: SyncCycleResult;
}

/** Rows written to either side, added up; `skipped` are rows held without anybody being asked. */
export function biSyncReport(
  result: SyncCycleResult,
  labels: { readonly source: string; readonly target: string },
): BiSyncReport {
  const tables = result.tables.map((table) => ({ name: table.name, ...countsOf(table) }));
  return {
    ...labels,
    result,
    outcome: result.open.length > 0 ? "conflicted" : "succeeded",
    counts: tables.reduce<RowCounts>((sum, table) => added(sum, table), NONE),
    tables,
    bytes: 0,
    ledgerIds: [result.ledgerIds.target, result.ledgerIds.source].filter((id) => id !== null),
    receipts: result.receipts,
    patchId: null,
    files: [],
    notes: result.notes,
  };
}

const NONE: RowCounts = { inserted: 0, updated: 0, deleted: 0, unchanged: 0, skipped: 0, conflicts: 0 };

function countsOf({ target, source, outcomes, held, conflicts }: SyncTableResult): RowCounts {
  const both = (count: keyof SyncSideCounts) => target[count] + source[count];
  return {
    inserted: both("inserted"),
    updated: both("updated"),
    deleted: both("deleted"),
    unchanged: outcomes.unchanged,
    skipped: held,
    conflicts,
  };
}

function added(a: RowCounts, b: RowCounts): RowCounts {
  return {
    inserted: a.inserted + b.inserted,
    updated: a.updated + b.updated,
    deleted: a.deleted + b.deleted,
    unchanged: a.unchanged + b.unchanged,
    skipped: a.skipped + b.skipped,
    conflicts: a.conflicts + b.conflicts,
  };
}
