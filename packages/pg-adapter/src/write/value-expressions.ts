import type { ColumnSpec } from "@syncline/core";

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

/** `format_type` without modifier names a type that cuts to one character or bit when it is parsed again. */
const UNMODIFIED: Readonly<Record<string, string>> = {
  character: "pg_catalog.bpchar",
  bit: 'pg_catalog."bit"',
};

/** Type of a staged value. Of a domain its base type, so that its checks run only where the row is written. */
export function stagedExpression(column: ColumnSpec, reference: string): string {
  if (column.type.kind !== "domain") return reference;
  return `${reference}::${UNMODIFIED[column.type.base] ?? column.type.base}`;
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
