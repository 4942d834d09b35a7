import type { Bucketing, BucketSelection, SideKey, SideKeyColumn } from "@syncline/engine";
import { quoteLiteral } from "../sql/quote.ts";
import { boundType, keyHashBucket, rangeColumn, type TableSql } from "./row-sql.ts";

/** Half-open range of a key column; null is open. */
export interface BoundRange {
  readonly from: string | null;
  readonly to: string | null;
}

/** Whether an index leads with the bucketed column itself, so that a few buckets are found without a scan. */
export function seeksBuckets({ plan, info }: Pick<TableSql, "plan" | "info">, bucketing: Bucketing): boolean {
  return bucketing.kind === "range" && seeksColumn({ plan, info }, bucketing.column);
}

/** Whether an index leads with this key column itself. */
function seeksColumn({ plan, info }: Pick<TableSql, "plan" | "info">, index: number): boolean {
  const column = plan.key?.columns[index];
  return column !== undefined && leads(info, [column]);
}

/** Whether an index leads with so many first columns of the key, in their order. */
export function seeksKeys({ plan, info }: Pick<TableSql, "plan" | "info">, columns: number): boolean {
  return plan.key !== null && leads(info, plan.key.columns.slice(0, columns));
}

function leads({ spec }: TableSql["info"], columns: readonly SideKeyColumn[]): boolean {
  // A text is compared by its bytes, which its index has no order of.
  if (columns.some(({ form }) => form.cast !== null || form.order === "text")) return false;
  return spec.keys.some((key) => columns.every(({ name }, at) => key.columns[at] === name));
}

/** The bucket of a row. `width_bucket` is quick for fixed-width types only. */
export function bucketSql(key: SideKey, bucketing: Bucketing): string {
  if (bucketing.kind === "hash") return keyHashBucket(key, bucketing.bits);
  const type = boundType(key, bucketing.column);
  const bounds = `{${bucketing.bounds.map((bound) => `"${bound}"`).join(",")}}`;
  return `pg_catalog.width_bucket(${rangeColumn(key, bucketing.column)}, ${quoteLiteral(bounds)}::${type}[])`;
}

/** A condition for the rows of the buckets, one pass over the table. */
export function bucketCondition(key: SideKey, { bucketing, buckets }: BucketSelection): string {
  return `${bucketSql(key, bucketing)} = ANY ('{${buckets.join(",")}}'::pg_catalog.int4[])`;
}

/** Neighbouring buckets make one range. */
export function bucketRanges(bounds: readonly string[], buckets: readonly number[]): BoundRange[] {
  const ranges: { from: string | null; to: string | null; last: number }[] = [];
  for (const bucket of buckets) {
    const previous = ranges.at(-1);
    const to = bounds[bucket] ?? null;
    if (previous !== undefined && previous.last === bucket - 1) {
      previous.to = to;
      previous.last = bucket;
    } else ranges.push({ from: bucket === 0 ? null : (bounds[bucket - 1] ?? null), to, last: bucket });
  }
  return ranges.map(({ from, to }) => ({ from, to }));
}
