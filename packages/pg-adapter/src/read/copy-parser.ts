import type { RowBatch } from "@syncline/core";

/** How a field of a binary COPY row enters the sort key. */
export type SortField = "signed" | "bytes" | "terminated" | "escaped";

export interface RowLayout {
  readonly sort: readonly SortField[];
  /** Fields of the hash, then of the address. */
  readonly hash: number;
  readonly address: number;
}

const SIGNATURE_BYTES = 19;
const EMPTY = Buffer.alloc(0);

/**
 * Turns binary COPY output into batches, each valid until the next push. Feed it the chunks in order; rows that end in a later chunk wait for it.
 * Sort keys become bytes that compare with memcmp: integers with the sign flipped, all but the last of several
 * variable-width parts terminated.
 */
export class CopyParser {
  readonly #layout: RowLayout;
  readonly #fields: number;
  readonly #out = new BatchWriter();
  #rest: Buffer = EMPTY;
  #headerSeen = false;
  #ended = false;

  constructor(layout: RowLayout) {
    this.#layout = layout;
    this.#fields = layout.sort.length + layout.hash + layout.address;
  }

  get ended(): boolean {
    return this.#ended;
  }

  push(chunk: Buffer): RowBatch | null {
    const input = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let position = 0;
    if (!this.#headerSeen) {
      if (input.length < SIGNATURE_BYTES) return this.#wait(input, 0);
      position = SIGNATURE_BYTES + input.readInt32BE(SIGNATURE_BYTES - 4);
      this.#headerSeen = true;
    }
    return this.#rows(input, position);
  }

  #wait(input: Buffer, position: number): null {
    this.#rest = position === input.length ? EMPTY : input.subarray(position);
    return null;
  }

  #rows(input: Buffer, start: number): RowBatch | null {
    const out = this.#out;
    out.restart(input.length - start);
    let position = start;
    while (position + 2 <= input.length) {
      const fields = input.readInt16BE(position);
      if (fields === -1) {
        this.#ended = true;
        position += 2;
        break;
      }
      const end = this.#rowEnd(input, position + 2);
      if (end === -1) break;
      this.#row(input, position + 2, out);
      position = end;
    }
    this.#wait(input, position);
    return out.count === 0 ? null : out.finish();
  }

  /** End of the row whose first field starts at `position`, or -1 when it is not all there. */
  #rowEnd(input: Buffer, position: number): number {
    let at = position;
    for (let field = 0; field < this.#fields; field += 1) {
      if (at + 4 > input.length) return -1;
      at += 4 + Math.max(0, input.readInt32BE(at));
    }
    return at <= input.length ? at : -1;
  }

  #row(input: Buffer, position: number, out: BatchWriter): void {
    const { sort, hash } = this.#layout;
    let at = position;
    for (let field = 0; field < this.#fields; field += 1) {
      const length = Math.max(0, input.readInt32BE(at));
      at += 4;
      if (field === sort.length) out.mark();
      if (field === sort.length + hash) out.mark();
      const kind = sort[field];
      if (kind === undefined) out.copy(input, at, at + length);
      else out.sortField(kind, input, at, at + length);
      at += length;
    }
    out.endRow();
  }
}

/** Grows as needed: escaped sort fields can be longer than the input. */
class BatchWriter {
  #bytes: Buffer = EMPTY;
  #offsets = new Int32Array(3 * 256 + 1);
  #length = 0;
  #marks = 1;
  count = 0;

  /** The memory of the last batch is used again; after an oversized one it is given back. */
  restart(sizeBytes: number): void {
    const wanted = sizeBytes + 64;
    if (this.#bytes.length < wanted || this.#bytes.length > wanted * 16)
      this.#bytes = Buffer.allocUnsafeSlow(wanted);
    this.#length = 0;
    this.#marks = 1;
    this.count = 0;
  }

  mark(): void {
    if (this.#marks === this.#offsets.length) {
      const grown = new Int32Array(this.#offsets.length * 2);
      grown.set(this.#offsets);
      this.#offsets = grown;
    }
    this.#offsets[this.#marks] = this.#length;
    this.#marks += 1;
  }

  endRow(): void {
    this.mark();
    this.count += 1;
  }

  copy(input: Buffer, start: number, end: number): void {
    this.#reserve(end - start);
    input.copy(this.#bytes, this.#length, start, end);
    this.#length += end - start;
  }

  sortField(kind: SortField, input: Buffer, start: number, end: number): void {
    const from = this.#length;
    if (kind === "escaped") {
      this.#escape(input, start, end);
      return;
    }
    this.copy(input, start, end);
    if (kind === "signed") this.#bytes[from] = (this.#bytes[from] as number) ^ 0x80;
    if (kind === "terminated") this.#put(0);
  }

  finish(): RowBatch {
    return { count: this.count, bytes: this.#bytes, offsets: this.#offsets };
  }

  /** A zero byte becomes 00 FF, the end 00 00, so that a prefix sorts first. */
  #escape(input: Buffer, start: number, end: number): void {
    for (let at = start; at < end; at += 1) {
      const byte = input[at] as number;
      this.#put(byte);
      if (byte === 0) this.#put(0xff);
    }
    this.#put(0);
    this.#put(0);
  }

  #put(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#length] = byte;
    this.#length += 1;
  }

  #reserve(sizeBytes: number): void {
    if (this.#length + sizeBytes <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe((this.#length + sizeBytes) * 2);
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}
