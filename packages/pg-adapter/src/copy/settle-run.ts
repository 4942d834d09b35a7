import type { Client } from "pg";
import type { ApplySession } from "../write/apply-session.ts";
import { disableTriggers, enableTriggers, readUserTriggers } from "../write/triggers.ts";
import { sqlStateOf } from "../write/write-errors.ts";
import { runLock } from "./copy-ledger.ts";
import type { Definition } from "./definitions.ts";
import { createDefinitions } from "./drop-definitions.ts";
import { LoadSettings } from "./load-settings.ts";

interface RunTable {
  readonly position: number;
  readonly relation: string;
  readonly oid: number;
  readonly done: boolean;
  /** Transactions that committed rows of it. */
  readonly transactions: readonly string[];
}

export interface Settlement {
  /** Tables whose rows were taken out again, quoted and qualified. */
  readonly emptied: readonly string[];
  /** Names of foreign keys that the loaded rows broke. */
  readonly broken: readonly string[];
  /** Dropped definitions that were made again. */
  readonly rebuilt: number;
  /** Definitions that rows of others stand against now; they stay written down. */
  readonly failed: readonly string[];
}

/**
 * Brings a run to its end, whatever it got done: tables that are not complete are emptied of its rows, definitions are
 * made again, foreign keys last. Rows that would break one take everything of the run with them. Rows of others stay.
 * May be repeated at any time by anybody; null when the run is still at work, in another session. `record` is called
 * in the transaction that does it.
 */
export async function settleRun(
  session: ApplySession,
  runId: string,
  lockTimeoutMs: number,
  record?: (client: Client, settled: Pick<Settlement, "broken">) => Promise<void>,
): Promise<Settlement | null> {
  const { client } = session;
  return inTransaction(session, lockTimeoutMs, async (settings) => {
    const lock = `SELECT pg_catalog.pg_try_advisory_xact_lock(${runLock(runId)}) AS mine`;
    if ((await client.query<{ mine: string }>(lock)).rows[0]?.mine !== "t") return null;
    const tables = await readRunTables(client, runId);
    const definitions = await readStored(client, runId);
    await lockAll(client, tables);
    const unfinished = tables.filter((table) => !table.done);
    await removeRows(session, unfinished);
    const indexes = definitions.filter((each) => each.kind !== "foreign-key");
    const foreignKeys = definitions.filter((each) => each.kind === "foreign-key");
    const failed = await settings.forCode(() => createEach(client, indexes));
    const broken = await settings.forCode(() => tryForeignKeys(client, foreignKeys));
    if (broken.length > 0) {
      await removeRows(session, tables);
      failed.push(...(await settings.forCode(() => createEach(client, foreignKeys))));
    }
    await forgetRun(client, runId, failed);
    await record?.(client, { broken });
    const emptied = (broken.length > 0 ? tables : unfinished).filter(
      (table) => table.transactions.length > 0,
    );
    return {
      emptied: emptied.map((table) => table.relation),
      broken,
      rebuilt: definitions.length - failed.length,
      failed: failed.map(({ name, relation }) => `${name} of ${relation}`),
    };
  });
}

async function inTransaction<T>(
  session: ApplySession,
  lockTimeoutMs: number,
  work: (settings: LoadSettings) => Promise<T>,
): Promise<T> {
  const { client } = session;
  await client.query("BEGIN ISOLATION LEVEL READ COMMITTED");
  try {
    const result = await work(await LoadSettings.pin(client, lockTimeoutMs));
    await client.query("COMMIT");
    return result;
  } catch (error) {
    if (!session.lost) await client.query("ROLLBACK").catch(() => session.destroy());
    throw error;
  }
}

async function readRunTables(client: Client, runId: string): Promise<RunTable[]> {
  const { rows } = await client.query<Record<string, string>>(
    `SELECT p.position, p.table_oid::pg_catalog.regclass::pg_catalog.text AS relation, p.table_oid::pg_catalog.text AS oid, pg_catalog.bool_and(p.state = 'done') AS done,
      pg_catalog.to_json(COALESCE(pg_catalog.array_agg(p.transaction::pg_catalog.text) FILTER (WHERE p.transaction IS NOT NULL), '{}')) AS transactions
     FROM syncline.copy_part p JOIN pg_catalog.pg_class c ON c.oid = p.table_oid
     WHERE p.run_id = $1 GROUP BY 1, 2, 3 ORDER BY 1`,
    [runId],
  );
  return rows.map((row) => ({
    position: Number(row["position"]),
    relation: row["relation"] ?? "",
    oid: Number(row["oid"]),
    done: row["done"] === "t",
    transactions: JSON.parse(row["transactions"] ?? "[]") as string[],
  }));
}

