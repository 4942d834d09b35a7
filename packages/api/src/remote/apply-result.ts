import type { ApplyResult } from "@syncline/engine";
import type { RunAnswer } from "../contract/runs.ts";

/** A finished run that applied or undid something, as the use case would have told it here. */
export function applyResultOf(
  { summary }: RunAnswer,
  { dryRun, patchId }: { readonly dryRun: boolean; readonly patchId: string },
): ApplyResult {
  if (summary === null) throw new TypeError("a run without a summary did not end well");
  const { counts, tables, ledgerIds, receipts = [], notes } = summary;
  const conflicted = summary.outcome === "conflicted";
  const wrote = counts.inserted + counts.updated + counts.deleted > 0;
  return {
    outcome: dryRun ? "dry-run" : conflicted ? "conflicts" : wrote ? "applied" : "already-applied",
    patchId,
    ledgerId: ledgerIds[0] ?? null,
    receipt: receipts[0] ?? null,
    counts: applyCounts(counts),
    tables: tables.map(({ name, ...table }) => ({ name, ...applyCounts(table) })),
    conflictCount: counts.conflicts,
    notes,
  };
}

type Counts = Partial<NonNullable<RunAnswer["summary"]>["counts"]>;

function applyCounts({ inserted = 0, updated = 0, deleted = 0, unchanged = 0, skipped = 0 }: Counts) {
  return { inserted, updated, deleted, alreadyApplied: unchanged, skipped };
}
