import type { DatabaseSync, StatementSync } from "node:sqlite";
import { gramPage, SEGMENT, SLOTS_PER_PAGE } from "./index-schema.ts";
import { foldCase, slotsOfText } from "./text-grams.ts";

/** Blocks in which all of some texts may occur. */
export class BlockCandidates {
  readonly #slots: readonly number[];
  readonly #page: StatementSync;
  readonly #blocks: number;

  constructor(
    database: DatabaseSync,
    { texts, blocks }: { readonly texts: readonly string[]; readonly blocks: number },
  ) {
    const folded = texts.map(foldCase).filter((text) => text !== "");
    this.#slots = [...new Set(folded.flatMap(slotsOfText))];
    this.#page = database.prepare("SELECT body FROM grams WHERE page = ?");
    this.#blocks = blocks;
  }

  /** From `first` on. */
  *from(first: number): Generator<number> {
    for (let segment = Math.floor(first / SEGMENT); segment * SEGMENT < this.#blocks; segment += 1) {
      const start = segment * SEGMENT;
      const size = Math.min(SEGMENT, this.#blocks - start);
      const bits = this.#candidates(segment, Math.ceil(size / 8));
      for (let place = Math.max(0, first - start); place < size; place += 1)
        if (((bits[place >> 3] ?? 0) & (1 << (place & 7))) !== 0) yield start + place;
    }
  }

  #candidates(segment: number, width: number): Uint8Array {
    const bits = new Uint8Array(width).fill(0xff);
    for (const slot of this.#slots) {
      const body = this.#page.get(gramPage(segment, slot))?.["body"] as Uint8Array | undefined;
      if (body === undefined) return bits.fill(0);
      const from = (slot % SLOTS_PER_PAGE) * width;
      for (let at = 0; at < width; at += 1) bits[at] = (bits[at] ?? 0) & (body[from + at] ?? 0);
    }
    return bits;
  }
}
