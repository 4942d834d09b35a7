import type { BaseStep } from "@syncline/engine";
import { quoteIdentifier, quoteTable } from "../sql/quote.ts";
import {
  columnList,
  planColumn,
  planColumnList,
  planTable,
  rowsTable,
  type StoredTable,
} from "./base-columns.ts";

/** Steps as a plan's table numbers them, in the order in which they come true. */
export const STEPS: Readonly<Record<BaseStep, number>> = { target: 1, both: 2 };
/** Rows from which on a table's statistics are worth a look at it. */
const ANALYZE_FROM = 1000;

/** How many changes the plan has for a table. */
export interface PlannedTable {
  readonly table: StoredTable;
  readonly changes: number;
}

/** Makes a base's own schema with what it remembers besides rows. */
export function createStatements(schema: string): string[] {
  const name = quoteIdentifier(schema);
  return [
    `CREATE SCHEMA IF NOT EXISTS ${name}`,
    `CREATE TABLE IF NOT EXISTS ${name}.cycle (only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one), sequence bigint NOT NULL DEFAULT 0, token numeric, planned jsonb, settled jsonb)`,
    `CREATE TABLE IF NOT EXISTS ${name}.tables (number integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL UNIQUE, columns jsonb NOT NULL, key jsonb NOT NULL)`,
    `INSERT INTO ${name}.cycle DEFAULT VALUES ON CONFLICT DO NOTHING`,
  ];
}

export function createTableStatements(schema: string, table: StoredTable, nullableKey: boolean): string[] {
  const columns = table.columns.map(({ name, type }) => `${quoteIdentifier(name)} ${type}`);
  const key = table.key.map(quoteIdentifier).join(", ");
  const unique = key === "" ? [] : [`${nullableKey ? "UNIQUE" : "PRIMARY KEY"} (${key})`];
  const name = quoteTable({ schema, name: rowsTable(table) });
  return [
    `CREATE TABLE ${name} (${[...columns, ...unique].join(", ")})`,
    ...planTableStatements(schema, table),
  ];
}

export function planTableStatements(schema: string, table: StoredTable): string[] {
  const columns = table.columns.map(({ type }, at) => `${planColumn(at)} ${type}`);
  const own = ["step smallint NOT NULL", "gone boolean NOT NULL", "copies bigint NOT NULL"];
  const name = quoteTable({ schema, name: planTable(table) });
  return [`DROP TABLE IF EXISTS ${name}`, `CREATE TABLE ${name} (${[...own, ...columns].join(", ")})`];
}

/** Makes a plan true up to a step, or nothing of it, and forgets it. Names every operator: they run under any search_path. */
export function settleStatements(
  schema: string,
  planned: readonly PlannedTable[],
  upTo: BaseStep | "none",
): string[] {
  const last = upTo === "none" ? 0 : STEPS[upTo];
  const steps = Object.values(STEPS).filter((step) => step <= last);
  const changes = steps.flatMap((step) =>
    planned.flatMap(({ table }) => stepStatements(schema, table, step)),
  );
  const looks = last === 0 ? [] : planned.filter((each) => each.changes >= ANALYZE_FROM);
  return [
    "SET LOCAL statement_timeout = 0",
    ...changes,
    ...planned.map(({ table }) => `TRUNCATE ${quoteTable({ schema, name: planTable(table) })}`),
    ...looks.map(({ table }) => `ANALYZE ${quoteTable({ schema, name: rowsTable(table) })}`),
    `UPDATE ${quoteIdentifier(schema)}.cycle SET planned = NULL${settledBy(upTo)}`,
  ];
}

/** The newest application that each side has had; one that had nothing to be written keeps the one before. */
function settledBy(upTo: BaseStep | "none"): string {
  if (upTo === "none") return "";
  const had = upTo === "both" ? "planned" : `planned OPERATOR(pg_catalog.-) 'source'::pg_catalog.text`;
  const known = `pg_catalog.jsonb_strip_nulls(${had} OPERATOR(pg_catalog.-) 'tables'::pg_catalog.text)`;
  return `, settled = COALESCE(settled, '{}'::pg_catalog.jsonb) OPERATOR(pg_catalog.||) ${known}`;
}

function stepStatements(schema: string, table: StoredTable, step: number): string[] {
  const rows = quoteTable({ schema, name: rowsTable(table) });
  const plan = quoteTable({ schema, name: planTable(table) });
  const inStep = `n.step OPERATOR(pg_catalog.=) ${step}::pg_catalog.int2`;
  const keys = table.key.map((name) => ({
    base: `b.${quoteIdentifier(name)}`,
    plan: `n.${planColumn(table.columns.findIndex((column) => column.name === name))}`,
  }));
  const insert = `INSERT INTO ${rows} (${columnList(table)}) SELECT ${planColumnList(table)} FROM ${plan} n, pg_catalog.generate_series(1, n.copies) WHERE ${inStep} AND NOT n.gone`;
  const byKey = `DELETE FROM ${rows} b USING ${plan} n WHERE ${inStep} AND n.gone AND ${keys
    .map((key) => `${key.base} OPERATOR(pg_catalog.=) ${key.plan}`)
    .join(" AND ")}`;
  const loose = (of: "base" | "plan") =>
    keys.length === 0 ? "true" : `(${keys.map((key) => `${key[of]} IS NULL`).join(" OR ")})`;
  // Rows without an identity: so many of those with the same bytes.
  const byBytes = `DELETE FROM ${rows} WHERE ctid IN (SELECT x.at FROM (
  SELECT b.ctid AS at, pg_catalog.record_send(ROW(${table.columns.map(({ name }) => `b.${quoteIdentifier(name)}`).join(", ")})) AS bytes,
    pg_catalog.row_number() OVER (PARTITION BY pg_catalog.record_send(ROW(${table.columns.map(({ name }) => `b.${quoteIdentifier(name)}`).join(", ")}))) AS place
  FROM ${rows} b WHERE ${loose("base")}) x
JOIN (SELECT pg_catalog.record_send(ROW(${table.columns.map((_, at) => `n.${planColumn(at)}`).join(", ")})) AS bytes, pg_catalog.sum(n.copies) AS copies
  FROM ${plan} n WHERE ${inStep} AND n.gone AND ${loose("plan")} GROUP BY 1) w
ON x.bytes OPERATOR(pg_catalog.=) w.bytes WHERE x.place OPERATOR(pg_catalog.<=) w.copies)`;
  return [...(keys.length === 0 ? [] : [byKey]), byBytes, insert];
}
