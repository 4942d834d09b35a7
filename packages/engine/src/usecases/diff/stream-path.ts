import { type Difference, mergeRows, type RowChange } from "@syncline/core";
import type { BucketSelection } from "../../ports/read-snapshot.ts";
import type { CompareTable } from "./compare-table.ts";

/** Streams both sides in key order, or only some buckets of them, and tells the rows that differ. */
export async function* streamPath(
  compare: CompareTable,
  only: BucketSelection | null,
): AsyncGenerator<RowChange[]> {
  const { readers, signal, tally } = compare;
  const request = { order: "key", part: "keyed", only, signal } as const;
  const counts = { sourceRows: 0, targetRows: 0, unchanged: 0 };
  const started = performance.now();
  const sums = only === null ? compare.sums : compare.partialSums();
  const merged = mergeRows(readers.source.rows(request), readers.target.rows(request), counts, sums);
  try {
    for await (const differences of merged) {
      yield* tellDifferences(compare, differences);
      compare.progress(counts.sourceRows);
      if (compare.stopped) return;
    }
  } finally {
    tally.addMerged(counts);
    const note =
      only === null ? "rows of both sides in key order" : `${only.buckets.length} differing buckets`;
    tally.steps.push({
      step: "stream",
      milliseconds: performance.now() - started,
      rows: counts.sourceRows,
      note,
    });
  }
}

/** Counts a batch of differences and builds those that the caller wants to see, few at a time where rows are wide. */
async function* tellDifferences(
  compare: CompareTable,
  differences: Difference[],
): AsyncGenerator<RowChange[]> {
  if (compare.builder.mustFetch) {
    for (const piece of pieces(compare, differences)) {
      const { changes, same } = await compare.builder.build(piece);
      compare.tally.merge.unchanged += same;
      const counted = admitted(compare, changes);
      for (const change of counted) compare.suspects?.add(change);
      yield counted.filter((change) => compare.wishes.take(change.kind));
      if (compare.stopped) return;
    }
    return;
  }
  const counted = admitted(compare, differences);
  const wanted = counted.filter((difference) => compare.wishes.take(difference.kind));
  for (const piece of pieces(compare, wanted)) yield (await compare.builder.build(piece)).changes;
}

/** As many at once as may be fetched at once, which the rows fetched so far decide. */
function* pieces({ builder }: CompareTable, differences: readonly Difference[]): Generator<Difference[]> {
  for (let from = 0; from < differences.length; ) {
    const piece = differences.slice(from, from + builder.atOnce);
    from += piece.length;
    yield piece;
  }
}

function admitted<Item extends { readonly kind: RowChange["kind"] }>(
  compare: CompareTable,
  found: Item[],
): Item[] {
  const kept = found.slice(0, compare.admit(found.length));
  for (const { kind } of kept) compare.tally.count(kind, 1);
  return kept;
}
