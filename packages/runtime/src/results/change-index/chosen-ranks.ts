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
import { type RankSource, ranksFrom } from "./rank-source.ts";

/** Named bits within some ranks. */
export interface NamedRange extends RankRange {
  readonly name: string;
}

export interface RankChoice {
  /** In order, without overlaps. */
  readonly ranges: readonly RankRange[];
  /** Of each group one of the named bits must be set. */
  readonly groups: readonly (readonly NamedRange[])[];
  /** Of these none may be set. */
  readonly none?: readonly NamedRange[];
}

/** The ranks that a filter chooses as far as bits tell, chunk by chunk. */
export class ChosenRanks implements RankSource {
  readonly #reader: BitReader;
  readonly #choice: RankChoice;
  readonly #counts = new Map<number, number>();
  #kept: { readonly chunk: number; readonly bits: Bits } | undefined;

  constructor(reader: BitReader, choice: RankChoice) {
    this.#reader = reader;
    this.#choice = choice;
  }

  /** The rank after the last that may be chosen. */
  get end(): number {
    return this.#choice.ranges.at(-1)?.to ?? 0;
  }

  *chunks(from: number): Generator<number> {
    let done = -1;
    for (const range of this.#choice.ranges) {
      const first = Math.max(Math.floor(Math.max(range.from, from) / CHUNK), done + 1);
      for (let chunk = first; chunk * CHUNK < range.to; chunk += 1) {
        done = chunk;
        yield chunk;
      }
    }
  }

  from(from: number): Generator<number> {
    return ranksFrom(this, from);
  }

  has(rank: number): boolean {
    return hasBit(this.bits(Math.floor(rank / CHUNK)), rank % CHUNK);
  }

  countOf(chunk: number): number {
    let count = this.#counts.get(chunk);
    if (count === undefined) {
      count = countBits(this.bits(chunk));
      this.#counts.set(chunk, count);
    }
    return count;
  }

  count(): number {
    const { ranges, groups, none = [] } = this.#choice;
    if (groups.length === 0 && none.length === 0)
      return ranges.reduce((sum, { from, to }) => sum + to - from, 0);
    let sum = 0;
    for (const chunk of this.chunks(0)) sum += this.countOf(chunk);
    return sum;
  }

  bits(chunk: number): Bits {
    if (this.#kept?.chunk !== chunk) this.#kept = { chunk, bits: this.#chosen(chunk) };
    return this.#kept.bits;
  }

  #chosen(chunk: number): Bits {
    const { ranges, groups, none = [] } = this.#choice;
    const start = chunk * CHUNK;
    const bits = emptyBits();
    for (const { from, to } of within(ranges, start))
      setRange(bits, Math.max(from - start, 0), Math.min(to - start, CHUNK));
    for (const group of groups) keepCommon(bits, this.#any(group, chunk));
    if (none.length > 0) {
      const excluded = this.#any(none, chunk);
      for (let at = 0; at < bits.length; at += 1) bits[at] = (bits[at] ?? 0) & ~(excluded[at] ?? 0);
    }
    return bits;
  }

  #any(names: readonly NamedRange[], chunk: number): Bits {
    const any = emptyBits();
    for (const { name } of within(names, chunk * CHUNK)) this.#reader.addTo(any, name, chunk);
    return any;
  }
}

function within<Range extends RankRange>(all: readonly Range[], start: number): readonly Range[] {
  return all.filter(({ from, to }) => from < start + CHUNK && to > start);
}
