import { CodedError } from "@syncline/core";
import type { BaseTable } from "@syncline/engine";
import { quoteIdentifier, quoteLiteral, quoteTable } from "../sql/quote.ts";
import { planTable, rowsTable, type StoredColumn, type StoredTable, storedColumns } from "./base-columns.ts";
import { createTableStatements, planTableStatements } from "./base-statements.ts";

interface PrepareInput {
  readonly schema: string;
  readonly stored: readonly StoredTable[];
  readonly wanted: readonly BaseTable[];
  /** What becomes of tables that take no part any more. */
  readonly others: "keep" | "forget";
}

/** What brings the base's tables to the shape on which both sides agree. */
export function prepareTables({ schema, stored, wanted, others }: PrepareInput) {
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
  const left = stored.filter((known) => !wanted.some(({ name }) => name === known.name));
  for (const table of others === "forget" ? left : []) {
    statements.push(...forget(schema, table));
    notes.push(`The base forgets table "${table.name}", which neither side has any more.`);
  }
  return { statements, notes };
}

function forget(schema: string, table: StoredTable): string[] {
  return [
    `DROP TABLE ${quoteTable({ schema, name: rowsTable(table) })}, ${quoteTable({ schema, name: planTable(table) })}`,
    `DELETE FROM ${quoteIdentifier(schema)}.tables WHERE number OPERATOR(pg_catalog.=) ${table.number}`,
  ];
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
  assertSameSource(known, table);
  const wanted = storedColumns(table);
  const change = columnChanges(known.columns, wanted);
  const { added, gone, retyped } = change;
  const isKnown = known.columns.every(({ from }) => from !== undefined);
  if (isKnown && added.length + gone.length + retyped.length === 0) return { statements: [], notes: [] };
  const kept = known.columns
    .filter((column) => !gone.includes(column))
    .map((column) => named(wanted, column.name) ?? column);
  const columns = [...kept, ...added];
  const name = quoteTable({ schema, name: rowsTable(known) });
  const changes = [
    ...gone.map((column) => `DROP COLUMN ${quoteIdentifier(column.name)}`),
    ...added.map((column) => `ADD COLUMN ${quoteIdentifier(column.name)} ${column.type}`),
  ];
  return {
    statements: [
      ...(changes.length === 0 ? [] : [`ALTER TABLE ${name} ${changes.join(", ")}`]),
      ...retyped.map((column) => retype(name, column, table.key.includes(column.name))),
      `UPDATE ${quoteIdentifier(schema)}.tables SET columns = ${json(columns)} WHERE number OPERATOR(pg_catalog.=) ${known.number}`,
      ...planTableStatements(schema, { ...known, columns }),
    ],
    notes: notesOf(table.name, change),
  };
}

interface ColumnChanges {
  readonly added: readonly StoredColumn[];
  readonly gone: readonly StoredColumn[];
  readonly retyped: readonly StoredColumn[];
}

const named = (columns: readonly StoredColumn[], name: string) => columns.find((each) => each.name === name);

/** A column that is paired with another one of the source goes and comes: what both agreed on was about the old one. */
function columnChanges(known: readonly StoredColumn[], wanted: readonly StoredColumn[]): ColumnChanges {
  const isSame = (a: StoredColumn, b: StoredColumn | undefined) =>
    b !== undefined && (a.from ?? b.from)?.[1] === (b.from ?? a.from)?.[1];
  return {
    added: wanted.filter((column) => !isSame(column, named(known, column.name))),
    gone: known.filter((column) => !isSame(column, named(wanted, column.name))),
    retyped: wanted.filter((column) => {
      const before = named(known, column.name);
      return before !== undefined && isSame(column, before) && before.type !== column.type;
    }),
  };
}

/** Values of the base that do not fit the new type are nothing that both sides still have: the column is forgotten. */
function retype(table: string, { name, type }: StoredColumn, isKey: boolean): string {
  const column = quoteIdentifier(name);
  const cast = `ALTER TABLE ${table} ALTER COLUMN ${column} TYPE ${type} USING ${column}::pg_catalog.text::${type}`;
  if (isKey) return cast;
  return `DO $retype$ BEGIN ${cast}; EXCEPTION WHEN data_exception THEN ALTER TABLE ${table} DROP COLUMN ${column}, ADD COLUMN ${column} ${type}; END $retype$`;
}

function notesOf(table: string, { added, gone, retyped }: ColumnChanges): string[] {
  const isBack = ({ name }: StoredColumn) => named(added, name) !== undefined;
  const say = (what: string) => `The base of table "${table}" follows: ${what}.`;
  return [
    ...added.map(({ name }) =>
      named(gone, name) === undefined
        ? say(`column "${name}" is new`)
        : say(`column "${name}" is paired with another one of the source, and so is new`),
    ),
    ...gone
      .filter((column) => !isBack(column))
      .map(({ name }) => say(`column "${name}" is no longer kept in step`)),
    ...retyped.map(({ name, type }) => say(`column "${name}" is ${type} now`)),
  ];
}

/** Rows of another table under the old base would look like so many deletes. */
function assertSameSource(known: StoredTable, { name, source, key }: BaseTable): void {
  const table = known.columns.find(({ from }) => from !== undefined)?.from?.[0];
  if (table !== undefined && table !== source.table)
    throw new CodedError(
      "schema.changed",
      `Table "${name}" was kept in step with "${table}" of the source so far, and is paired with "${source.table}" now.`,
      { hint: beginAnew("Pair it as before with mapTable") },
    );
  const moved = key.find((column) => {
    const before = named(known.columns, column)?.from?.[1];
    return before !== undefined && before !== source.columns.get(column);
  });
  if (moved !== undefined)
    throw new CodedError(
      "schema.changed",
      `Rows of table "${name}" were paired by "${moved}" and another column of the source so far than "${source.columns.get(moved)}".`,
      { hint: beginAnew("Pair it as before with mapColumn") },
    );
}

const beginAnew = (instead: string) =>
  `${instead}, or reset the pair: its next cycle is a first contact, which deletes nothing.`;

function assertSameKey(known: StoredTable, table: BaseTable): void {
  if (JSON.stringify([...known.key].sort()) === JSON.stringify([...table.key].sort())) return;
  const say = (key: readonly string[]) => (key.length === 0 ? "no key" : `key (${key.join(", ")})`);
  throw new CodedError(
    "schema.changed",
    `Rows of table "${table.name}" were paired by ${say(known.key)} so far, and both sides have ${say(table.key)} now.`,
    { hint: beginAnew("Name the old key with `key` in the job") },
  );
}
