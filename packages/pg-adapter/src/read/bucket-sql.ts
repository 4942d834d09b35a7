import type { Bucketing, SideKey } from "@syncline/engine";
import { quoteLiteral } from "../sql/quote.ts";
import { boundType, conditions, fromTable, hashes, keyHashBucket, rangeColumn, rowBytes, type TableSql } from "./row-sql.ts";

/** By its own choice the planner sorts a gigabyte to disk instead of hashing a few thousand groups. */
export const BUCKET_SETTINGS = "SET LOCAL enable_sort = off; SET LOCAL work_mem = '64MB'";

/** Bucket, count and sums of one slice: a range of pages, the last one open. */
export function bucketSumsQuery(
  sql: TableSql,
  bucketing: Bucketing,
  slice: { readonly index: number; readonly of: number },
): string {
  const { plan } = sql;
  if (plan.key === null) throw new RangeError("rows without a key have no buckets");
  const where = withCondition(conditions(sql, "keyed", null), pageRange(sql, slice));
  const [h0, h1] = hashes(plan, "b");
  const inner = `SELECT ${bucketSql(plan.key, bucketing)} AS k, ${rowBytes(sql)} AS b FROM ${fromTable(sql)}${where} OFFSET 0`;
  return `SELECT k, pg_catalog.count(*), pg_catalog.sum(${h0}), pg_catalog.sum(${h1}) FROM (${inner}) s GROUP BY k`;
}

function bucketSql(key: SideKey, bucketing: Bucketing): string {
  if (bucketing.kind === "hash") return keyHashBucket(key, bucketing.bits);
  const type = boundType(key, bucketing.column);
  const bounds = `{${bucketing.bounds.map((bound) => `"${bound}"`).join(",")}}`;
  return `pg_catalog.width_bucket(${rangeColumn(key, bucketing.column)}, ${quoteLiteral(bounds)}::${type}[])`;
}

function pageRange({ info }: TableSql, { index, of }: { readonly index: number; readonly of: number }): string | null {
  if (of === 1) return null;
  const page = (at: number) => `'(${Math.floor((info.pages * at) / of)},0)'::pg_catalog.tid`;
  const from = `t.ctid >= ${page(index)}`;
  return index === of - 1 ? from : `${from} AND t.ctid < ${page(index + 1)}`;
}

function withCondition(where: string, condition: string | null): string {
  if (condition === null) return where;
  return where === "" ? ` WHERE ${condition}` : `${where} AND ${condition}`;
}
