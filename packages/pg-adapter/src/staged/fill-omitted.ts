import { CodedError, type KeySpec } from "@syncline/core";
import type pg from "pg";
import type { PgScope } from "../scope.ts";
import { quoteIdentifier, quoteLiteral, quoteTable } from "../sql/quote.ts";
import type { UnevenColumn } from "./omitted-columns.ts";
import { quotedRelation, type StagedFile } from "./staged-file.ts";

/** A staged table some of whose rows leave columns out, and the table beside it that has their values. */
export interface OmittedFill {
  readonly file: StagedFile;
  readonly path: string;
  readonly columns: readonly UnevenColumn[];
}

/**
 * Puts the values of the table beside into the columns that rows leave out, by key, and of rows that are new there the
 * default. Returns the snapshot that the values were read in, exported by the very statement that read them.
 */
export async function fillOmitted(
  client: pg.Client,
  fills: readonly OmittedFill[],
  tenant: PgScope["tenantColumn"],
): Promise<string> {
  for (const fill of fills) await assertSameTypes(client, fill);
  const updates = fills.map((fill, index) => `f${index} AS (${updateStatement(fill, tenant)})`);
  const token = "token AS MATERIALIZED (SELECT pg_catalog.pg_export_snapshot() AS t)";
  const { rows } = await client.query<{ t: string }>(
    `WITH ${[token, ...updates].join(", ")} SELECT t FROM token`,
  );
  for (const fill of fills) await fillDefaults(client, fill);
  return rows[0]?.t ?? "";
}

/** What is needed to find a row's values beside; null where the files' key is none of that table. */
export function keyBeside({ key, partner }: StagedFile): KeySpec | null {
  const same = (each: KeySpec) =>
    each.columns.length === key.length && each.columns.every((name) => key.includes(name));
  return partner?.keys.find(same) ?? null;
}

function updateStatement({ file, columns }: OmittedFill, tenant: PgScope["tenantColumn"]): string {
  const omitted = `s.${quoteIdentifier(file.hidden.omitted)}`;
  const sets = columns.map(({ name, index }) => {
    const column = quoteIdentifier(name);
    return `${column} = CASE WHEN ${isOmitted(omitted, index)} THEN t.${column} ELSE s.${column} END`;
  });
  const key = keyBeside(file);
  const pairs = (key?.columns ?? []).map((name, index) => {
    const collation = key?.collations?.[index] ?? null;
    const rule = collation === null ? "" : ` COLLATE ${collation}`;
    return `s.${quoteIdentifier(name)}${rule} OPERATOR(${key?.operators[index] ?? "pg_catalog.="}) t.${quoteIdentifier(name)}`;
  });
  const scope = tenant === null ? [] : [`t.${quoteIdentifier(tenant.name)} = ${quoteLiteral(tenant.value)}`];
  const clear = `${quoteIdentifier(file.hidden.omitted)} = NULL`;
  return `UPDATE ${quotedRelation(file)} AS s SET ${[...sets, clear].join(", ")} FROM ${beside(file)} AS t
    WHERE ${[`${omitted} IS NOT NULL`, ...pairs, ...scope].join(" AND ")}`;
}

function beside({ partner }: StagedFile): string {
  if (partner === null) throw new RangeError("no table beside");
  return `${partner.kind === "table" ? "ONLY " : ""}${quoteTable(partner.name)}`;
}

function isOmitted(list: string, index: number): string {
  return `${index}::pg_catalog.int2 OPERATOR(pg_catalog.=) ANY (${list})`;
}

