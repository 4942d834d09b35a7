import { HashSum } from "./hash-sum.ts";

/**
 * Rows of one side in the order of their sort keys, as bytes. Row `i` has its sort key in
 * `bytes[offsets[3i] .. offsets[3i+1])`, its hash up to `offsets[3i+2]` and its address up to `offsets[3i+3]`.
 * Sort keys compare bytewise; the address is the endpoint's own name for the row. A batch is valid until the next one
 * is asked for: its memory may be used again.
 */
export interface RowBatch {
  readonly count: number;
  readonly bytes: Uint8Array;
  readonly offsets: Int32Array;
}

/** Walks batches without an object a row. `current` is valid until the next `load`. */
export class RowCursor {
  #batches: AsyncIterator<RowBatch>;
  #batch: RowBatch = { count: 0, bytes: new Uint8Array(0), offsets: new Int32Array(1) };
  #index = 0;
  readonly #hashPart: 0 | 1;
  /** Of the rows that the cursor has left behind. */
  readonly sum = new HashSum();
  rows = 0;

  /** `hashPart` 0: the sort key is the hash itself, with flipped signs. */
  constructor(batches: AsyncIterable<RowBatch>, hashPart: 0 | 1 = 1) {
    this.#batches = batches[Symbol.asyncIterator]();
    this.#hashPart = hashPart;
  }

  /** Whether a row stands under the cursor without waiting. */
  get ready(): boolean {
    return this.#index < this.#batch.count;
  }

  get batch(): RowBatch {
    return this.#batch;
  }

  get index(): number {
    return this.#index;
  }

  advance(): void {
    const { bytes, offsets } = this.#batch;
    this.sum.add(bytes, offsets[this.#index * 3 + this.#hashPart] as number, this.#hashPart === 0 ? 0x80 : 0);
    this.#index += 1;
    this.rows += 1;
  }

  /** Makes a row stand under the cursor; false at the end. */
  async load(): Promise<boolean> {
    while (!this.ready) {
      const next = await this.#batches.next();
      if (next.done === true) return false;
      this.#batch = next.value;
      this.#index = 0;
    }
    return true;
  }

  address(): Uint8Array {
    const { bytes, offsets } = this.#batch;
    return copyOf(bytes, offsets[this.#index * 3 + 2] as number, offsets[this.#index * 3 + 3] as number);
  }

  /** A copy of part 0 (sort key) or 1 (hash). */
  part(part: 0 | 1): Uint8Array {
    const { bytes, offsets } = this.#batch;
    const at = this.#index * 3 + part;
    return copyOf(bytes, offsets[at] as number, offsets[at + 1] as number);
  }

  partEquals(part: 0 | 1, other: Uint8Array): boolean {
    const { bytes, offsets } = this.#batch;
    const at = this.#index * 3 + part;
    return (
      compareRanges(bytes, offsets[at] as number, offsets[at + 1] as number, other, 0, other.length) === 0
    );
  }

  async close(): Promise<void> {
    await this.#batches.return?.();
  }
}

/** A copy: batches reuse their memory, and a subclass's `slice` may be only a view. */
function copyOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return Uint8Array.prototype.slice.call(bytes, start, end);
}

/** Orders the rows under two cursors by part 0 (sort key) or 1 (hash): bytewise, a prefix first. */
export function comparePart(a: RowCursor, b: RowCursor, part: 0 | 1): number {
  const left = a.index * 3 + part;
  const right = b.index * 3 + part;
  return compareRanges(
    a.batch.bytes,
    a.batch.offsets[left] as number,
    a.batch.offsets[left + 1] as number,
    b.batch.bytes,
    b.batch.offsets[right] as number,
    b.batch.offsets[right + 1] as number,
  );
}

/** Six numbers instead of two views: views would be an allocation a row. */
export function compareRanges(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
): number {
  const length = Math.min(aEnd - aStart, bEnd - bStart);
  for (let i = 0; i < length; i += 1) {
    const difference = (a[aStart + i] as number) - (b[bStart + i] as number);
    if (difference !== 0) return difference;
  }
  return aEnd - aStart - (bEnd - bStart);
}
