import type { DatabaseSync, StatementSync } from "node:sqlite";
import { CHUNK } from "./index-schema.ts";

const CHUNK_BYTES = CHUNK / 8;

/** Sets bits by ascending rank and writes a chunk when the next one begins. */
export class BitWriter {
  readonly #insert: StatementSync;
  readonly #kinds = new Map<string, Bits>();
  readonly #columns = new Map<string, Bits>();
  #chunk = 0;

  constructor(database: DatabaseSync) {
    this.#insert = database.prepare("INSERT INTO bits VALUES (?, ?, ?, ?)");
  }

  setKind(kind: string, rank: number): void {
    this.#set(this.#kinds, kindBits(kind), rank);
  }

  setColumn(table: number, place: number, rank: number): void {
    this.#set(this.#columns, columnBits(table, place), rank);
  }

  #set(open: Map<string, Bits>, name: string, rank: number): void {
    const chunk = Math.floor(rank / CHUNK);
    if (chunk !== this.#chunk) this.finish();
    this.#chunk = chunk;
    let bits = open.get(name);
    if (bits === undefined) {
      bits = emptyBits();
      open.set(name, bits);
    }
    setBit(bits, rank % CHUNK);
  }

  /** Its columns' bits are not needed further on. */
  endTable(): void {
    this.#write(this.#columns);
  }

  finish(): void {
    this.#write(this.#kinds);
    this.#write(this.#columns);
  }

  #write(open: Map<string, Bits>): void {
    for (const [name, bits] of open) {
      const first = bits.findIndex((byte) => byte !== 0);
      const last = bits.findLastIndex((byte) => byte !== 0);
      this.#insert.run(name, this.#chunk, first, bits.subarray(first, last + 1));
    }
    open.clear();
  }
}

export function kindBits(kind: string): string {
  return kind;
}

export function columnBits(table: number, place: number): string {
  return `${table}.${place}`;
}

/** Bits of one chunk. */
export type Bits = Uint8Array;

/** Reads chunks; a chunk without any bit is not stored. */
export class BitReader {
  readonly #select: StatementSync;

  constructor(database: DatabaseSync) {
    this.#select = database.prepare("SELECT first_byte, body FROM bits WHERE name = ? AND chunk = ?");
  }

  /** Adds the named bits of a chunk to `bits`. */
  addTo(bits: Bits, name: string, chunk: number): void {
    const found = this.#select.get(name, chunk);
    if (found === undefined) return;
    const first = Number(found["first_byte"]);
    const body = found["body"] as Uint8Array;
    for (let at = 0; at < body.length; at += 1) bits[first + at] = (bits[first + at] ?? 0) | (body[at] ?? 0);
  }
}

export function setBit(bits: Bits, place: number): void {
  bits[place >> 3] = (bits[place >> 3] ?? 0) | (1 << (place & 7));
}

export function hasBit(bits: Bits, place: number): boolean {
  return ((bits[place >> 3] ?? 0) & (1 << (place & 7))) !== 0;
}

export function emptyBits(): Bits {
  return new Uint8Array(CHUNK_BYTES);
}

/** Sets all from `from` to before `to`, places within the chunk. */
export function setRange(bits: Bits, from: number, to: number): void {
  for (let place = from; place < to; ) {
    if ((place & 7) === 0 && to - place >= 8) {
      const bytes = (to - place) >> 3;
      bits.fill(0xff, place >> 3, (place >> 3) + bytes);
      place += bytes * 8;
    } else {
      setBit(bits, place);
      place += 1;
    }
  }
}

export function keepCommon(bits: Bits, other: Bits): void {
  for (let at = 0; at < bits.length; at += 1) bits[at] = (bits[at] ?? 0) & (other[at] ?? 0);
}

const ONES = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(2).replaceAll("0", "").length);

export function countBits(bits: Bits): number {
  let sum = 0;
  for (let at = 0; at < bits.length; at += 1) sum += ONES[bits[at] ?? 0] ?? 0;
  return sum;
}

/** How many are set in both. */
export function countCommon(bits: Bits, other: Bits): number {
  let sum = 0;
  for (let at = 0; at < bits.length; at += 1) sum += ONES[(bits[at] ?? 0) & (other[at] ?? 0)] ?? 0;
  return sum;
}
