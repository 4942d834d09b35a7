import type { BucketSelection, RowPart } from "@syncline/engine";
import { quoteLiteral } from "../sql/quote.ts";
import {
  type BoundRange,
  bucketCondition,
  bucketRanges,
  seeksBuckets,
  seeksKeys,
} from "./bucket-selection.ts";
import { boundType, conditions, fromTable, rangeColumn, type TableSql } from "./row-sql.ts";

export interface RowSourceRequest {
  /** Expressions over `t`, with names. */
  readonly select: string;
  readonly part: RowPart;
  readonly only: BucketSelection | null;
  /** A further condition, or null. */
  readonly where: string | null;
}

/** Whether the statement should find its rows by index. */
export function seeks(sql: TableSql, only: BucketSelection | null): boolean {
  if (only !== null && seeksBuckets(sql, only.bucketing)) return true;
  const { segment } = sql.plan;
  return segment !== undefined && seeksKeys(sql, (segment.from ?? segment.to ?? []).length);
}

/**
 * The rows to read as a derived table. OFFSET 0 keeps the planner from merging it with the outer query, which would
 * compute the row's bytes once for each hash.
 */
export function rowSource(sql: TableSql, request: RowSourceRequest): string {
  const { only, part, select, where } = request;
  const { key } = sql.plan;
  const extra = where === null ? [] : [where];
  if (only === null || key === null) return scan(sql, select, part, extra);
  if (only.bucketing.kind === "hash" || !seeksBuckets(sql, only.bucketing))
    return scan(sql, select, part, [bucketCondition(key, only), ...extra]);
  const ranges = bucketRanges(only.bucketing.bounds, only.buckets);
  const column = {
    value: rangeColumn(key, only.bucketing.column),
    type: boundType(key, only.bucketing.column),
  };
  const closed = ranges.filter((range) => range.from !== null && range.to !== null);
  const open = ranges.filter((range) => range.from === null || range.to === null);
  const branches = open.map((range) => scan(sql, select, part, [...openRange(column, range), ...extra]));
  if (closed.length > 0) branches.push(seekRanges(sql, request, column, closed));
  return branches.length === 0 ? scan(sql, select, part, ["false"]) : branches.join(" UNION ALL ");
}

function scan(sql: TableSql, select: string, part: RowPart, extra: readonly string[]): string {
  return `(SELECT ${select} FROM ${fromTable(sql)}${conditions(sql, part, extra)} OFFSET 0)`;
}

interface RangeColumn {
  readonly value: string;
  readonly type: string;
}

function openRange({ value, type }: RangeColumn, { from, to }: BoundRange): string[] {
  return [
    ...(from === null ? [] : [`${value} >= ${quoteLiteral(from)}::${type}`]),
    ...(to === null ? [] : [`${value} < ${quoteLiteral(to)}::${type}`]),
  ];
}

/** One index scan a range; a long OR would be planned for longer than it runs. */
function seekRanges(
  sql: TableSql,
  request: RowSourceRequest,
  column: RangeColumn,
  ranges: readonly BoundRange[],
): string {
  const rows = ranges.map(
    ({ from, to }) =>
      `(${quoteLiteral(from ?? "")}::${column.type}, ${quoteLiteral(to ?? "")}::${column.type})`,
  );
  const extra = [
    `${column.value} >= r.lo AND ${column.value} < r.hi`,
    ...(request.where === null ? [] : [request.where]),
  ];
  const inner = scan(sql, request.select, request.part, extra);
  return `(SELECT x.* FROM (VALUES ${rows.join(", ")}) AS r(lo, hi) CROSS JOIN LATERAL ${inner} AS x)`;
}