/** Values are carried over unchanged only between columns of one type. */
async function assertSameTypes(client: pg.Client, { file, path, columns }: OmittedFill): Promise<void> {
  const text = `SELECT s.attname AS name, pg_catalog.format_type(s.atttypid, s.atttypmod) AS here,
      pg_catalog.format_type(t.atttypid, t.atttypmod) AS there
    FROM pg_catalog.pg_attribute s JOIN pg_catalog.pg_attribute t ON t.attname = s.attname
    WHERE s.attrelid = $1::pg_catalog.regclass AND t.attrelid = $2::pg_catalog.regclass AND s.attname = ANY ($3)
      AND (s.atttypid, s.atttypmod) IS DISTINCT FROM (t.atttypid, t.atttypmod)`;
  const relations = [quotedRelation(file), quoteTable(file.partner?.name ?? file.name)];
  const values = [...relations, columns.map(({ name }) => name)];
  const { rows } = await client.query<{ name: string; here: string; there: string }>(text, values);
  const [found] = rows;
  const column = columns.find(({ name }) => name === found?.name);
  if (found === undefined || column === undefined) return;
  throw leftOut(path, column, `is ${found.here} in the files and ${found.there} in the table beside`);
}

interface ColumnDefault {
  readonly name: string;
  readonly expression: string | null;
  readonly required: boolean;
}

/** What is left are rows that are new beside. */
async function fillDefaults(client: pg.Client, fill: OmittedFill): Promise<void> {
  const { file, columns } = fill;
  const defaults = await readDefaults(client, fill);
  const omitted = `s.${quoteIdentifier(file.hidden.omitted)}`;
  for (const column of columns) {
    const { expression = null, required = false } = defaults.get(column.name) ?? {};
    const known = expression === null ? !required : isConstant(expression);
    const where = `WHERE ${isOmitted(omitted, column.index)}`;
    if (!known) await assertNone(client, fill, column, where);
    else if (expression !== null)
      await client.query(
        `UPDATE ${quotedRelation(file)} AS s SET ${quoteIdentifier(column.name)} = ${expression} ${where}`,
      );
  }
}

async function readDefaults(client: pg.Client, { file }: OmittedFill): Promise<Map<string, ColumnDefault>> {
  const text = `SELECT a.attname AS name, pg_catalog.pg_get_expr(d.adbin, d.adrelid) AS expression,
      CASE WHEN a.attnotnull OR a.attidentity <> '' THEN 't' ELSE 'f' END AS required
    FROM pg_catalog.pg_attribute a LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = $1::pg_catalog.regclass AND a.attnum > 0 AND NOT a.attisdropped`;
  const { rows } = await client.query<{ name: string; expression: string | null; required: string }>(text, [
    quoteTable(file.partner?.name ?? file.name),
  ]);
  return new Map(rows.map((row) => [row.name, { ...row, required: row.required === "t" }]));
}

/** Calls nothing but the clock: a comparison must not draw numbers from a sequence, nor run anybody's function. */
function isConstant(expression: string): boolean {
  const bare = expression
    .replace(/'(?:[^']|'')*'/g, "")
    .replace(/\bnow\(\)|\bARRAY\[|\((\d+(?:,\d+)?)\)/g, "");
  return !/[A-Za-z_"]\s*\(|nextval/.test(bare);
}

async function assertNone(
  client: pg.Client,
  { file, path }: OmittedFill,
  column: UnevenColumn,
  where: string,
): Promise<void> {
  const line = `s.${quoteIdentifier(file.hidden.line)}`;
  const text = `SELECT pg_catalog.min(${line}) AS line FROM ${quotedRelation(file)} AS s ${where}`;
  const { rows } = await client.query<{ line: string | null }>(text);
  const found = rows[0]?.line ?? null;
  if (found !== null)
    throw leftOut(
      path,
      { ...column, line: Number(found) },
      "has no default that could be known beforehand, and the row is new",
    );
}

/** Why a row cannot do without a column. */
export function leftOut(path: string, { line, name }: UnevenColumn, why: string): CodedError {
  return new CodedError(
    "file.damaged",
    `${path}, line ${line}: the row leaves out column "${name}", which ${why}.`,
    {
      hint: `Give "${name}" in this row too, or in none of the file's rows; a column that no row has keeps the other side's values.`,
      details: { file: path, line, column: name },
    },
  );
}
