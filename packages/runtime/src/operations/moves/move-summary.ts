import type { MoveResult } from "@syncline/engine";
import type { OperationReport } from "../contract.ts";

/** What a move by difference did, for whoever keeps runs. */
export function moveSummary(
  { counts, tables, undecided, ledgerId, receipt, notes }: MoveResult,
  said: readonly string[] = [],
): OperationReport {
  return {
    outcome: undecided > 0 ? "conflicted" : "succeeded",
    counts,
    tables,
    bytes: 0,
    ledgerIds: ledgerId === null ? [] : [ledgerId],
    receipts: receipt === null ? [] : [receipt],
    patchId: null,
    files: [],
    notes: [...said, ...notes],
  };
}
