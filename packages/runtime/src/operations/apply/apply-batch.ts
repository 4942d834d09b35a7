import { type BatchOperation, type BatchResult, applyBatch as runBatch } from "@syncline/engine";
import { openDefaults, openEndpoint } from "../../endpoint-registry.ts";
import type { OperationReport, OperationSetting } from "../contract.ts";
import { type ApplyWish, applicationOf, applyOptionsOf } from "../target/apply-wish.ts";
import { withWriteTarget } from "../target/with-write-target.ts";

export interface BatchInput {
  /** Locator, as it was typed. */
  readonly target: string;
  readonly operations: readonly BatchOperation[];
  /** All of it or nothing, in one transaction; else each operation on its own, in order. */
  readonly atomic: boolean;
  readonly options: ApplyWish;
  /** Who asks, for the target's log. */
  readonly source: string;
}

export interface BatchReport extends OperationReport {
  /** Printed locator. */
  readonly target: string;
  readonly result: BatchResult;
}

/**
 * Inserts, updates and deletes single rows, and says of each what became of it.
 * @throws CodedError when nothing can be done at all; nothing was written then
 */
export function applyBatch(setting: OperationSetting, input: BatchInput): Promise<BatchReport> {
  const wanted = { target: input.target, action: "apply", dryRun: input.options.dryRun };
  return withWriteTarget(setting, wanted, async ({ place, target }) => {
    const defaults = openDefaults(place);
    try {
      const result = await runBatch({
        ctx: setting.context,
        openTarget: () => openEndpoint(place),
        patchTarget: target,
        readDefaults: (table, columns) => defaults.read(table, columns),
        operations: input.operations,
        atomic: input.atomic,
        options: applyOptionsOf(setting, input.options),
        source: input.source,
        ...applicationOf(setting),
      });
      return { ...batchReport(result), target: place.label, result };
    } finally {
      await defaults.close();
    }
  });
}

function batchReport({ outcome, items, counts, ledgerIds, receipts, notes }: BatchResult): OperationReport {
  const { inserted, updated, deleted, alreadyApplied, skipped } = counts;
  const conflicts = items.filter(({ status }) => status === "conflict").length;
  return {
    outcome: outcome === "applied" ? "succeeded" : outcome === "partial" ? "partial" : "conflicted",
    counts: { inserted, updated, deleted, unchanged: alreadyApplied, skipped, conflicts },
    tables: [],
    bytes: 0,
    ledgerIds,
    receipts,
    patchId: null,
    files: [],
    notes,
  };
}
