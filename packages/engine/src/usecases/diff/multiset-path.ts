import { mergeMultisets, type RowChange, type SurplusGroup } from "@syncline/core";
import type { FetchedRow, RowPart } from "../../ports/read-snapshot.ts";
import type { CompareTable } from "./compare-table.ts";
import { fetchInPieces } from "./fetch-size.ts";

/** Compares rows without identity by how many there are of each. `part` says which rows. */
export async function* multisetPath(compare: CompareTable, part: RowPart): AsyncGenerator<RowChange[]> {
  const { readers, signal, tally } = compare;
  const request = { order: "hash", part, only: null, signal } as const;
  const counts = { sourceRows: 0, targetRows: 0, unchanged: 0 };
  const started = performance.now();
  const everyAddress = !hashTellsWholeRow(compare);
  const merged = mergeMultisets(
    readers.source.rows(request),
    readers.target.rows(request),
    counts,
    compare.sums,
    {
      everyAddress,
    },
  );
  try {
    for await (const groups of merged) {
      yield* tellGroups(compare, groups, { everyAddress, part });
      compare.progress(counts.sourceRows);
      if (compare.stopped) return;
    }
  } finally {
    tally.addMerged(counts);
    const note = part === "unkeyed" ? "rows with NULL in the key, by count" : "rows of both sides by count";
    tally.steps.push({
      step: "multiset",
      milliseconds: performance.now() - started,
      rows: counts.sourceRows,
      note,
    });
  }
}

/** False when rows with one hash can differ: in columns that are carried but not compared, or in spelling. */
function hashTellsWholeRow({ work }: CompareTable): boolean {
  return work.agreement.columns.every(
    ({ form }) => form !== null && form.kind !== "numeric-value" && form.kind !== "cast",
  );
}

async function* tellGroups(
  compare: CompareTable,
  groups: readonly SurplusGroup[],
  { everyAddress, part }: { readonly everyAddress: boolean; readonly part: RowPart },
): AsyncGenerator<RowChange[]> {
  for (const group of groups) {
    if (compare.stopped) return;
    const kind = group.side === "source" ? "insert" : "delete";
    const surplus = compare.admit(group.surplus);
    compare.tally.count(kind, surplus);
    if (surplus === 0 || !compare.wishes.take(kind)) continue;
    const rows = await fetchInPieces(group.addresses, compare.builder.sizes[group.side], (piece) =>
      compare.readers[group.side].fetch(piece, compare.signal),
    );
    const inTarget =
      group.side === "target" ? group.rows : knownInTarget(compare, group.rows - group.surplus);
    const changes = everyAddress
      ? splitByImage(compare, { ...group, surplus }, rows)
      : [toChange(compare, group.side, rows[0], surplus, inTarget)];
    yield part === "unkeyed" ? changes.map((change) => ({ ...change, key: [] })) : changes;
  }
}

/** Rows alike in the compared columns, told apart by all that they carry. */
function splitByImage(compare: CompareTable, group: SurplusGroup, rows: readonly FetchedRow[]): RowChange[] {
  const alike = [...Map.groupBy(rows, (row) => JSON.stringify(row.image)).values()];
  const changes: RowChange[] = [];
  // Of rows that the target holds as well it is not known how they spell what is not compared.
  const ofInserts = group.surplus === group.rows ? knownInTarget(compare, 0) : undefined;
  let left = group.surplus;
  for (const same of alike) {
    if (left === 0) break;
    const count = Math.min(left, same.length);
    changes.push(
      toChange(compare, group.side, same[0], count, group.side === "source" ? ofInserts : same.length),
    );
    left -= count;
  }
  return changes;
}

/** Rows alike that lie outside the target's scope were not counted. */
function knownInTarget({ work }: CompareTable, counted: number): number | undefined {
  return work.target.scope === undefined ? counted : undefined;
}

function toChange(
  compare: CompareTable,
  side: "source" | "target",
  row: FetchedRow | undefined,
  count: number,
  /** Identical rows of the target; always known of a row that the target holds. */
  of: number | undefined,
): RowChange {
  const table = compare.work.index;
  const image = row?.image ?? [];
  compare.tally.addBytes(image);
  const key = row?.key ?? [];
  if (side === "source")
    return { kind: "insert", table, key, after: image, count, ...(of === undefined ? {} : { of }) };
  return { kind: "delete", table, key, before: image, count, of: of ?? count };
}
