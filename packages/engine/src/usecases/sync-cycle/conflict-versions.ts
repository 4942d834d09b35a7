import { createHash } from "node:crypto";
import type { MergeConflict, PatchRow } from "@syncline/core";

/** Digest of the versions of a row on both sides: a decision is about these and no others. */
export function conflictVersions({ ours, theirs, counts }: MergeConflict): string {
  const text = JSON.stringify([sorted(ours), sorted(theirs), counts ?? null]);
  return createHash("sha256").update(text).digest("hex");
}

function sorted(row: PatchRow | null): unknown {
  return row === null ? null : [...row].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
