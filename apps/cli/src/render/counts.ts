import type { ApplyCounts } from "@syncline/engine";
import type { Paint } from "../terminal/palette.ts";
import { formatCount } from "../terminal/progress-text.ts";

/** `+74 ~314 -14`, each in its colour; parts that are 0 are left out. */
export function shortCounts({ inserted, updated, deleted }: ApplyCounts, paint: Paint): string {
  const parts = [
    inserted > 0 ? paint("green", `+${formatCount(inserted)}`) : "",
    updated > 0 ? paint("yellow", `~${formatCount(updated)}`) : "",
    deleted > 0 ? paint("red", `-${formatCount(deleted)}`) : "",
  ].filter((part) => part !== "");
  return parts.length === 0 ? paint("dim", "nothing") : parts.join(" ");
}

/** `3 inserted, 12 updated`, or null when every count is 0. */
export function countsInWords(counts: ApplyCounts): string | null {
  const { inserted, updated, deleted, alreadyApplied, skipped } = counts;
  const parts = [
    [inserted, "inserted"],
    [updated, "updated"],
    [deleted, "deleted"],
    [alreadyApplied, "already as the patch wants them"],
    [skipped, "skipped"],
  ] as const;
  const told = parts.filter(([count]) => count > 0).map(([count, what]) => `${formatCount(count)} ${what}`);
  return told.length === 0 ? null : told.join(", ");
}

/** `1 insert`, `2 inserts`. */
export function formatAmount(count: number, what: string): string {
  return `${formatCount(count)} ${what}${count === 1 ? "" : "s"}`;
}

/** The JSON form of counts, as every document has it. */
export function countsDocument(counts: ApplyCounts) {
  return {
    inserted: counts.inserted,
    updated: counts.updated,
    deleted: counts.deleted,
    already_applied: counts.alreadyApplied,
    skipped: counts.skipped,
  };
}
