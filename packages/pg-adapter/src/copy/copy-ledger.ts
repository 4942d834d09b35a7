import { CodedError } from "@syncline/core";
import type { Client } from "pg";
import { applicationLock } from "../write/commit-outcome.ts";
import { createLedger } from "../write/create-ledger.ts";
import { assertLedgerGenuineNow } from "../write/ledger-guard.ts";
import { sqlStateOf } from "../write/write-errors.ts";
import type { Definition } from "./definitions.ts";

/** Any fixed number; only the first run that loads in parts takes it. */
const SETUP_LOCK = "7305813344102";

/**
 * What runs that load tables in parts write down: the parts that are committed, with the transaction that wrote them, and
 * what was dropped and is to be made again. Empty whenever no run is at work and none has died.
 */
const STATEMENTS = [
  `CREATE TABLE IF NOT EXISTS syncline.copy_part (
  run_id uuid NOT NULL,
  position integer NOT NULL,
  part integer NOT NULL,
  relation text NOT NULL,
  table_oid oid NOT NULL,
  transaction xid8,
  state text NOT NULL,
  PRIMARY KEY (run_id, position, part)
)`,
  `CREATE TABLE IF NOT EXISTS syncline.copy_definition (
  run_id uuid NOT NULL,
  position integer NOT NULL,
  kind text NOT NULL,
  relation text NOT NULL,
  table_oid oid NOT NULL,
  name text NOT NULL,
  statements text[] NOT NULL,
  PRIMARY KEY (run_id, position)
)`,
];

/**
 * Whose the tables are. What they hold is executed when a run has died, so only the role that they belong to does that:
 * whoever could write into them would otherwise borrow the privileges of the next one who comes by.
 */
export type CopyLedgerState =
  | { readonly kind: "none" | "own" }
  | { readonly kind: "other"; readonly owner: string };

/** Outside of any transaction. Looks at the catalog first, so that a database that never saw a run stays as it is. */
export async function readCopyLedger(client: Client): Promise<CopyLedgerState> {
  const { rows } = await client.query<{ owner: string; own: string }>(
    `SELECT pg_catalog.pg_get_userbyid(c.relowner) AS owner, r.rolname OPERATOR(pg_catalog.=) CURRENT_USER AS own FROM pg_catalog.pg_class c
     JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace JOIN pg_catalog.pg_roles r ON r.oid OPERATOR(pg_catalog.=) c.relowner
     WHERE n.nspname OPERATOR(pg_catalog.=) 'syncline' AND c.relname::pg_catalog.text OPERATOR(pg_catalog.=) ANY ('{copy_part,copy_definition}')`,
  );
  if (rows.length < 2) return { kind: "none" };
  const other = rows.find(({ own }) => own !== "t");
  if (other !== undefined) return { kind: "other", owner: other.owner };
  await assertLedgerGenuineNow(client);
  return { kind: "own" };
}

/** Outside of any transaction. False when this role may not make or use it. */
export async function prepareCopyLedger(client: Client, label: string): Promise<boolean> {
  try {
    const state = await readCopyLedger(client);
    if (state.kind === "other") return false;
    if (state.kind === "none") {
      await createLedger(client, label);
      await client.query("BEGIN; SET LOCAL search_path = ''");
      await client.query(`SELECT pg_catalog.pg_advisory_xact_lock(${SETUP_LOCK})`);
      for (const statement of STATEMENTS) await client.query(statement);
      await client.query("COMMIT");
      if ((await readCopyLedger(client)).kind !== "own") return false;
    }
    const probe = "SELECT FROM syncline.copy_part p, syncline.copy_definition d LIMIT 0 FOR UPDATE";
    await client.query(probe);
    return true;
  } catch (error) {
    await client.query("ROLLBACK").catch(() => {});
    const denied = error instanceof CodedError ? error.code === "permission.denied" : false;
    if (denied || sqlStateOf(error) === "42501") return false;
    throw error;
  }
}

/** Session lock of a run; nobody holds it once the run is dead. */
export function runLock(runId: string): string {
  return applicationLock(runId);
}

/** Inside the transaction that drops them. */
export async function storeDefinitions(
  client: Client,
  runId: string,
  definitions: readonly Definition[],
): Promise<void> {
  for (const [position, each] of definitions.entries()) {
    await client.query(
      `INSERT INTO syncline.copy_definition (run_id, position, kind, relation, table_oid, name, statements)
       SELECT $1, $2, $3, $4, $5, $6, ARRAY(SELECT pg_catalog.json_array_elements_text($7::pg_catalog.json))`,
      [runId, position, each.kind, each.relation, each.tableOid, each.name, JSON.stringify(each.create)],
    );
  }
}

export interface PlannedTable {
  readonly position: number;
  readonly relation: string;
  readonly oid: number;
}

/** A row a table, so that a table without a single committed part is known too. */
export async function storeTables(
  client: Client,
  runId: string,
  tables: readonly PlannedTable[],
): Promise<void> {
  for (const table of tables) await insertPart(client, runId, table, { part: -1, transaction: "NULL" });
}

/** Inside the transaction that loads the part: the row is there exactly when the rows are. */
export async function storePart(
  client: Client,
  runId: string,
  table: PlannedTable,
  part: number,
): Promise<void> {
  await insertPart(client, runId, table, { part, transaction: "pg_catalog.pg_current_xact_id()" });
}

async function insertPart(
  client: Client,
  runId: string,
  table: PlannedTable,
  { part, transaction }: { readonly part: number; readonly transaction: string },
): Promise<void> {
  await client.query(
    `INSERT INTO syncline.copy_part (run_id, position, part, relation, table_oid, transaction, state)
     VALUES ($1, $2, $3, $4, $5, ${transaction}, 'loading')`,
    [runId, table.position, part, table.relation, table.oid],
  );
}

export async function markDone(client: Client, runId: string, position: number): Promise<void> {
  const where = "run_id = $1 AND position = $2";
  await client.query(`UPDATE syncline.copy_part SET state = 'done' WHERE ${where}`, [runId, position]);
}
