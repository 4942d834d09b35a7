import type { HashSum } from "./hash-sum.ts";
import { comparePart, type RowBatch, RowCursor } from "./row-batch.ts";

/** A row that differs, by the addresses of its sides; counts are above 1 only without a key. */
export interface Difference {
  readonly kind: "insert" | "update" | "delete";
  readonly source: Uint8Array | null;
  readonly target: Uint8Array | null;
}

export interface MergeCounts {
  sourceRows: number;
  targetRows: number;
  unchanged: number;
}

/** The sums of the row hashes that were read, per side. */
export interface MergeSums {
  readonly source: HashSum;
  readonly target: HashSum;
}

const BATCH = 1_000;

/**
 * Merges two sequences ordered by key, each key at most once a side, in constant memory. Yields differences in key
 * order, in batches; `counts` and `sums` are complete when the iteration ends.
 */
export async function* mergeRows(
  source: AsyncIterable<RowBatch>,
  target: AsyncIterable<RowBatch>,
  counts: MergeCounts,
  sums: MergeSums,
): AsyncGenerator<Difference[]> {
  const cursors = { source: new RowCursor(source), target: new RowCursor(target) };
  let found: Difference[] = [];
  try {
    let ended = false;
    while (!ended) {
      ended = await mergeReady(cursors, found, counts);
      if (found.length >= BATCH) {
        yield found;
        found = [];
      }
    }
    sums.source.addAll(cursors.source.sum);
    sums.target.addAll(cursors.target.sum);
    if (found.length > 0) yield found;
  } finally {
    await Promise.all([cursors.source.close(), cursors.target.close()]);
  }
}

interface Cursors {
  readonly source: RowCursor;
  readonly target: RowCursor;
}

/** Merges what is loaded, up to a full batch of differences; true at the end of both sides. */
async function mergeReady(cursors: Cursors, found: Difference[], counts: MergeCounts): Promise<boolean> {
  const { source, target } = cursors;
  const [hasSource, hasTarget] = await Promise.all([source.load(), target.load()]);
  if (!hasSource && !hasTarget) return true;
  if (!hasSource)
    drain(target, (address) => found.push({ kind: "delete", source: null, target: address }), found);
  else if (!hasTarget)
    drain(source, (address) => found.push({ kind: "insert", source: address, target: null }), found);
  else mergeLoaded(source, target, found, counts);
  counts.sourceRows = source.rows;
  counts.targetRows = target.rows;
  return false;
}

function drain(cursor: RowCursor, take: (address: Uint8Array) => void, found: readonly Difference[]): void {
  while (cursor.ready && found.length < BATCH) {
    take(cursor.address());
    cursor.advance();
  }
}

function mergeLoaded(source: RowCursor, target: RowCursor, found: Difference[], counts: MergeCounts): void {
  while (source.ready && target.ready && found.length < BATCH) {
    const order = comparePart(source, target, 0);
    if (order < 0) {
      found.push({ kind: "insert", source: source.address(), target: null });
      source.advance();
    } else if (order > 0) {
      found.push({ kind: "delete", source: null, target: target.address() });
      target.advance();
    } else {
      if (comparePart(source, target, 1) === 0) counts.unchanged += 1;
      else found.push({ kind: "update", source: source.address(), target: target.address() });
      source.advance();
      target.advance();
    }
  }
}
