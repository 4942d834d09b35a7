import type { ColumnSpec } from "@syncline/core";
import type { TableInfo } from "../catalog/table-info.ts";
import { outputText } from "./column-sql.ts";
import { column } from "./row-sql.ts";

/** Types whose own order depends on nothing but the value. */
const ORDERED = new Set([
  "smallint",
  "integer",
  "bigint",
  "numeric",
  "real",
  "double precision",
  "boolean",
  "oid",
  "uuid",
  "bytea",
  "date",
  "time without time zone",
  "time with time zone",
  "timestamp without time zone",
  "timestamp with time zone",
  "interval",
  "inet",
  "cidr",
  "macaddr",
]);

/** ORDER BY list of the first key, else of all columns: the same on every server. */
export function keyOrder({ spec }: TableInfo): string {
  const names = spec.keys[0]?.columns ?? spec.columns.map(({ name }) => name);
  const columns = names.flatMap((name) => spec.columns.find((each) => each.name === name) ?? []);
  return columns.map(orderOf).join(", ");
}

/** Enums, arrays and text would sort by the labels' order or by a collation of the database. */
function orderOf({ name, type }: ColumnSpec): string {
  if (ORDERED.has(type.base)) return column(name);
  if (type.base === "text" && type.kind === "base") return `${column(name)} COLLATE pg_catalog."C"`;
  return `(${outputText(column(name))}) COLLATE pg_catalog."C"`;
}
