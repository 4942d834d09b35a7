import { column, conditions, fromTable, type TableSql } from "./row-sql.ts";

/** Grouped by the columns themselves, so by the types' own equality. */
export function duplicateKeysQuery(sql: TableSql): string {
  const { key } = sql.plan;
  if (key === null) throw new RangeError("rows without a key have no duplicates");
  const columns = key.columns.map(({ name }) => column(name)).join(", ");
  const all = { ...sql, filter: null };
  const inner = `SELECT FROM ${fromTable(all)}${conditions(all, "keyed")} GROUP BY ${columns} HAVING pg_catalog.count(*) > 1`;
  return `SELECT pg_catalog.count(*) FROM (${inner}) d`;
}

/** Rows of the scope, the filter left aside. */
export function countRowsQuery(sql: TableSql): string {
  const all = { ...sql, filter: null };
  return `SELECT pg_catalog.count(*) FROM ${fromTable(all)}${conditions(all, "all")}`;
}
