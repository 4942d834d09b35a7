import {
  type BitReader,
  type Bits,
  countBits,
  countCommon,
  emptyBits,
  keepCommon,
  setRange,
} from "./bit-chunks.ts";
import { CHUNK } from "./index-schema.ts";
import type { RankRange } from "./rank-ranges.ts";

/** A set of ranks as chunks of bits. */
export interface RankSource {
  /** Chunks that may hold any, in order, from the one that holds `from` on. */
  chunks(from: number): Iterable<number>;
  /** The caller changes nothing in it, and keeps it no longer than until the next call. */
  bits(chunk: number): Bits;
  /** How many of a chunk, where that is known without its bits. */
  countOf?(chunk: number): number | undefined;
}

export interface KindCounts {
  readonly insert: number;
  readonly update: number;
  readonly delete: number;
}

export const NO_KINDS: KindCounts = { insert: 0, update: 0, delete: 0 };
export const KINDS = ["insert", "update", "delete"] as const;

export type GiveWay = () => Promise<void>;

/** In order, from `from` on. */
export function* ranksFrom(source: RankSource, from: number): Generator<number> {
  for (const chunk of source.chunks(from)) {
    const start = chunk * CHUNK;
    const bits = source.bits(chunk).slice();
    for (let at = Math.max(0, (from - start) >> 3); at < bits.length; at += 1) {
      const byte = bits[at] ?? 0;
      for (let bit = 0; byte >> bit !== 0; bit += 1) {
        const rank = start + at * 8 + bit;
        if (((byte >> bit) & 1) === 1 && rank >= from) yield rank;
      }
    }
  }
}

/** The rank that `before` others of the set come before; null when there are not so many. */
export async function rankAt(source: RankSource, before: number, giveWay: GiveWay): Promise<number | null> {
  let left = before;
  for (const chunk of source.chunks(0)) {
    const count = source.countOf?.(chunk) ?? countBits(source.bits(chunk));
    if (left < count) return chunk * CHUNK + placeOf(source.bits(chunk), left);
    left -= count;
    await giveWay();
  }
  return null;
}

function placeOf(bits: Bits, before: number): number {
  let left = before;
  for (let at = 0; at < bits.length; at += 1) {
    const byte = bits[at] ?? 0;
    for (let bit = 0; byte >> bit !== 0; bit += 1) {
      if (((byte >> bit) & 1) === 0) continue;
      if (left === 0) return at * 8 + bit;
      left -= 1;
    }
  }
  return bits.length * 8;
}

/** How many of the set are less than `rank`. */
export async function countBefore(source: RankSource, rank: number, giveWay: GiveWay): Promise<number> {
  let sum = 0;
  for (const chunk of source.chunks(0)) {
    const start = chunk * CHUNK;
    if (start >= rank) return sum;
    if (start + CHUNK <= rank) sum += source.countOf?.(chunk) ?? countBits(source.bits(chunk));
    else sum += countCommon(source.bits(chunk), bitsOfRange({ from: 0, to: rank }, start));
    await giveWay();
  }
  return sum;
}

/** By kind, within each of the ranges, which follow each other. */
export async function countKinds(
  source: RankSource,
  { reader, ranges }: { readonly reader: BitReader; readonly ranges: readonly RankRange[] },
  giveWay: GiveWay,
): Promise<KindCounts[]> {
  const counts = ranges.map(() => ({ ...NO_KINDS }));
  const first = ranges[0]?.from ?? 0;
  const last = ranges.at(-1)?.to ?? 0;
  let begin = 0;
  for (const chunk of source.chunks(first)) {
    const start = chunk * CHUNK;
    if (start >= last) break;
    const bits = source.bits(chunk).slice();
    const kinds = KINDS.map((kind) => {
      const own = emptyBits();
      reader.addTo(own, kind, chunk);
      keepCommon(own, bits);
      return own;
    });
    while ((ranges[begin]?.to ?? Number.POSITIVE_INFINITY) <= start) begin += 1;
    for (let at = begin; at < ranges.length; at += 1) {
      const range = ranges[at];
      const sum = counts[at];
      if (range === undefined || sum === undefined || range.from >= start + CHUNK) break;
      const whole = range.from <= start && range.to >= start + CHUNK;
      const within = whole ? null : bitsOfRange(range, start);
      for (const [place, kind] of KINDS.entries()) {
        const own = kinds[place];
        if (own !== undefined) sum[kind] += within === null ? countBits(own) : countCommon(own, within);
      }
    }
    await giveWay();
  }
  return counts;
}

function bitsOfRange({ from, to }: RankRange, start: number): Bits {
  const bits = emptyBits();
  setRange(bits, Math.min(Math.max(from - start, 0), CHUNK), Math.min(Math.max(to - start, 0), CHUNK));
  return bits;
}
