import type { RowChange } from "@syncline/core";
import type { DiffOptions } from "../diff-contract.ts";

/** Which of a table's differing rows the caller wants to see. */
export class ImageWishes {
  readonly #limit: number;
  readonly #given = { insert: 0, update: 0, delete: 0 };

  constructor(images: DiffOptions["images"]) {
    this.#limit = images === "none" ? 0 : images === "all" ? Number.POSITIVE_INFINITY : images.perKind;
  }

  /** True as long as another change of this kind is wanted; each true counts as given. */
  take(kind: RowChange["kind"]): boolean {
    if (this.#given[kind] >= this.#limit) return false;
    this.#given[kind] += 1;
    return true;
  }
}
