import type { MergeResolution, PatchRow } from "@syncline/core";
import { type MergeConflict, type MergeOutcome, type MergeRowCounts, mergeCounts } from "@syncline/core";
import type { SyncDirection } from "./sync-contract.ts";

/** How many of some identical rows without a key there shall be on both sides; null where they are held. */
export interface CountSettlement {
  readonly outcome: MergeOutcome;
  readonly conflict: boolean;
  readonly count: number | null;
  readonly undecided: MergeConflict | null;
}

interface SettleCountsInput {
  readonly table: string;
  readonly row: PatchRow;
  readonly counts: MergeRowCounts;
  readonly direction: SyncDirection;
  readonly deciders: readonly ((conflict: MergeConflict) => MergeResolution | "hold" | undefined)[];
}

export function settleCounts(input: SettleCountsInput): CountSettlement {
  const { counts, direction } = input;
  const own =
    direction === "source-to-target"
      ? counts.ours
      : direction === "target-to-source"
        ? counts.theirs
        : counts.base;
  const { outcome, add } = mergeCounts(counts, own !== counts.base);
  const conflicting = /^(update|delete|insert)-/.test(outcome);
  const within = (count: number) => {
    const kept =
      direction === "source-to-target"
        ? counts.theirs
        : direction === "target-to-source"
          ? counts.ours
          : count;
    return kept === count ? count : null;
  };
  if (!conflicting) return { outcome, conflict: false, count: within(counts.ours + add), undecided: null };
  const conflict = conflictOf(input, outcome as MergeConflict["kind"]);
  for (const ask of input.deciders) {
    const chosen = ask(conflict);
    if (chosen === "hold") return { outcome, conflict: true, count: null, undecided: null };
    if (typeof chosen === "string")
      return { outcome, conflict: true, count: within(counts[chosen]), undecided: null };
  }
  return { outcome, conflict: true, count: null, undecided: conflict };
}

function conflictOf({ table, row, counts }: SettleCountsInput, kind: MergeConflict["kind"]): MergeConflict {
  const image = (count: number) => (count > 0 ? row : null);
  return {
    table,
    key: new Map(),
    kind,
    columns: [],
    base: image(counts.base),
    ours: image(counts.ours),
    theirs: image(counts.theirs),
    counts,
  };
}
