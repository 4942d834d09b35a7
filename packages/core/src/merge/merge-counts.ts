import type { MergeOutcome, MergeRowCounts } from "./merge-outcome.ts";

/** What to do to ours: insert so many identical rows when positive, delete when negative. */
export interface MergedCounts {
  readonly outcome: MergeOutcome;
  readonly add: number;
}

/** Merges the number of identical rows without a key. Equal changes on both sides are one change, never added up. */
export function mergeCounts({ base, ours, theirs }: MergeRowCounts, contested: boolean): MergedCounts {
  if (ours === theirs) return { outcome: ours === base ? "unchanged" : "convergent", add: 0 };
  if (!contested && theirs === base) return { outcome: "ours-only", add: 0 };
  if (!contested && ours === base) return { outcome: "theirs-only", add: theirs - ours };
  return { outcome: conflictKind({ base, ours, theirs }), add: 0 };
}

function conflictKind({ base, ours, theirs }: MergeRowCounts): MergeOutcome {
  if (theirs === 0) return "delete-update";
  if (ours === 0) return "update-delete";
  return base === 0 ? "insert-insert" : "update-update";
}
