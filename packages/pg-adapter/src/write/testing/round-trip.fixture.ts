import { createHash } from "node:crypto";
import type { PatchOperation, PatchTable, TableSpec } from "@syncline/core";
import type { ApplyOptions } from "@syncline/engine";
import type { TestDatabase } from "@syncline/tooling-test-postgres";
import pg from "pg";
import { expect } from "vitest";
import { readTableSpecs } from "../../catalog/read-table-specs.ts";
import { pinStatements } from "../../connection/pins.ts";
import { quoteIdentifier, quoteTable } from "../../sql/quote.ts";
import { type Applied, apply, patchOf, undo } from "./apply.fixture.ts";

type Row = (string | null)[];

export interface TableState {
  readonly spec: TableSpec;
  readonly columns: readonly string[];
  readonly key: readonly string[];
  readonly rows: readonly Row[];
}

/** Every table of schema public with its rows as text output, without what is generated. */
export async function readState(url: string, edit = ""): Promise<TableState[]> {
  const types = { getTypeParser: () => (text: string) => text } as unknown as pg.CustomTypesConfig;
  const client = new pg.Client({ connectionString: url, types });
  await client.connect();
  try {
    await client.query(
      `BEGIN; ${edit === "" ? "" : `SET LOCAL session_replication_role = replica; ${edit};`} ${pinStatements(150000)}`,
    );
    const specs = await readTableSpecs(client, {
      schema: "public",
      tenantColumn: null,
      selection: { kind: "all" },
    });
    const states: TableState[] = [];
    for (const spec of specs) states.push(await readTable(client, spec));
    return states;
  } finally {
    await client.query("ROLLBACK").catch(() => {});
    await client.end();
  }
}

async function readTable(client: pg.Client, spec: TableSpec): Promise<TableState> {
  const columns = spec.columns.filter((column) => !column.generated).map((column) => column.name);
  const fields = columns.map((name) => {
    const quoted = quoteIdentifier(name);
    return `CASE WHEN pg_catalog.num_nulls(t.${quoted}) OPERATOR(pg_catalog.=) 0 THEN pg_catalog.format('%s', t.${quoted}) END`;
  });
  const only = spec.kind === "partitioned" ? "" : "ONLY";
  const { rows } = await client.query<{ row: string }>(
    `SELECT pg_catalog.to_json(ARRAY[${fields.join(", ")}]::pg_catalog.text[]) AS row FROM ${only} ${quoteTable(spec.name)} t`,
  );
  return {
    spec,
    columns,
    key: spec.keys.find((key) => !key.nullable)?.columns ?? spec.keys[0]?.columns ?? [],
    rows: rows.map(({ row }) => JSON.parse(row) as Row),
  };
}

export function digest(states: readonly TableState[]): string {
  const lines = states.flatMap(({ spec, rows }) =>
    rows.map((row) => JSON.stringify([spec.name.name, row])).sort(),
  );
  return createHash("sha256").update(lines.join("\n")).digest("hex");
}

/** What makes `before` equal `after`, by keys as text. */
export function operationsBetween(
  before: readonly TableState[],
  after: readonly TableState[],
): PatchOperation[] {
  return before.flatMap((old) => {
    const fresh = after.find((each) => each.spec.name.name === old.spec.name.name);
    return fresh === undefined ? [] : tableOperations(old, fresh);
  });
}

export function patchTables(states: readonly TableState[]): PatchTable[] {
  return states.map(({ spec, columns, key }) => ({
    name: patchName(spec),
    columns: columns.map(
      (name) => [name, spec.columns.find((column) => column.name === name)?.type.name ?? ""] as const,
    ),
    key,
    fingerprint: spec.fingerprint,
  }));
}

function patchName(spec: TableSpec): string {
  return /^[A-Za-z_][A-Za-z0-9_$]*$/.test(spec.name.name) ? spec.name.name : quoteIdentifier(spec.name.name);
}

