import { CodedError } from "@syncline/core";
import type { BaseTable } from "@syncline/engine";
import { quoteIdentifier, quoteLiteral, quoteTable } from "../sql/quote.ts";
import { rowsTable, type StoredColumn, type StoredTable, storedColumns } from "./base-columns.ts";
import { createTableStatements, planTableStatements } from "./base-statements.ts";

interface PrepareInput {
  readonly schema: string;
  readonly stored: readonly StoredTable[];
  readonly wanted: readonly BaseTable[];
}

/** What brings the base's tables to the shape on which both sides agree. Tables that take no part any more stay. */
export function prepareTables({ schema, stored, wanted }: PrepareInput) {
  const statements: string[] = [];
  const notes: string[] = [];
  let next = Math.max(0, ...stored.map(({ number }) => number)) + 1;
  for (const table of wanted) {
    const known = stored.find(({ name }) => name === table.name);
    if (known === undefined) {
      const fresh = { number: next, name: table.name, columns: storedColumns(table), key: table.key };
      statements.push(...create(schema, fresh, table.keyMayBeNull));
      next += 1;
    } else {
      const followed = follow(schema, known, table);
      statements.push(...followed.statements);
      notes.push(...followed.notes);
    }
  }
  return { statements, notes };
}

function create(schema: string, table: StoredTable, keyMayBeNull: boolean): string[] {
  const row = [quoteLiteral(table.name), json(table.columns), json(table.key)].join(", ");
  return [
    `INSERT INTO ${quoteIdentifier(schema)}.tables (number, name, columns, key) OVERRIDING SYSTEM VALUE VALUES (${table.number}, ${row})`,
    ...createTableStatements(schema, table, keyMayBeNull),
  ];
}

const json = (value: unknown) => `${quoteLiteral(JSON.stringify(value))}::pg_catalog.jsonb`;

function follow(schema: string, known: StoredTable, table: BaseTable) {
  assertSameKey(known, table);
  const wanted = storedColumns(table);
  const named = (columns: readonly StoredColumn[], name: string) =>
    columns.find((each) => each.name === name);
  const added = wanted.filter(({ name }) => named(known.columns, name) === undefined);
  const gone = known.columns.filter(({ name }) => named(wanted, name) === undefined);
  const retyped = wanted.filter(({ name, type }) => (named(known.columns, name)?.type ?? type) !== type);
  if (added.length + gone.length + retyped.length === 0) return { statements: [], notes: [] };
  const kept = known.columns
    .filter((column) => !gone.includes(column))
    .map((column) => named(wanted, column.name) ?? column);
  const columns = [...kept, ...added];
  const name = quoteTable({ schema, name: rowsTable(known) });
  const changes = [
    ...gone.map((column) => `DROP COLUMN ${quoteIdentifier(column.name)}`),
    ...added.map((column) => `ADD COLUMN ${quoteIdentifier(column.name)} ${column.type}`),
    ...retyped.map(
      (column) =>
        `ALTER COLUMN ${quoteIdentifier(column.name)} TYPE ${column.type} USING ${quoteIdentifier(column.name)}::pg_catalog.text::${column.type}`,
    ),
  ];
  return {
    statements: [
      `ALTER TABLE ${name} ${changes.join(", ")}`,
      `UPDATE ${quoteIdentifier(schema)}.tables SET columns = ${json(columns)} WHERE number OPERATOR(pg_catalog.=) ${known.number}`,
      ...planTableStatements(schema, { ...known, columns }),
    ],
    notes: [
      ...added.map(
        (column) =>
          `The base of table "${table.name}" follows: column "${column.name}" is new on both sides.`,
      ),
      ...gone.map(
        (column) =>
          `The base of table "${table.name}" follows: column "${column.name}" is gone on both sides.`,
      ),
      ...retyped.map(
        (column) =>
          `The base of table "${table.name}" follows: column "${column.name}" is ${column.type} now.`,
      ),
    ],
  };
}

function assertSameKey(known: StoredTable, table: BaseTable): void {
  if (JSON.stringify([...known.key].sort()) === JSON.stringify([...table.key].sort())) return;
  const say = (key: readonly string[]) => (key.length === 0 ? "no key" : `key (${key.join(", ")})`);
  throw new CodedError(
    "schema.changed",
    `Rows of table "${table.name}" were paired by ${say(known.key)} so far, and both sides have ${say(table.key)} now.`,
    { hint: "Name the old key with `key` in the job, or forget the base of this pair and begin anew." },
  );
}
