import { type ColumnSpec, castName } from "@syncline/core";

/** Built-in types whose binary form is the value: equal bytes exactly when the text output is equal. */
const BINARY_COMPARABLE = new Set([
  "boolean",
  "smallint",
  "integer",
  "bigint",
  "numeric",
  "money",
  "text",
  "character varying",
  "character",
  "bpchar",
  '"char"',
  "name",
  "uuid",
  "date",
  "time without time zone",
  "time with time zone",
  "timestamp without time zone",
  "timestamp with time zone",
  "interval",
  "bytea",
  "bit",
  "bit varying",
  "json",
  "jsonb",
  "inet",
  "cidr",
  "macaddr",
  "macaddr8",
  "oid",
  "pg_lsn",
]);

/** Types whose cast to text is their text output. */
const CAST_IS_OUTPUT = new Set([
  "smallint",
  "integer",
  "bigint",
  "numeric",
  "text",
  "character varying",
  "uuid",
  "date",
  "timestamp without time zone",
  "timestamp with time zone",
  "time without time zone",
  "interval",
  "bytea",
  "json",
  "jsonb",
  "real",
  "double precision",
]);

const FLOATS = new Set(["real", "double precision"]);

/** Types whose values are rounded or cut without a word when they enter a column with a modifier. */
const YIELDING = new Set(
  [
    "numeric",
    "character varying",
    "time without time zone",
    "time with time zone",
    "timestamp without time zone",
    "timestamp with time zone",
    "interval",
  ].flatMap((type) => [type, `${type}[]`]),
);

/** A value of the type of a staged value. Of a domain its base type, so that its checks run only where the row is written. */
export function stagedExpression(column: ColumnSpec, reference: string): string {
  if (column.type.kind !== "domain") return reference;
  return `${reference}::${castName(column.type.base)}`;
}

/** Gives a column of the temp table its type: one that keeps values whole which the target's column would round or cut. */
export function stagedColumn(column: ColumnSpec, reference: string): string {
  const value = stagedExpression(column, reference);
  return mayYield(column) ? `COALESCE(${value}, NULL::${column.type.base})` : value;
}

/** Whether the column's type may round or cut a value of its staged type. */
export function mayYield({ type }: ColumnSpec): boolean {
  return YIELDING.has(type.base) && type.name !== type.base;
}

/** A field of a row image for `record_send`; two values are the same exactly when their fields' bytes are. */
export function imageField(column: ColumnSpec, reference: string): string {
  const { base, kind } = column.type;
  const value = stagedExpression(column, reference);
  if (kind === "enum") return value;
  if (FLOATS.has(base)) {
    const notANumber = `'NaN'::pg_catalog.${base === "real" ? "float4" : "float8"}`;
    return `CASE WHEN ${value} OPERATOR(pg_catalog.=) ${notANumber} THEN ${notANumber} ELSE ${value} END`;
  }
  // Output functions, where the binary form loses something, is missing or has several forms of one value.
  return BINARY_COMPARABLE.has(base) ? value : `CAST(ROW(${value}) AS pg_catalog.text)`;
}

/** Bytes of the named columns of `alias`'s row. */
export function imageBytes(fields: readonly string[]): string {
  return `pg_catalog.record_send(ROW(${fields.join(", ")}))`;
}

/** A value's text output under the pins, NULL for NULL; `format` goes through the output function. */
export function textOutput(column: ColumnSpec, reference: string): string {
  if (column.type.kind !== "domain" && CAST_IS_OUTPUT.has(column.type.base))
    return `${reference}::pg_catalog.text`;
  return `CASE WHEN pg_catalog.num_nulls(${reference}) OPERATOR(pg_catalog.=) 0 THEN pg_catalog.format('%s', ${reference}) END`;
}
