import { formatQualifiedName } from "@syncline/core";
import type { CopiedTable } from "@syncline/engine";
import type { OperationReport } from "../contract.ts";
import type { CopyMethod } from "./copy-input.ts";

const NO_ROWS = { inserted: 0, updated: 0, deleted: 0, unchanged: 0, skipped: 0, conflicts: 0 };

export const NOTHING_MOVED: OperationReport = {
  outcome: "succeeded",
  counts: NO_ROWS,
  tables: [],
  bytes: 0,
  ledgerIds: [],
  patchId: null,
  files: [],
  notes: [],
};

/** What loading empty tables did, for whoever keeps runs. */
export function loadSummary(
  { result }: Extract<CopyMethod, { kind: "bulk" }>,
  said: readonly string[],
): OperationReport {
  return {
    ...NOTHING_MOVED,
    outcome: result.outcome === "partial" ? "partial" : "succeeded",
    counts: { ...NO_ROWS, inserted: result.rows },
    tables: result.tables.map((table) => ({
      name: formatQualifiedName(table.target),
      inserted: table.outcome === "done" ? table.rows : 0,
      error: storedFailure(table),
    })),
    bytes: result.bytes,
    ledgerIds: result.ledgerId === null ? [] : [result.ledgerId],
    notes: [...said, ...result.notes],
  };
}

/** A table that was not begun says so, too: its run is not whole. */
function storedFailure({ failure, outcome }: CopiedTable) {
  if (failure !== null) {
    const { code, message, hint, retryable } = failure;
    return { code, message, hint: hint ?? null, retryable };
  }
  if (outcome === "done") return null;
  return { code: "transfer.partial", message: "It was not begun.", hint: null, retryable: true };
}
