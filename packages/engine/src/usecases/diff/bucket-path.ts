import type { RowChange } from "@syncline/core";
import type { Bucketing } from "../../ports/read-snapshot.ts";
import { BucketSums, bucketCount, sumTable } from "./bucket-sums.ts";
import type { CompareTable } from "./compare-table.ts";
import { streamPath } from "./stream-path.ts";

const PROBED_BUCKETS = 24;
/** Beyond this share of differing buckets one ordered pass is cheaper than sums first. */
const MOST_DIFFERING = 1 / 4;

/** Compares sums of buckets and reads only those that differ. */
export async function* bucketPath(compare: CompareTable, bucketing: Bucketing): AsyncGenerator<RowChange[]> {
  if (await probeSaysStream(compare, bucketing)) {
    compare.tally.path = "stream";
    compare.tally.reason += "; most of the first buckets differed, so all rows were streamed";
    yield* streamPath(compare, null);
    return;
  }
  const { source, target } = await sumBoth(compare, bucketing);
  const buckets = source.differing(target);
  if (buckets.length === 0) tellSums(compare, source, target, new Set());
  else if (compare.options.path === "auto" && isMany(buckets.length, bucketing)) {
    compare.tally.reason += `; ${buckets.length} of ${bucketCount(bucketing)} buckets differed, so all rows were streamed`;
    yield* streamPath(compare, null);
  } else {
    tellSums(compare, source, target, new Set(buckets));
    yield* streamPath(compare, { bucketing, buckets });
  }
}

function isMany(differing: number, bucketing: Bucketing): boolean {
  return differing > 16 && differing > bucketCount(bucketing) * MOST_DIFFERING;
}

/** Looks at some buckets spread over the table, where an index finds them. */
async function probeSaysStream(compare: CompareTable, bucketing: Bucketing): Promise<boolean> {
  const { readers, signal, tally } = compare;
  const seeks = readers.source.seeksBuckets(bucketing) && readers.target.seeksBuckets(bucketing);
  const all = bucketCount(bucketing);
  if (compare.options.path !== "auto" || !seeks || all < PROBED_BUCKETS * 4) return false;
  const step = Math.floor(all / PROBED_BUCKETS);
  const buckets = Array.from({ length: PROBED_BUCKETS }, (_, index) => index * step + Math.floor(step / 2));
  const request = { bucketing, buckets, slice: { index: 0, of: 1 }, signal };
  const differing = await tally.step(
    "probe",
    `${PROBED_BUCKETS} buckets by index`,
    async () => {
      const [a, b] = [new BucketSums(all), new BucketSums(all)];
      const [source, target] = await Promise.all([
        readers.source.sums(request),
        readers.target.sums(request),
      ]);
      a.add(source);
      b.add(target);
      return a.differing(b);
    },
    () => null,
  );
  return differing.length > PROBED_BUCKETS * MOST_DIFFERING;
}

async function sumBoth(compare: CompareTable, bucketing: Bucketing) {
  const { readers, signal, connections, tally } = compare;
  let rows = 0;
  const progress = (more: number) => {
    rows += more;
    compare.progress(Math.floor(rows / 2));
  };
  const side = (reader: typeof readers.source) =>
    sumTable({ reader, bucketing, connections, signal, progress });
  const note = `${bucketCount(bucketing)} buckets by ${bucketing.kind === "hash" ? "key hash" : "key range"}`;
  return tally.step(
    "sums",
    note,
    async () => {
      const [source, target] = await Promise.all([side(readers.source), side(readers.target)]);
      return { source, target };
    },
    ({ source, target }) => source.rows + target.rows,
  );
}

/** Rows of equal buckets are unchanged; those of the others are counted when they are read. */
function tellSums(
  compare: CompareTable,
  source: BucketSums,
  target: BucketSums,
  differing: ReadonlySet<number>,
): void {
  let inDiffering = { source: 0, target: 0 };
  for (const bucket of differing) {
    inDiffering = {
      source: inDiffering.source + source.count(bucket),
      target: inDiffering.target + target.count(bucket),
    };
  }
  const unchanged = source.rows - inDiffering.source;
  compare.tally.addMerged({ sourceRows: unchanged, targetRows: target.rows - inDiffering.target, unchanged });
  source.addTo(compare.sums.source);
  target.addTo(compare.sums.target);
}
