import type { RowStreamRequest } from "@syncline/engine";
import { addressExpressions, conditions, fromTable, hashes, rowBytes, sortExpressions, type TableSql } from "./row-sql.ts";

/**
 * Sort key, hashes and address of every row. OFFSET 0 keeps the planner from computing the bytes once for each hash.
 */
export function rowStreamQuery(sql: TableSql, { order, part, segments }: RowStreamRequest): string {
  const { plan } = sql;
  const byHash = order === "hash" || plan.key === null;
  const sort = byHash || plan.key === null ? [] : sortExpressions(plan.key);
  const address = addressExpressions(sql);
  const inner = [
    ...sort.map((expression, index) => `${expression} AS k${index}`),
    `${rowBytes(sql)} AS b`,
    ...address.map((expression, index) => `${expression} AS a${index}`),
  ].join(", ");
  const [h0, h1] = hashes(plan, "b");
  const outer = [
    ...sort.map((_, index) => `k${index}`),
    `${h0} AS h0`,
    `${h1} AS h1`,
    ...address.map((_, index) => `a${index}`),
  ].join(", ");
  const by = byHash ? "h0, h1" : sort.map((_, index) => `k${index}`).join(", ");
  return `SELECT ${outer} FROM (SELECT ${inner} FROM ${fromTable(sql)}${conditions(sql, part, segments)} OFFSET 0) s ORDER BY ${by}`;
}
