import type { Bucketing } from "../../ports/read-snapshot.ts";
import type { ComparePath } from "../diff-contract.ts";
import type { CompareTable } from "./compare-table.ts";

const ROWS_A_BUCKET = 512;
/** More groups than this no longer fit the processor caches: 4 M rows took 5.7 s in 4,096 groups, 7.5 s in 12,500. */
const MOST_BUCKETS = 8_192;
const FEWEST_BUCKETS = 16;

/** Bounds of a fixed-width key column with enough distinct values, else hashes of the key. */
export async function chooseBucketing(compare: CompareTable, path: ComparePath | "auto"): Promise<Bucketing> {
  const wanted = bucketsFor(compare.estimatedRows);
  const bits = Math.max(4, Math.ceil(Math.log2(wanted)));
  if (path === "buckets-by-hash") return { kind: "hash", bits };
  const columns = compare.work.source.key?.columns ?? [];
  for (const [column, { form }] of columns.entries()) {
    if (form.width === null || form.width < 2) continue;
    const sampler = compare.largerSide;
    const bounds = await compare.tally.step(
      "bounds",
      "sample of one side",
      () => compare.readers[sampler].sampleBounds(column, wanted, compare.signal),
      (all) => all.length,
    );
    if (bounds.length >= wanted / 4 || path === "buckets-by-range") return { kind: "range", column, bounds };
  }
  return { kind: "hash", bits };
}

function bucketsFor(rows: number): number {
  return Math.max(FEWEST_BUCKETS, Math.min(MOST_BUCKETS, Math.ceil(rows / ROWS_A_BUCKET)));
}
