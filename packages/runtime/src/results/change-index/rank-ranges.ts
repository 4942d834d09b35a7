import type { PatchTable } from "@syncline/core";
import type { KeyFilter } from "../result-contract.ts";
import type { BlockReader } from "./block-reader.ts";
import { keyOfRecord } from "./change-record.ts";
import { numberColumns } from "./entry-codec.ts";
import type { TableMeta } from "./index-meta.ts";
import { keyStarts, sortKey } from "./sort-key.ts";

/** Ranks from `from` to before `to`. */
export interface RankRange {
  readonly from: number;
  readonly to: number;
}

/** Sorts after every text that begins like the bytes before it: no UTF-8 holds it. */
const AFTER = Buffer.from([0xff]);

/** Where the changes of a table lie whose key starts as the filter says, in order. */
export function rangesOfKey(reader: BlockReader, meta: TableMeta, filter: KeyFilter): RankRange[] {
  const wanted = filter.values.length + (filter.prefix === undefined || filter.prefix === "" ? 0 : 1);
  if (wanted > meta.table.key.length) return [];
  const numbers = numberColumns(meta.table);
  const starts = keyStarts({
    values: filter.values,
    prefix: filter.prefix,
    numbers,
    mostDigits: meta.mostDigits,
  });
  return starts.flatMap((start) => {
    const bytes = Buffer.from(start);
    const find = (key: Uint8Array) => firstRankFrom(reader, { meta, numbers, key });
    const range = { from: find(bytes), to: find(Buffer.concat([bytes, AFTER])) };
    return range.from < range.to ? [range] : [];
  });
}

interface Search {
  readonly meta: TableMeta;
  readonly numbers: readonly boolean[];
  readonly key: Uint8Array;
}

/** Rank of the table's first change whose key does not sort before `key`. */
export function firstRankFrom(reader: BlockReader, { meta, numbers, key }: Search): number {
  const zone = reader.zoneBefore(meta.place, key);
  if (zone === undefined) return meta.firstRank;
  const records = reader.read(zone).records();
  let [low, high] = [0, records.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const values = keyOfRecord(records[middle] ?? [], keyColumns(meta.table));
    if (Buffer.compare(Buffer.from(sortKey(values, numbers)), key) < 0) low = middle + 1;
    else high = middle;
  }
  return zone.firstRank + low;
}

function keyColumns(table: PatchTable): number {
  return table.key.length;
}
