import {
  CodedError,
  type PatchHeader,
  type PatchOperation,
  type PatchRow,
  type RowValue,
} from "@syncline/core";
import type { ApplyCounts, BackupReceipt, InversePatch, LedgerEntry } from "@syncline/engine";
import type { Client } from "pg";
import type { PgScope } from "../scope.ts";

const PAGE = 1_000;

const EQUALS = "OPERATOR(pg_catalog.=)";
const isSame = (column: string, parameter: string) =>
  `(${column} ${EQUALS} ${parameter}::pg_catalog.text OR pg_catalog.num_nulls(${column}, ${parameter}::pg_catalog.text) ${EQUALS} 2)`;

/** Every operator by its schema: these run under whatever search_path the session has. */
const ENTRY = `SELECT position, id, patch_id, hash, kind, undoes, actor, reason, strategy, header, tables, inserted, updated, deleted,
  already_applied, skipped, undo_state, undone_by,
  pg_catalog.to_char(applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS applied_at,
  pg_catalog.to_char(undone_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS undone_at
FROM syncline.ledger`;
const IN_SCOPE = `WHERE scope_schema ${EQUALS} $1 AND ${isSame("tenant_column", "$2")} AND ${isSame("tenant_value", "$3")}`;

type Row = Record<string, string | null>;

function scopeValues(scope: PgScope): (string | null)[] {
  return [scope.schema, scope.tenantColumn?.name ?? null, scope.tenantColumn?.value ?? null];
}

/** Entries of the scope, newest first, a page at a time. */
export async function* readEntries(client: Client, scope: PgScope): AsyncIterable<LedgerEntry> {
  let before = "9223372036854775807";
  for (;;) {
    const { rows } = await client.query<Row>(
      `SELECT * FROM (${ENTRY} ${IN_SCOPE}) e
       WHERE position OPERATOR(pg_catalog.<) $4::pg_catalog.int8 ORDER BY position DESC LIMIT ${PAGE}`,
      [...scopeValues(scope), before],
    );
    for (const row of rows) yield toEntry(row);
    if (rows.length < PAGE) return;
    before = rows.at(-1)?.["position"] ?? "0";
  }
}

/** Whatever scope it was in. */
export async function findEntry(client: Client, id: string): Promise<LedgerEntry | null> {
  const { rows } = await client.query<Row>(`${ENTRY} WHERE id ${EQUALS} $1::pg_catalog.uuid`, [id]);
  return rows[0] === undefined ? null : toEntry(rows[0]);
}

/** The application that an undo of `id` takes back, with the header of its inverse. */
export async function findInverse(
  client: Client,
  scope: PgScope,
  id: string,
): Promise<Omit<InversePatch, "operations"> & { readonly header: PatchHeader }> {
  const { rows } = await client.query<Row>(
    `SELECT * FROM (SELECT *, id::pg_catalog.text ${EQUALS} pg_catalog.lower($4) AS by_id FROM (${ENTRY} ${IN_SCOPE}) entries) e
     WHERE by_id OR (patch_id ${EQUALS} $4 AND kind ${EQUALS} 'apply')
     ORDER BY by_id DESC, undo_state OPERATOR(pg_catalog.<>) 'undone' DESC, position DESC LIMIT 1`,
    [...scopeValues(scope), id],
  );
  const row = rows[0];
  if (row === undefined) throw notFound(id);
  const entry = toEntry(row);
  if (entry.undoState === "undone") throw alreadyUndone(entry);
  if (KEPT_NOTHING.has(entry.strategy)) throw keptNothing(entry);
  const header = JSON.parse(row["header"] ?? "{}") as PatchHeader;
  // An inverse is complete by its nature: it names exactly the rows that were written.
  return {
    entry,
    header: { ...header, metadata: { ...header.metadata, complete: true, inverts: header.id } },
  };
}

export async function* readInverse(
  client: Client,
  ledgerId: string,
  header: PatchHeader,
): AsyncIterable<readonly PatchOperation[]> {
  // Waits for the rows that were read before to be taken.
  await client.query("BEGIN READ ONLY; SET LOCAL idle_in_transaction_session_timeout = 0");
  await client.query({
    text: `DECLARE syncline_inverse NO SCROLL CURSOR FOR SELECT table_number, op, cnt, total, pg_catalog.to_json(columns) AS columns,
      pg_catalog.to_json(key) AS key, pg_catalog.to_json(old) AS old, pg_catalog.to_json(new) AS new
      FROM syncline.patch_operation WHERE ledger_id ${EQUALS} '${ledgerId}'::pg_catalog.uuid ORDER BY seq`,
  });
  for (;;) {
    const { rows } = await client.query<Row>(`FETCH ${PAGE} FROM syncline_inverse`);
    if (rows.length > 0) yield rows.map((row) => toOperation(row, header));
    if (rows.length < PAGE) break;
  }
  await client.query("COMMIT");
}

