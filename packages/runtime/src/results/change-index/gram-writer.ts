import type { DatabaseSync, StatementSync } from "node:sqlite";
import { gramPage, SEGMENT, SLOTS_PER_PAGE } from "./index-schema.ts";
import { foldCase, GRAM_SLOTS, markGrams } from "./text-grams.ts";

/**
 * Which texts occur in which blocks, transposed: for a slot one bit per block of a segment, so that a search reads one
 * row a slot and segment. After B. Zobel et al., "Inverted files versus signature files", bit-sliced signatures.
 */
export class GramWriter {
  readonly #insert: StatementSync;
  /** Slots of the current block, so that repeats stay in the processor's cache. */
  readonly #seen = new Uint8Array(GRAM_SLOTS / 8);
  #touched = false;
  /** By slot, bits of the segment's blocks. */
  #segment: Uint8Array | undefined;
  #block = 0;

  constructor(database: DatabaseSync) {
    this.#insert = database.prepare("INSERT INTO grams VALUES (?, ?)");
  }

  add(value: string): void {
    this.#touched = true;
    markGrams(foldCase(value), this.#mark);
  }

  readonly #mark = (slot: number): void => {
    const [byte, bit] = [slot >> 3, 1 << (slot & 7)];
    const seen = this.#seen[byte] ?? 0;
    if ((seen & bit) !== 0) return;
    this.#seen[byte] = seen | bit;
    this.#segment ??= new Uint8Array((GRAM_SLOTS * SEGMENT) / 8);
    const place = this.#block % SEGMENT;
    const at = slot * (SEGMENT / 8) + (place >> 3);
    this.#segment[at] = (this.#segment[at] ?? 0) | (1 << (place & 7));
  };

  /** Ends a block. Gives way now and then when a segment is written. */
  async endBlock(giveWay: () => Promise<void>): Promise<void> {
    if (this.#touched) this.#seen.fill(0);
    this.#touched = false;
    this.#block += 1;
    if (this.#block % SEGMENT === 0) await this.#flush(this.#block - SEGMENT, giveWay);
  }

  async finish(giveWay: () => Promise<void>): Promise<void> {
    if (this.#block % SEGMENT !== 0) await this.#flush(this.#block - (this.#block % SEGMENT), giveWay);
  }

  /** A segment that is not full is written as narrow as it is. */
  async #flush(first: number, giveWay: () => Promise<void>): Promise<void> {
    const segment = this.#segment;
    if (segment === undefined) return;
    const width = Math.ceil((this.#block - first) / 8);
    for (let slot = 0; slot < GRAM_SLOTS; slot += SLOTS_PER_PAGE) {
      const page = new Uint8Array(SLOTS_PER_PAGE * width);
      for (let each = 0; each < SLOTS_PER_PAGE; each += 1) {
        const from = (slot + each) * (SEGMENT / 8);
        page.set(segment.subarray(from, from + width), each * width);
      }
      if (page.some((byte) => byte !== 0)) this.#insert.run(gramPage(first / SEGMENT, slot), page);
      if (slot % (SLOTS_PER_PAGE * 64) === 0) await giveWay();
    }
    segment.fill(0);
  }
}
