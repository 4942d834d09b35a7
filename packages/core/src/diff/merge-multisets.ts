import type { MergeCounts, MergeSums } from "./merge-rows.ts";
import { comparePart, type RowBatch, RowCursor } from "./row-batch.ts";

/** Rows with one hash of which one side has more than the other. */
export interface SurplusGroup {
  readonly side: "source" | "target";
  /** How many more than the other side. */
  readonly surplus: number;
  /** All rows of the group on that side. */
  readonly rows: number;
  /** Addresses of all rows of the group, or of one of them. */
  readonly addresses: readonly Uint8Array[];
}

export interface MultisetOptions {
  /** Rows with one hash may still differ in columns that are not compared, so all their addresses are wanted. */
  readonly everyAddress: boolean;
}

const BATCH = 1_000;

/** Merges two sequences ordered by hash as multisets, in constant memory but for the addresses of one group. */
export async function* mergeMultisets(
  source: AsyncIterable<RowBatch>,
  target: AsyncIterable<RowBatch>,
  counts: MergeCounts,
  sums: MergeSums,
  options: MultisetOptions,
): AsyncGenerator<SurplusGroup[]> {
  const cursors = { source: new RowCursor(source, 0), target: new RowCursor(target, 0) };
  let found: SurplusGroup[] = [];
  let addresses = 0;
  try {
    for (;;) {
      const group = await nextGroup(cursors, options);
      counts.sourceRows = cursors.source.rows;
      counts.targetRows = cursors.target.rows;
      if (group === null) break;
      counts.unchanged += Math.min(group.source.rows, group.target.rows);
      const surplus = surplusOf(group);
      if (surplus === null) continue;
      found.push(surplus);
      addresses += surplus.addresses.length;
      if (addresses >= BATCH) {
        yield found;
        found = [];
        addresses = 0;
      }
    }
    sums.source.addAll(cursors.source.sum);
    sums.target.addAll(cursors.target.sum);
    if (found.length > 0) yield found;
  } finally {
    await Promise.all([cursors.source.close(), cursors.target.close()]);
  }
}

interface GroupSide {
  rows: number;
  readonly addresses: Uint8Array[];
}

interface Group {
  readonly source: GroupSide;
  readonly target: GroupSide;
}

interface Cursors {
  readonly source: RowCursor;
  readonly target: RowCursor;
}

/** Takes the rows with the smallest hash off both sides; null at the end of both. */
async function nextGroup({ source, target }: Cursors, options: MultisetOptions): Promise<Group | null> {
  const group: Group = { source: { rows: 0, addresses: [] }, target: { rows: 0, addresses: [] } };
  const hasSource = source.ready || (await source.load());
  const hasTarget = target.ready || (await target.load());
  if (!hasSource && !hasTarget) return null;
  const order = !hasSource ? 1 : !hasTarget ? -1 : comparePart(source, target, 0);
  if (order <= 0) await takeRun(source, group.source, options);
  if (order >= 0) await takeRun(target, group.target, options);
  return group;
}

/** Takes all rows with the hash under the cursor. */
async function takeRun(cursor: RowCursor, side: GroupSide, options: MultisetOptions): Promise<void> {
  const hash = cursor.part(0);
  do {
    if (options.everyAddress || side.rows === 0) side.addresses.push(cursor.address());
    side.rows += 1;
    cursor.advance();
  } while ((cursor.ready || (await cursor.load())) && cursor.partEquals(0, hash));
}

function surplusOf({ source, target }: Group): SurplusGroup | null {
  if (source.rows === target.rows) return null;
  const [side, more, less] =
    source.rows > target.rows ? (["source", source, target] as const) : (["target", target, source] as const);
  return { side, surplus: more.rows - less.rows, rows: more.rows, addresses: more.addresses };
}