function toOperation(row: Row, header: PatchHeader): PatchOperation {
  const table = header.tables[Number(row["table_number"])];
  if (table === undefined)
    throw new CodedError("file.damaged", "The target's ledger names a table that it does not describe.");
  const numbers = JSON.parse(row["columns"] ?? "[]") as number[];
  const all = table.columns.map(([name]) => name);
  const columns = row["op"] === "update" ? numbers.map((at) => all[at] ?? "") : all;
  const key = toRow(table.key, row["key"]);
  const count = Number(row["cnt"]);
  const of = Number(row["total"]);
  if (row["op"] === "insert")
    return { op: "insert", table: table.name, key, new: toRow(columns, row["new"]), count, of };
  if (row["op"] === "delete")
    return { op: "delete", table: table.name, key, old: toRow(columns, row["old"]), count, of };
  return {
    op: "update",
    table: table.name,
    key,
    old: toRow(columns, row["old"]),
    new: toRow(columns, row["new"]),
  };
}

function toRow(names: readonly string[], json: string | null | undefined): PatchRow {
  const values = JSON.parse(json ?? "[]") as RowValue[];
  return new Map(names.map((name, at) => [name, values[at] ?? null]));
}

function toEntry(row: Row): LedgerEntry {
  const text = (name: string) => row[name] ?? "";
  const header = JSON.parse(text("header")) as PatchHeader & { readonly receipt?: BackupReceipt };
  return {
    id: text("id"),
    patchId: text("patch_id"),
    hash: text("hash"),
    kind: text("kind") as LedgerEntry["kind"],
    undoes: row["undoes"] ?? null,
    appliedAt: text("applied_at"),
    actor: row["actor"] ?? null,
    reason: row["reason"] ?? null,
    strategy: text("strategy"),
    source: header.source.locator,
    counts: {
      inserted: Number(row["inserted"]),
      updated: Number(row["updated"]),
      deleted: Number(row["deleted"]),
      alreadyApplied: Number(row["already_applied"]),
      skipped: Number(row["skipped"]),
    },
    tables: JSON.parse(text("tables")) as ({ name: string } & ApplyCounts)[],
    complete: header.metadata.complete,
    undoState: text("undo_state") as LedgerEntry["undoState"],
    undoneBy: row["undone_by"] ?? null,
    undoneAt: row["undone_at"] ?? null,
    // An older program that takes an entry back copies its header, with the receipt of the other entry.
    receipt: header.receipt?.ledgerId === row["id"] ? (header.receipt ?? null) : null,
  };
}

/** Rows that arrive in bulk are not kept a second time. */
const KEPT_NOTHING: ReadonlySet<string> = new Set(["load", "sql"]);

function keptNothing({ id, strategy, tables }: LedgerEntry): CodedError {
  const names = tables.map(({ name }) => `"${name}"`).join(", ");
  const what = strategy === "load" ? "filled tables that were empty" : "ran an SQL file";
  return new CodedError("usage.invalid", `Application ${id} ${what}; what would take it back is not kept.`, {
    hint:
      strategy === "load"
        ? `To go back, empty the tables that it filled: ${names}.`
        : `To go back, remove what it wrote into ${names}.`,
    details: { ledgerId: id, tables: tables.map(({ name }) => name) },
  });
}

export function notFound(id: string): CodedError {
  return new CodedError("patch.not_found", `The target's log has no patch "${id}" in this scope.`, {
    hint: "`syncline log` lists what was applied.",
  });
}

export function alreadyUndone(entry: LedgerEntry): CodedError {
  return new CodedError(
    "patch.already_undone",
    `Patch "${entry.patchId}" (application ${entry.id}) was taken back already.`,
    {
      hint: entry.undoneBy === null ? "" : `To bring it back, undo the undo: syncline undo ${entry.undoneBy}`,
      details: { undoneBy: entry.undoneBy, undoneAt: entry.undoneAt },
    },
  );
}
