import { setTimeout as sleep } from "node:timers/promises";
import { CodedError } from "@syncline/core";
import type { Client } from "pg";
import { quoteLiteral } from "../sql/quote.ts";
import { assertLedgerGenuineNow } from "./ledger-guard.ts";
import { LEDGER_COMMENT, LEDGER_STATEMENTS } from "./ledger-schema.ts";
import { sqlStateOf } from "./write-errors.ts";

/** Any fixed number; only first applications take it. */
const BOOTSTRAP_LOCK = "7305813344101";
const POLL_MS = 20;
const BOOTSTRAP_PATIENCE_MS = 30_000;
/** The object is there already, made by somebody who was faster. */
const EXISTS = new Set(["23505", "42P06", "42P07"]);

/** Outside of any transaction. */
export async function ledgerExists(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ there: string }>(
    `SELECT pg_catalog.count(*)::pg_catalog.text AS there FROM pg_catalog.pg_class c
     JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
     WHERE n.nspname OPERATOR(pg_catalog.=) 'syncline' AND c.relname::pg_catalog.text OPERATOR(pg_catalog.=) ANY ('{target,ledger,patch_operation,patch_operation_ledger}')`,
  );
  await assertLedgerGenuineNow(client);
  if (rows[0]?.there !== "4") return false;
  try {
    return (await client.query("SELECT FROM syncline.target")).rows.length > 0;
  } catch (error) {
    if (sqlStateOf(error) === "42501") return true; // it is there; what this role lacks is said later
    throw error;
  }
}

/** Makes schema `syncline` in a transaction of its own. Outside of any transaction. */
export async function createLedger(client: Client, label: string): Promise<void> {
  const giveUpAt = Date.now() + BOOTSTRAP_PATIENCE_MS;
  for (;;) {
    if (await ledgerExists(client)) return;
    if (await tryCreate(client, label)) return;
    if (Date.now() > giveUpAt) throw busy(label);
    await sleep(POLL_MS);
  }
}

/** A try-lock, polled: waiting for an advisory lock would hold a snapshot that a pooler's other users trip over. */
async function tryCreate(client: Client, label: string): Promise<boolean> {
  await client.query("BEGIN");
  try {
    // The checks and defaults of the tables keep the operators that they are made with.
    await client.query("SET LOCAL search_path = ''");
    const { rows } = await client.query<{ mine: string }>(
      `SELECT pg_catalog.pg_try_advisory_xact_lock(${BOOTSTRAP_LOCK}) AS mine`,
    );
    if (rows[0]?.mine === "t") {
      for (const statement of LEDGER_STATEMENTS) await client.query(statement);
      await client.query(`COMMENT ON SCHEMA syncline IS ${quoteLiteral(LEDGER_COMMENT)}`);
    }
    await client.query("COMMIT");
    return rows[0]?.mine === "t";
  } catch (error) {
    await client.query("ROLLBACK");
    if (EXISTS.has(sqlStateOf(error))) return false;
    if (sqlStateOf(error) === "42501") throw await mayNotCreate(client, label, error);
    throw error;
  }
}

async function mayNotCreate(client: Client, label: string, cause: unknown): Promise<CodedError> {
  const { rows } = await client.query<{ role: string; database: string }>(
    "SELECT pg_catalog.quote_ident(current_user) AS role, pg_catalog.quote_ident(pg_catalog.current_database()) AS database",
  );
  const { role = "", database = "" } = rows[0] ?? {};
  return new CodedError(
    "permission.denied",
    `Role ${role} may not create schema "syncline" in "${label}", where patches are recorded.`,
    {
      hint: `Run once as the owner: GRANT CREATE ON DATABASE ${database} TO ${role};`,
      cause,
    },
  );
}

function busy(label: string): CodedError {
  return new CodedError("target.locked", `Somebody else is setting up schema "syncline" in "${label}".`, {
    hint: "Try again in a moment.",
    retryable: true,
  });
}
