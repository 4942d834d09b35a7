import type { DatabaseSync, StatementSync } from "node:sqlite";
import { beginningOf, isCut } from "./block-codec.ts";
import type { Block, BlockReader } from "./block-reader.ts";
import { type ChangeRecord, FIRST_VALUE } from "./change-record.ts";
import { gramPage, SEGMENT, SLOTS_PER_PAGE } from "./index-schema.ts";
import { foldCase, slotsOfText } from "./text-grams.ts";

/** One text that is looked for. */
export class TextSearch {
  readonly #folded: string;
  readonly #slots: readonly number[];
  readonly #page: StatementSync;
  readonly #blocks: number;

  constructor(database: DatabaseSync, { text, blocks }: { readonly text: string; readonly blocks: number }) {
    this.#folded = foldCase(text);
    this.#slots = slotsOfText(this.#folded);
    this.#page = database.prepare("SELECT body FROM grams WHERE page = ?");
    this.#blocks = blocks;
  }

  /** Blocks from `first` on in which the text may occur. */
  *blocks(first: number): Generator<number> {
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

  /** Whether it is worth looking at the block's changes. */
  mayBeIn(block: Block): boolean {
    return block.text.includes("\0L") || foldCase(block.text).includes(this.#folded);
  }

  isIn(record: ChangeRecord, rank: number, reader: BlockReader): boolean {
    for (let field = FIRST_VALUE; field < record.length; field += 1) {
      const value = record[field] ?? "N";
      if (value === "N") continue;
      const shown = isCut(value) ? beginningOf(value).value : value;
      if (foldCase(shown).includes(this.#folded, 1)) return true;
      if (isCut(value) && foldCase(reader.longValue(rank, field)).includes(this.#folded, 1)) return true;
    }
    return false;
  }
}
