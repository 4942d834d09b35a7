import type { BucketSumsRequest } from "@syncline/engine";
import { bucketSql } from "./bucket-selection.ts";
import { pageRange } from "./page-range.ts";
import { rowSource } from "./row-source.ts";
import { hashes, rowBytes, type TableSql } from "./row-sql.ts";

/** By its own choice the planner sorts a gigabyte to disk instead of hashing a few thousand groups. */
export const BUCKET_SETTINGS =
  "SET LOCAL enable_sort = off; SET LOCAL enable_seqscan = on; SET LOCAL work_mem = '64MB'";

/** For a few buckets that an index finds. */
export const SEEK_SETTINGS =
  "SET LOCAL enable_sort = off; SET LOCAL enable_seqscan = off; SET LOCAL work_mem = '64MB'";

/** Bucket, count and sums of one slice: a range of pages, the last one open. */
export function bucketSumsQuery(sql: TableSql, { bucketing, slice, buckets }: BucketSumsRequest): string {
  const { plan } = sql;
  if (plan.key === null) throw new RangeError("rows without a key have no buckets");
  const source = rowSource(sql, {
    select: `${bucketSql(plan.key, bucketing)} AS k, ${rowBytes(sql, "keyed")} AS b`,
    part: "keyed",
    only: buckets === null ? null : { bucketing, buckets },
    where: pageRange(sql.info, slice),
  });
  const [h0, h1] = hashes(plan, "b");
  return `SELECT k, pg_catalog.count(*), pg_catalog.sum(${h0}), pg_catalog.sum(${h1}) FROM (${source}) s GROUP BY k`;
}
