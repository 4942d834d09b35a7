import { type GiveWay, type RankSource, rankAt, ranksFrom } from "./rank-source.ts";

/** Neighbours lie in the same block, so a sample takes some together. */
const CLUSTERS = 64;
const CLUSTER = 64;

/**
 * Ranks of a set, evenly spread: clusters in an order in which any beginning is spread as well, so that the reader may
 * stop at any time. At most 4,096.
 */
export async function* evenSample(
  source: RankSource,
  total: number,
  giveWay: GiveWay,
): AsyncGenerator<readonly number[]> {
  const clusters = Math.min(CLUSTERS, Math.ceil(total / CLUSTER));
  const start = (at: number) => Math.floor((total * at) / clusters);
  for (const at of spreadOrder(clusters)) {
    const size = Math.min(CLUSTER, start(at + 1) - start(at));
    const first = await rankAt(source, start(at), giveWay);
    if (first === null) return;
    const ranks: number[] = [];
    for (const rank of ranksFrom(source, first)) {
      if (ranks.length === size) break;
      ranks.push(rank);
    }
    yield ranks;
  }
}

/** 0 to before `count` by their bits reversed: each next one falls into the widest gap. */
function spreadOrder(count: number): readonly number[] {
  const bits = Math.ceil(Math.log2(Math.max(count, 2)));
  const reversed = (value: number) =>
    Number.parseInt(value.toString(2).padStart(bits, "0").split("").reverse().join(""), 2);
  return Array.from({ length: 2 ** bits }, (_, at) => reversed(at)).filter((at) => at < count);
}
