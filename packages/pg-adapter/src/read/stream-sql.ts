import type { RowStreamRequest } from "@syncline/engine";
import { rowSource, seeks } from "./row-source.ts";
import { addressExpressions, hashes, rowBytes, sortExpressions, type TableSql } from "./row-sql.ts";

/** Sort key, hashes and address of every row. */
export function rowStreamQuery(sql: TableSql, { order, part, only }: RowStreamRequest): string {
  const { plan } = sql;
  const sort = order === "hash" || plan.key === null ? [] : sortExpressions(plan.key);
  const address = addressExpressions(sql);
  const named = (expressions: readonly string[], letter: string) =>
    expressions.map((expression, index) => `${expression} AS ${letter}${index}`);
  const names = (expressions: readonly string[], letter: string) =>
    expressions.map((_, index) => `${letter}${index}`);
  const select = [...named(sort, "k"), `${rowBytes(sql, part)} AS b`, ...named(address, "a")].join(", ");
  const [h0, h1] = hashes(plan, "b");
  const outer = [...names(sort, "k"), `${h0} AS h0`, `${h1} AS h1`, ...names(address, "a")].join(", ");
  const by = sort.length === 0 ? "h0, h1" : names(sort, "k").join(", ");
  const source = rowSource(sql, { select, part, only, where: null });
  return `SELECT ${outer} FROM (${source}) s ORDER BY ${by}`;
}

export function streamSettings(sql: TableSql, { only }: RowStreamRequest): string {
  const scan = seeks(sql, only) && sql.scope === null ? "off" : "on"; // a scope may read whole tables
  return `SET LOCAL enable_sort = on; SET LOCAL enable_seqscan = ${scan}; SET LOCAL work_mem = '64MB'`;
}
