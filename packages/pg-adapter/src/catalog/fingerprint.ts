import { createHash } from "node:crypto";
import type { ColumnSpec, KeySpec } from "@syncline/core";

/**
 * Digest over columns, types and keys. Order of columns, names of the table, of its schema and of its indexes do not
 * count, so a patch made for one tenant fits another one of the same shape.
 */
export function fingerprintTable(
  schema: string,
  columns: readonly ColumnSpec[],
  keys: readonly KeySpec[],
): string {
  const shape = {
    columns: sorted(columns.map((column) => describeColumn(schema, column))),
    keys: sorted(keys.map((key) => [key.kind, key.columns, key.nullable])),
  };
  return createHash("sha256").update(JSON.stringify(shape)).digest("hex");
}

function describeColumn(schema: string, column: ColumnSpec): unknown[] {
  const { name, type, notNull, generated, identity } = column;
  return [
    name,
    withoutSchema(schema, type.name),
    withoutSchema(schema, type.base),
    notNull,
    generated,
    identity,
  ];
}

/** `tenant_a.mood` reads `mood` inside schema tenant_a. `format_type` quotes only names that need it. */
function withoutSchema(schema: string, type: string): string {
  const spellings = [`${schema}.`, `"${schema.replaceAll('"', '""')}".`];
  const prefix = spellings.find((each) => type.startsWith(each));
  return prefix === undefined ? type : type.slice(prefix.length);
}

function sorted(parts: readonly unknown[]): string[] {
  return parts.map((part) => JSON.stringify(part)).sort();
}
