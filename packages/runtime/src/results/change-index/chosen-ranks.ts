import {
  type BitReader,
  type Bits,
  countBits,
  emptyBits,
  hasBit,
  keepCommon,
  setRange,
} from "./bit-chunks.ts";
import { CHUNK } from "./index-schema.ts";
import type { RankRange } from "./rank-ranges.ts";

/** Bits of a column within the ranks of its table. */
export interface NamedRange extends RankRange {
  readonly name: string;
}

export interface RankChoice {
  /** In order, without overlaps. */
  readonly ranges: readonly RankRange[];
  /** Names of bits of which one must be set; null for no such condition. */
  readonly kinds: readonly string[] | null;
  readonly columns: readonly NamedRange[] | null;
}

/** The ranks that a filter without its text chooses, chunk by chunk. */
export class ChosenRanks {
  readonly #reader: BitReader;
  readonly #choice: RankChoice;
  #kept: { readonly chunk: number; readonly bits: Bits } | undefined;

  constructor(reader: BitReader, choice: RankChoice) {
    this.#reader = reader;
    this.#choice = choice;
  }

  /** From the chunk that holds `from` on. */
  *#chunks(from: number): Generator<{ readonly start: number; readonly bits: Bits }> {
    let done = -1;
    for (const range of this.#choice.ranges) {
      const first = Math.max(Math.floor(Math.max(range.from, from) / CHUNK), done + 1);
      for (let chunk = first; chunk * CHUNK < range.to; chunk += 1) {
        done = chunk;
        yield { start: chunk * CHUNK, bits: this.#chunk(chunk) };
      }
    }
  }

  *from(from: number): Generator<number> {
    for (const { start, bits } of this.#chunks(from)) {
      for (let at = Math.max(0, (from - start) >> 3); at < bits.length; at += 1) {
        const byte = bits[at] ?? 0;
        for (let bit = 0; byte >> bit !== 0; bit += 1) {
          const rank = start + at * 8 + bit;
          if (((byte >> bit) & 1) === 1 && rank >= from) yield rank;
        }
      }
    }
  }

  has(rank: number): boolean {
    return hasBit(this.#chunk(Math.floor(rank / CHUNK)), rank % CHUNK);
  }

  count(): number {
    const { ranges, kinds, columns } = this.#choice;
    if (kinds === null && columns === null) return ranges.reduce((sum, { from, to }) => sum + to - from, 0);
    let sum = 0;
    for (const { bits } of this.#chunks(0)) sum += countBits(bits);
    return sum;
  }

  #chunk(chunk: number): Bits {
    if (this.#kept?.chunk !== chunk) this.#kept = { chunk, bits: this.#bits(chunk) };
    return this.#kept.bits;
  }

  #bits(chunk: number): Bits {
    const { ranges, kinds, columns } = this.#choice;
    const start = chunk * CHUNK;
    const within = <Range extends RankRange>(all: readonly Range[]) =>
      all.filter(({ from, to }) => from < start + CHUNK && to > start);
    const bits = emptyBits();
    for (const { from, to } of within(ranges))
      setRange(bits, Math.max(from - start, 0), Math.min(to - start, CHUNK));
    if (kinds !== null) this.#keep(bits, chunk, kinds);
    if (columns !== null)
      this.#keep(
        bits,
        chunk,
        within(columns).map(({ name }) => name),
      );
    return bits;
  }

  #keep(bits: Bits, chunk: number, names: readonly string[]): void {
    const any = emptyBits();
    for (const name of names) this.#reader.addTo(any, name, chunk);
    keepCommon(bits, any);
  }
}