function tableOperations(old: TableState, fresh: TableState): PatchOperation[] {
  const table = patchName(old.spec);
  const keyAt = old.key.map((name) => old.columns.indexOf(name));
  const image = (row: Row) => new Map(old.columns.map((name, at) => [name, row[at] ?? null]));
  const keyOf = (row: Row) => new Map(keyAt.map((at) => [old.columns[at] ?? "", row[at] ?? null]));
  const keyed = (row: Row) => keyAt.length > 0 && keyAt.every((at) => row[at] !== null);
  const id = (row: Row) => JSON.stringify(keyAt.map((at) => row[at]));
  const operations: PatchOperation[] = [];
  const before = new Map(old.rows.filter(keyed).map((row) => [id(row), row]));
  for (const row of fresh.rows.filter(keyed)) {
    const was = before.get(id(row));
    before.delete(id(row));
    if (was === undefined)
      operations.push({ op: "insert", table, key: keyOf(row), new: image(row), count: 1 });
    else if (JSON.stringify(was) !== JSON.stringify(row)) {
      const changed = old.columns.filter((_, at) => was[at] !== row[at]);
      const pick = (from: Row) =>
        new Map(changed.map((name) => [name, from[old.columns.indexOf(name)] ?? null]));
      operations.push({ op: "update", table, key: keyOf(row), old: pick(was), new: pick(row) });
    }
  }
  for (const row of before.values())
    operations.push({ op: "delete", table, key: keyOf(row), old: image(row), count: 1, of: 1 });
  return [
    ...operations,
    ...identicalOperations(
      table,
      old.rows.filter((row) => !keyed(row)),
      fresh.rows.filter((row) => !keyed(row)),
      image,
      keyOf,
    ),
  ];
}

function identicalOperations(
  table: string,
  old: readonly Row[],
  fresh: readonly Row[],
  image: (row: Row) => Map<string, string | null>,
  keyOf: (row: Row) => Map<string, string | null>,
): PatchOperation[] {
  const counts = (rows: readonly Row[]) => {
    const found = new Map<string, { row: Row; count: number }>();
    for (const row of rows) {
      const entry = found.get(JSON.stringify(row)) ?? { row, count: 0 };
      entry.count += 1;
      found.set(JSON.stringify(row), entry);
    }
    return found;
  };
  const before = counts(old);
  const after = counts(fresh);
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((id): PatchOperation[] => {
    const was = before.get(id)?.count ?? 0;
    const is = after.get(id)?.count ?? 0;
    const row = before.get(id)?.row ?? after.get(id)?.row ?? [];
    if (is > was)
      return [{ op: "insert", table, key: keyOf(row), new: image(row), count: is - was, of: was }];
    if (is < was)
      return [{ op: "delete", table, key: keyOf(row), old: image(row), count: was - is, of: was }];
    return [];
  });
}

export interface RoundTrip {
  readonly setup: string;
  /** Tried out without foreign key checks and triggers and taken back, so that any end state can be reached. */
  readonly edit: string;
  readonly options?: Partial<ApplyOptions>;
  readonly inspect?: (database: TestDatabase, result: Applied) => Promise<void> | void;
}

const EMPTY = "DROP SCHEMA IF EXISTS syncline CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public;";

/**
 * Applies the difference that `edit` makes, and expects: exactly the edited rows; nothing to do the second time; undo
 * gives the exact rows from before; undoing the undo gives the edited rows again.
 */
export async function roundTrip(target: TestDatabase, trip: RoundTrip): Promise<Applied> {
  const { setup, edit, options = {}, inspect } = trip;
  await target.query(`${EMPTY} ${setup}`);
  const before = await readState(target.url);
  const after = await readState(target.url, edit);
  expect(digest(after)).not.toBe(digest(before));
  const patch = patchOf(patchTables(before), operationsBetween(before, after));
  const result = await apply(target.url, patch, { options });
  expect(result).toMatchObject({ outcome: "applied", conflictCount: 0 });
  expect(digest(await readState(target.url))).toBe(digest(after));
  await inspect?.(target, result);
  expect(await apply(target.url, patch, { options })).toMatchObject({ outcome: "already-applied" });
  const undone = await undo(target.url, patch.header.id, { options });
  expect(undone).toMatchObject({ outcome: "applied" });
  expect(digest(await readState(target.url))).toBe(digest(before));
  expect(await undo(target.url, undone.ledgerId ?? "", { options })).toMatchObject({ outcome: "applied" });
  expect(digest(await readState(target.url))).toBe(digest(after));
  return result;
}
