import {
  CodedError,
  type ColumnSpec,
  type PatchOperation,
  type PatchRow,
  suggestNames,
} from "@syncline/core";
import type { BatchOperation, BatchStatus, ReadDefaults } from "./batch-contract.ts";
import type { BatchTable, BatchTables } from "./batch-tables.ts";

/** What a wish becomes with the row as it is now: an instruction, or what is already known of its end. */
export type CompletedOperation =
  | { readonly kind: "operation"; readonly table: BatchTable; readonly operation: PatchOperation }
  | { readonly kind: "ended"; readonly status: BatchStatus; readonly key: PatchRow };

/** @throws CodedError `table.not_found`, `column.not_found`, `usage.invalid` when the wish means nothing */
export async function completeOperation(
  wish: BatchOperation,
  tables: BatchTables,
  readDefaults: ReadDefaults,
): Promise<CompletedOperation> {
  const table = tables.get(wish.table);
  if (table === null) throw noTable(wish.table);
  assertColumns(wish, table);
  if (wish.op === "insert") return insert(wish, table, readDefaults);
  const key = wholeKey(wish, table);
  const now = await table.find(key);
  return wish.op === "update" ? update(wish, { table, key, now }) : remove(wish, { table, key, now });
}

interface Aimed {
  readonly table: BatchTable;
  readonly key: PatchRow;
  readonly now: PatchRow | null;
}

async function insert(
  wish: BatchOperation,
  table: BatchTable,
  readDefaults: ReadDefaults,
): Promise<CompletedOperation> {
  const { patchTable, spec } = table;
  if (wish.old.size > 0) throw invalid(wish, 'an insert has no "old"');
  assertOneKey(wish);
  const given = new Map([...wish.key, ...wish.new]);
  const missing = spec.columns.filter(({ name, generated }) => !generated && !given.has(name));
  const rest = (await rowOfKey(table, given)) ?? (await defaultsOf(table, missing, readDefaults));
  const row = new Map(
    patchTable.columns.map(([name]) => [name, (given.has(name) ? given : rest).get(name) ?? null] as const),
  );
  const empty = spec.columns.find(({ name, notNull }) => notNull && row.get(name) === null);
  if (empty !== undefined) throw invalid(wish, `column "${empty.name}" must have a value`);
  const key = new Map(patchTable.key.map((name) => [name, row.get(name) ?? null]));
  const operation = { op: "insert", table: patchTable.name, key, new: row, count: 1 } as const;
  return { kind: "operation", table, operation };
}

/** A row that is there already shows what is left out. */
function rowOfKey(table: BatchTable, given: PatchRow): Promise<PatchRow | null> {
  const { key } = table.patchTable;
  const whole = key.length > 0 && key.every((name) => (given.get(name) ?? null) !== null);
  return whole ? table.find(given) : Promise.resolve(null);
}

async function defaultsOf(
  { patchTable }: BatchTable,
  missing: readonly ColumnSpec[],
  readDefaults: ReadDefaults,
): Promise<PatchRow> {
  const names = missing.filter(({ hasDefault, identity }) => hasDefault || identity !== null);
  if (names.length === 0) return new Map();
  return readDefaults(
    patchTable.name,
    names.map(({ name }) => name),
  );
}

function update(wish: BatchOperation, { table, key, now }: Aimed): CompletedOperation {
  if (wish.new.size === 0) throw invalid(wish, 'an update needs "new"');
  assertOneKey(wish);
  const names = [...new Set([...wish.new.keys(), ...wish.old.keys()])];
  const known = names.every((name) => wish.old.has(name));
  if (now === null && !known) return { kind: "ended", status: "conflict", key };
  const old = new Map(names.map((name) => [name, (wish.old.has(name) ? wish.old : now)?.get(name) ?? null]));
  const fresh = new Map(names.map((name) => [name, (wish.new.has(name) ? wish.new : old).get(name) ?? null]));
  if (now !== null && isSo(now, old) && isSo(now, fresh)) return { kind: "ended", status: "already", key };
  const { name } = table.patchTable;
  return { kind: "operation", table, operation: { op: "update", table: name, key, old, new: fresh } };
}

/** Only as far as texts tell. */
function isSo(now: PatchRow, wanted: PatchRow): boolean {
  return [...wanted].every(([name, value]) => now.get(name) === value);
}

function remove(wish: BatchOperation, { table, key, now }: Aimed): CompletedOperation {
  if (wish.new.size > 0) throw invalid(wish, 'a delete has no "new"');
  if (now === null) return { kind: "ended", status: "already", key };
  const { name, columns } = table.patchTable;
  const old = new Map(
    columns.map(([column]) => [column, (wish.old.has(column) ? wish.old : now).get(column) ?? null]),
  );
  return { kind: "operation", table, operation: { op: "delete", table: name, key, old, count: 1, of: 1 } };
}

function wholeKey(wish: BatchOperation, { patchTable }: BatchTable): PatchRow {
  if (patchTable.key.length === 0)
    throw invalid(wish, "the table has no key, so single rows of it cannot be named");
  const missing = patchTable.key.find((name) => (wish.key.get(name) ?? null) === null);
  if (missing !== undefined) throw invalid(wish, `its key lacks column "${missing}"`);
  return new Map(patchTable.key.map((name) => [name, wish.key.get(name) ?? null]));
}

/** "key" names the row, and "new" leaves it that row. */
function assertOneKey(wish: BatchOperation): void {
  const other = [...wish.key].find(([name, value]) => wish.new.has(name) && wish.new.get(name) !== value);
  if (other !== undefined)
    throw invalid(wish, `column "${other[0]}" is one value in "key" and another in "new"`, KEYS_STAY);
}

function assertColumns(wish: BatchOperation, { patchTable, spec }: BatchTable): void {
  const known = patchTable.columns.map(([name]) => name);
  const outside = [...wish.key.keys()].find((name) => wish.op !== "insert" && !patchTable.key.includes(name));
  if (outside !== undefined) throw invalid(wish, `column "${outside}" does not belong to its key`);
  for (const name of [...wish.key.keys(), ...wish.old.keys(), ...wish.new.keys()]) {
    if (known.includes(name)) continue;
    if (spec.columns.some((column) => column.name === name && column.generated))
      throw invalid(wish, `column "${name}" is generated`);
    throw new CodedError("column.not_found", `Table "${patchTable.name}" has no column "${name}".`, {
      hint: suggestNames(name, known, "columns"),
    });
  }
}

function noTable(name: string): CodedError {
  return new CodedError("table.not_found", `The target has no table "${name}".`, {
    hint: "Check the name: it is taken in exact case, as name or schema.name.",
  });
}

const KEYS_STAY = "To give a row another key, delete it and insert the new one.";

function invalid(
  { op, table }: BatchOperation,
  what: string,
  hint: string = "Correct the operation.",
): CodedError {
  return new CodedError("usage.invalid", `This ${op} of table "${table}" cannot be done: ${what}.`, { hint });
}
