import type { BlockReader } from "./block-reader.ts";
import { keyOfRecord } from "./change-record.ts";
import { numberColumns } from "./entry-codec.ts";
import type { TableMeta } from "./index-meta.ts";
import { firstRankFrom, type RankRange } from "./rank-ranges.ts";
import { NO_KEY, sortKey } from "./sort-key.ts";

export interface KeyBuckets {
  /** `key`: equal parts of the range of the first key column. `order`: equal parts of the changes. */
  readonly along: "key" | "order";
  readonly buckets: readonly (RankRange & {
    readonly fromKey: string | null;
    readonly toKey: string | null;
  })[];
}

const WHOLE_NUMBERS = /^(smallint|integer|bigint|oid|xid8)$/;
const INTEGER = /^-?\d+$/;

/** Parts of a table's changes, in order; rows without a key are in the last one. */
export function keyBuckets(reader: BlockReader, table: TableMeta, wanted: number): KeyBuckets {
  const { firstRank, endRank } = table;
  const numbers = numberColumns(table.table);
  const keyedEnd = firstWithoutKey(reader, table);
  const [first, last] = [firstKey(reader, table, firstRank), firstKey(reader, table, keyedEnd - 1)];
  const type = new Map(table.table.columns).get(table.table.key[0] ?? "") ?? "";
  if (keyedEnd === firstRank || first === null || last === null) return byOrder(reader, table, wanted);
  if (!WHOLE_NUMBERS.test(type) || !INTEGER.test(first) || !INTEGER.test(last))
    return byOrder(reader, table, wanted);
  const [low, high] = [BigInt(first), BigInt(last)];
  const step = (high - low) / BigInt(wanted) + 1n;
  const rankOf = (value: bigint) =>
    firstRankFrom(reader, { meta: table, numbers, key: Buffer.from(sortKey([String(value)], numbers)) });
  const buckets = [];
  let from = firstRank;
  for (let start = low; start <= high; start += step) {
    const isLast = start + step > high;
    const to = isLast ? endRank : rankOf(start + step);
    const toKey = isLast ? high : start + step - 1n;
    buckets.push({ from, to, fromKey: String(start), toKey: String(toKey) });
    from = to;
  }
  return { along: "key", buckets };
}

/** Rank of the first change of a row without a key; where there is none, that after the table's last. */
export function firstWithoutKey(reader: BlockReader, meta: TableMeta): number {
  if (meta.firstRank === meta.endRank) return meta.endRank;
  return firstRankFrom(reader, { meta, numbers: numberColumns(meta.table), key: Buffer.from(NO_KEY) });
}

function byOrder(reader: BlockReader, table: TableMeta, wanted: number): KeyBuckets {
  const { firstRank, endRank } = table;
  const count = Math.min(wanted, endRank - firstRank);
  const start = (at: number) => firstRank + Math.floor(((endRank - firstRank) * at) / count);
  const buckets = Array.from({ length: count }, (_, at) => {
    const [from, to] = [start(at), start(at + 1)];
    return { from, to, fromKey: firstKey(reader, table, from), toKey: firstKey(reader, table, to - 1) };
  });
  return { along: "order", buckets };
}

/** Value of the first key column; null where the row has no key. */
function firstKey(reader: BlockReader, { table }: TableMeta, rank: number): string | null {
  const zone = reader.zoneOfRank(rank);
  if (zone === undefined) return null;
  const record = reader.read(zone).records()[rank - zone.firstRank];
  return record === undefined ? null : (keyOfRecord(record, table.key.length)[0] ?? null);
}
