import type { RowChange } from "@syncline/core";

/** So many differing rows of a table are remembered for a second look. */
const MOST_SUSPECTS = 50_000;

/** Differing rows with a key, to be looked at again. Those beyond the limit are left out of the second look. */
export class Suspects {
  readonly changes: RowChange[] = [];

  get size(): number {
    return this.changes.length;
  }

  add(change: RowChange): void {
    if (change.key.length > 0 && this.changes.length < MOST_SUSPECTS) this.changes.push(change);
  }
}
