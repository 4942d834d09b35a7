import { CodedError, type ColumnSpec, type PatchRow, parseDecimal } from "@syncline/core";
import type { Client } from "pg";
import { type StagedTable, stagedValue } from "./staged-table.ts";
import { imageBytes, imageField, mayYield } from "./value-expressions.ts";

/**
 * Values of a patch that the target's columns would round or cut without a word are refused: the rows would not be
 * what the patch says. Here those whose loss happens while they are parsed.
 */
export function assertWhole(table: StagedTable, row: PatchRow): void {
  for (const { spec } of table.columns) {
    const value = row.get(spec.name);
    if (typeof value === "string" && !survivesParsing(spec.type.base, value)) throw lossy(table, spec.name);
  }
}

/** Whether the type's input function keeps everything that the text says. */
export function survivesParsing(base: string, text: string): boolean {
  switch (base) {
    case "real":
      return text.length <= 6 || survivesFloat(text, Math.fround(Number(text)));
    case "double precision":
      return text.length <= 15 || survivesFloat(text, Number(text));
    case "date":
      return !/[ T]\d\d:\d\d/.test(text) || /[ T]00:00(:00(\.0*)?)?( BC)?$/.test(text);
    case "name":
      return text.length <= 15 || Buffer.byteLength(text) <= 63;
    case '"char"':
      return text.length <= 1 || /^\\[0-3][0-7]{2}$/.test(text);
    default:
      return true;
  }
}

/** The float, written with as many digits as the text has, is the text. */
function survivesFloat(text: string, value: number): boolean {
  const written = parseDecimal(text);
  if (written === null || !Number.isFinite(value)) return true; // NaN, or the server's to judge
  const digits = text
    .replace(/[eE].*$/, "")
    .replace(/[^\d]/g, "")
    .replace(/^0+/, "").length;
  if (digits > 100) return false;
  const kept = parseDecimal(value.toPrecision(Math.max(1, digits)));
  return (
    kept !== null && written.units * 10n ** BigInt(kept.scale) === kept.units * 10n ** BigInt(written.scale)
  );
}

/** Values that a column's length, scale or precision would change. Under the pins, once everything is staged. */
export async function assertNothingYields(client: Client, table: StagedTable): Promise<void> {
  const columns = table.columns.filter(({ spec }) => mayYield(spec));
  if (columns.length === 0) return;
  const types = await modifiedTypes(
    client,
    table,
    columns.map(({ spec }) => spec),
  );
  const checks = columns.map((column, at) => {
    const value = stagedValue(column, "new");
    const before = imageBytes([imageField(column.spec, value)]);
    const after = imageBytes([imageField(column.spec, `(${value})::${types.get(column.spec.name)}`)]);
    return `COALESCE(pg_catalog.bool_or(${before} OPERATOR(pg_catalog.<>) ${after}), false) AS c${at}`;
  });
  const { rows } = await client.query<Record<string, string>>(
    `SELECT ${checks.join(", ")} FROM ${table.stage} s WHERE s.op = ANY ('{i,u,I}'::pg_catalog."char"[])`,
  );
  const lost = columns.find((_, at) => rows[0]?.[`c${at}`] === "t");
  if (lost !== undefined) throw lossy(table, lost.spec.name);
}

const DOMAINS = `WITH RECURSIVE base(name, typ, typmod) AS (
  SELECT a.attname, a.atttypid, a.atttypmod FROM pg_catalog.pg_attribute a
  WHERE a.attrelid = $1 AND a.attname = ANY ($2::pg_catalog.text[])
  UNION ALL
  SELECT b.name, t.typbasetype, t.typtypmod FROM base b JOIN pg_catalog.pg_type t ON t.oid = b.typ WHERE t.typtype = 'd'
) SELECT b.name, pg_catalog.format_type(b.typ, b.typmod) AS type
FROM base b JOIN pg_catalog.pg_type t ON t.oid = b.typ WHERE t.typtype <> 'd'`;

/** With length, scale and precision, of domains those of their base type: the domain's own checks stay out of this. */
async function modifiedTypes(
  client: Client,
  table: StagedTable,
  columns: readonly ColumnSpec[],
): Promise<ReadonlyMap<string, string>> {
  const types = new Map(columns.map(({ name, type }) => [name, type.name]));
  const domains = columns.filter(({ type }) => type.kind === "domain").map(({ name }) => name);
  if (domains.length === 0) return types;
  const { rows } = await client.query<{ name: string; type: string }>(DOMAINS, [table.info.oid, domains]);
  for (const { name, type } of rows) types.set(name, type);
  return types;
}

function lossy(table: StagedTable, column: string): CodedError {
  const type = table.columns.find(({ spec }) => spec.name === column)?.spec.type.name ?? "";
  return new CodedError(
    "schema.changed",
    `Column "${column}" (${type}) of table "${table.name}" would round or cut a value of the patch; nothing was written.`,
    {
      hint: `Widen the column in the target, or leave it out with --ignore-fields ${column} when comparing.`,
      details: { table: table.name, column, type },
    },
  );
}