/** What a run has dropped, in the order in which it is made again. */
export async function readStored(client: Client, runId: string): Promise<Definition[]> {
  const { rows } = await client.query<Record<string, string>>(
    `SELECT d.kind, d.relation, d.table_oid::pg_catalog.text AS oid, d.name, pg_catalog.to_json(d.statements) AS statements
     FROM syncline.copy_definition d JOIN pg_catalog.pg_class c ON c.oid = d.table_oid WHERE d.run_id = $1 ORDER BY d.position`,
    [runId],
  );
  return rows.map((row) => ({
    kind: row["kind"] as Definition["kind"],
    name: row["name"] ?? "",
    tableOid: Number(row["oid"]),
    parentOid: null,
    relation: row["relation"] ?? "",
    drop: "",
    create: JSON.parse(row["statements"] ?? "[]") as string[],
  }));
}

/** Sessions of a run that died hold locks until the server notices; this waits for them. */
async function lockAll(client: Client, tables: readonly RunTable[]): Promise<void> {
  const relations = tables.map((table) => table.relation).sort();
  for (const relation of relations) await client.query(`LOCK TABLE ${relation} IN ACCESS EXCLUSIVE MODE`);
}

/** Rows carry the transaction that wrote them. Referencing tables first, and no trigger hears of it. */
async function removeRows(session: ApplySession, tables: readonly RunTable[]): Promise<void> {
  const { client } = session;
  const touched = tables.filter((table) => table.transactions.length > 0);
  if (touched.length === 0) return;
  const triggers = await readUserTriggers(
    client,
    touched.map((table) => table.oid),
  );
  await disableTriggers(session, triggers, "Rows of an unfinished copy are removed");
  for (const { relation, transactions } of [...touched].reverse()) {
    await client.query(
      `DELETE FROM ${relation} AS t WHERE t.xmin = ANY (ARRAY(
         SELECT x::pg_catalog.text::pg_catalog.xid8::pg_catalog.xid FROM pg_catalog.json_array_elements_text($1::pg_catalog.json) AS x))`,
      [JSON.stringify(transactions)],
    );
  }
  await enableTriggers(session, triggers);
}

/** Makes all of them, or none; returns the names of those that the rows break. */
async function tryForeignKeys(client: Client, foreignKeys: readonly Definition[]): Promise<string[]> {
  const broken: string[] = [];
  await client.query("SAVEPOINT syncline_foreign_keys");
  for (const key of foreignKeys) {
    await client.query("SAVEPOINT syncline_foreign_key");
    try {
      await createDefinitions(client, [key]);
    } catch (error) {
      if (sqlStateOf(error) !== "23503") throw error;
      await client.query("ROLLBACK TO SAVEPOINT syncline_foreign_key");
      broken.push(key.name);
    }
  }
  if (broken.length > 0) await client.query("ROLLBACK TO SAVEPOINT syncline_foreign_keys");
  return broken;
}

/** Somebody made it again already. */
const THERE_AGAIN = new Set(["42P07", "42710", "42P16"]);

/** Returns those that could not be made, because rows of others break them. */
async function createEach(client: Client, definitions: readonly Definition[]): Promise<Definition[]> {
  const failed: Definition[] = [];
  for (const definition of definitions) {
    await client.query("SAVEPOINT syncline_definition");
    try {
      await createDefinitions(client, [definition]);
    } catch (error) {
      const state = sqlStateOf(error);
      if (!THERE_AGAIN.has(state) && !state.startsWith("23")) throw error;
      await client.query("ROLLBACK TO SAVEPOINT syncline_definition");
      if (!THERE_AGAIN.has(state)) failed.push(definition);
    }
  }
  return failed;
}

export async function forgetRun(client: Client, runId: string, kept: readonly Definition[]): Promise<void> {
  await client.query(
    `DELETE FROM syncline.copy_definition WHERE run_id = $1
     AND NOT name = ANY (ARRAY(SELECT pg_catalog.json_array_elements_text($2::pg_catalog.json)))`,
    [runId, JSON.stringify(kept.map((each) => each.name))],
  );
  await client.query("DELETE FROM syncline.copy_part WHERE run_id = $1", [runId]);
}
