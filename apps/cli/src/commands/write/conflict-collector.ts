import type { ApplyConflict } from "@syncline/engine";

const SHOWN = 10;

/** Keeps the first conflicts for showing; there may be as many as the patch has operations. */
export class ConflictCollector {
  readonly #first: ApplyConflict[] = [];

  readonly add = (conflict: ApplyConflict): void => {
    if (this.#first.length < SHOWN) this.#first.push(conflict);
  };

  get first(): readonly ApplyConflict[] {
    return this.#first;
  }
}
