import type { PatchRow } from "@syncline/core";
import type { SyncConflict } from "./sync-contract.ts";

/** More than people decide one by one; the rows of the others are held as well, and come once these are decided. */
const MOST_CONFLICTS = 20_000;
/** Their rows are kept in memory until the cycle ends. */
const MOST_CHARACTERS = 64 * 1024 * 1024;

/** Conflicts of a cycle that nobody decided, as many as an inbox can take. */
export class OpenConflicts {
  readonly kept: SyncConflict[] = [];
  readonly #most: number;
  #characters = 0;
  #left = 0;

  constructor(most: number = MOST_CONFLICTS) {
    this.#most = most;
  }

  /** Those that found no room. */
  get left(): number {
    return this.#left;
  }

  add(conflict: SyncConflict): void {
    const { base, ours, theirs } = conflict.conflict;
    const size = sizeOf(base) + sizeOf(ours) + sizeOf(theirs);
    const isFull = this.kept.length >= this.#most || this.#characters + size > MOST_CHARACTERS;
    if (isFull && this.kept.length > 0) {
      this.#left += 1;
      return;
    }
    this.#characters += size;
    this.kept.push(conflict);
  }
}

function sizeOf(row: PatchRow | null): number {
  let size = 0;
  for (const value of row?.values() ?? []) size += value?.length ?? 0;
  return size;
}
