import { createHash } from "node:crypto";
import type { PatchOperation, PatchRow, PatchTable } from "@syncline/core";
import type { PatchInput } from "@syncline/engine";
import { type AccountsState, COLUMNS, KEYS, RELATIONS, type Relation, type Row } from "./accounts.ts";
import type { Random } from "./random.ts";

/** The whole image of a row as operations carry it. */
const image = (row: Row): PatchRow => new Map(Object.entries(row));
const keyOf = (id: string): PatchRow => new Map([["id", id]]);

/** Operations on distinct rows that fit `state`. */
export function randomOperations(random: Random, state: AccountsState): PatchOperation[] {
  const accounts = random.shuffle([...state.account.keys()]);
  const operations: PatchOperation[] = [];
  const withEntries = new Set([...state.entry.values()].map((row) => row["account_id"]));
  const chosen = accounts.slice(0, random.integer(2, 7)).map((id) => state.account.get(id) as Row);
  const swapped = random.chance(0.3) ? random.integer(2, Math.min(3, chosen.length)) : 0;
  operations.push(...rotateUnique(chosen.slice(0, swapped)));
  for (const row of chosen.slice(swapped)) {
    const isFree = !withEntries.has(row["id"] ?? null);
    operations.push(isFree && random.chance(0.35) ? remove("account", row) : change(random, row));
  }
  const inserted = random.shuffle(["21", "22", "23", "24"]).slice(0, random.integer(0, 3));
  for (const id of inserted) operations.push(insertAccount(random, id));
  const [parent] = inserted;
  if (parent !== undefined && random.chance(0.6)) operations.push(insertEntry("51", parent));
  if (random.chance(0.4)) {
    operations.push(remove("entry", state.entry.get(random.pick([...state.entry.keys()])) as Row));
  }
  if (random.chance(0.4)) operations.push(removeSamples(random, state));
  return operations;
}

function change(random: Random, row: Row): PatchOperation {
  const columns = random.shuffle(["a", "b", "c"]).slice(0, random.integer(1, 3));
  return {
    op: "update",
    table: "account",
    key: keyOf(String(row["id"])),
    old: new Map(columns.map((column) => [column, row[column] ?? null])),
    new: new Map(columns.map((column) => [column, newValue(random, column, row[column] ?? null)])),
  };
}

/** Each row takes the unique value of the next one. */
function rotateUnique(rows: readonly Row[]): PatchOperation[] {
  return rows.map((row, at) => ({
    op: "update",
    table: "account",
    key: keyOf(String(row["id"])),
    old: new Map([["u", row["u"] ?? null]]),
    new: new Map([["u", rows[(at + 1) % rows.length]?.["u"] ?? null]]),
  }));
}

function newValue(random: Random, column: string, old: string | null): string | null {
  if (column !== "a" && old !== null && random.chance(0.15)) return null;
  const number = random.integer(1_000, 1_000_000);
  return column === "b" ? `patched ${number}` : String(number);
}

function remove(relation: "account" | "entry", row: Row): PatchOperation {
  return {
    op: "delete",
    table: relation,
    key: keyOf(String(row["id"])),
    old: image(row),
    count: 1,
    of: 1,
  };
}

function insertAccount(random: Random, id: string): PatchOperation {
  const row = { id, a: String(random.integer(1, 1_000)), b: `patched ${id}`, c: null, u: null };
  return { op: "insert", table: "account", key: keyOf(id), new: image(row), count: 1 };
}

function insertEntry(id: string, account: string): PatchOperation {
  const row = { id, account_id: account, note: "patched" };
  return { op: "insert", table: "entry", key: keyOf(id), new: image(row), count: 1 };
}

function removeSamples(random: Random, state: AccountsState): PatchOperation {
  const [value, of] = random.pick([...state.sample]);
  const old: PatchRow = new Map([["v", value]]);
  return { op: "delete", table: "sample", key: new Map(), old, count: random.integer(1, of), of };
}

/** The table fingerprints of the target, by table name. */
export type Fingerprints = ReadonlyMap<string, string>;

/** A patch over the three tables, held in memory. */
export function toPatch(
  id: string,
  operations: readonly PatchOperation[],
  fingerprints: Fingerprints,
): PatchInput {
  const hash = createHash("sha256").update(id).digest("hex");
  return {
    hash,
    operations: async function* () {
      yield operations;
    },
    header: {
      format: "syncline-patch",
      version: 1,
      id,
      createdAt: "2026-01-01T00:00:00Z",
      source: { locator: "model:source" },
      target: { locator: "model:target" },
      metadata: {
        createdBy: null,
        filter: null,
        ignoreFields: [],
        fields: null,
        scope: {},
        complete: true,
        hash: "record-send-hash-extended-2x64",
        inverts: null,
      },
      base: null,
      tables: RELATIONS.map((relation) => patchTable(relation, fingerprints)),
    },
  };
}

function patchTable(relation: Relation, fingerprints: Fingerprints): PatchTable {
  return {
    name: relation,
    columns: COLUMNS[relation],
    key: KEYS[relation],
    fingerprint: fingerprints.get(relation) ?? "",
  };
}
