import type { ApplyCounts, ApplyResult } from "@syncline/engine";
import type { OperationReport } from "../contract.ts";

/** What an application or an undo tells in the end. Conflicts mean that nothing was written. */
export function applyReport(result: ApplyResult): OperationReport {
  const conflicted = result.conflictCount > 0 && result.outcome !== "applied";
  return {
    outcome: conflicted ? "conflicted" : "succeeded",
    counts: { ...rowCounts(result.counts), conflicts: result.conflictCount },
    tables: result.tables.map((table) => ({ name: table.name, ...rowCounts(table) })),
    bytes: 0,
    ledgerIds: result.ledgerId === null ? [] : [result.ledgerId],
    receipts: result.receipt === null ? [] : [result.receipt],
    patchId: null,
    files: [],
    notes: result.notes,
  };
}

function rowCounts({ inserted, updated, deleted, alreadyApplied, skipped }: ApplyCounts) {
  return { inserted, updated, deleted, unchanged: alreadyApplied, skipped };
}
