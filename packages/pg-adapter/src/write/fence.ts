import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { CodedError } from "@syncline/core";
import type { Fence } from "@syncline/engine";
import type { Client } from "pg";
import { assertLedgerGenuine } from "./ledger-guard.ts";
import { LEDGER_UPGRADES, LEDGER_VERSION } from "./ledger-schema.ts";
import { sqlStateOf } from "./write-errors.ts";

const POLL_MS = 50;
/** Ended sessions are gone within milliseconds, unless the machine is swamped. */
const ENDING_PATIENCE_MS = 10_000;
const WORD = 0x1_0000_0000n;

/** Waits for other appliers, refuses an older token and remembers a newer one. Inside the application's transaction. */
export async function takeFence(client: Client, label: string, fence: Fence | null): Promise<void> {
  // Keeps its shape as it is to the end of the transaction.
  await client.query(
    "LOCK TABLE ONLY syncline.target, ONLY syncline.ledger, ONLY syncline.patch_operation IN ROW EXCLUSIVE MODE",
  );
  await assertLedgerGenuine(client);
  const { rows } = await client.query<{ ledger_version: string }>(
    "SELECT ledger_version FROM syncline.target FOR UPDATE",
  );
  const version = Number(rows[0]?.ledger_version ?? Number.NaN);
  if (!(version <= LEDGER_VERSION)) throw tooNew(label);
  if (version < LEDGER_VERSION) await upgradeLedger(client, { label, version, needed: fence !== null });
  if (fence !== null) await raiseFence(client, label, fence);
}

/**
 * For work that writes in several transactions: `takeFence` once before, this in each of them. Those under one token do
 * not wait for each other.
 */
export async function holdFence(client: Client, label: string, fence: Fence): Promise<void> {
  await lockFence(client);
  await client.query(`SELECT pg_catalog.pg_advisory_xact_lock_shared(${memberLock(fence)})`);
  const { rows } = await client.query<{ token: string }>(
    "SELECT token FROM syncline.fence WHERE domain OPERATOR(pg_catalog.=) $1 FOR SHARE",
    [fence.domain],
  );
  const seen = BigInt(rows[0]?.token ?? 0);
  if (seen !== fence.token) throw takenOver(label, fence, seen);
}

/** A session that keeps something to its end says so, and is ended by the next owner. Outside of any transaction. */
export async function joinFence(client: Client, fence: Fence): Promise<void> {
  await client.query(`SELECT pg_catalog.pg_advisory_lock_shared(${memberLock(fence)})`);
}

/**
 * Ends the sessions of whoever worked here under an older token and waits until they are gone: a process that was
 * stopped keeps its locks for as long as its connections live. Outside of any transaction.
 */
export async function endOlder(client: Client, fence: Fence): Promise<void> {
  const giveUpAt = Date.now() + ENDING_PATIENCE_MS;
  for (;;) {
    const { rows } = await client.query(END_OLDER, [domainNumber(fence), (fence.token % WORD).toString()]);
    if (rows.length === 0 || Date.now() > giveUpAt) return; // who is still there then is waited for with the locks
    await sleep(POLL_MS);
  }
}

async function lockFence(client: Client): Promise<void> {
  await client.query("LOCK TABLE ONLY syncline.fence IN ROW EXCLUSIVE MODE");
  await assertLedgerGenuine(client);
}

async function raiseFence(client: Client, label: string, fence: Fence): Promise<void> {
  await lockFence(client);
  await client.query(`SELECT pg_catalog.pg_advisory_xact_lock_shared(${memberLock(fence)})`);
  const { rows } = await client.query<{ token: string }>(
    `INSERT INTO syncline.fence AS f (domain, token) VALUES ($1, $2::pg_catalog.numeric)
     ON CONFLICT (domain) DO UPDATE SET token = GREATEST(f.token, excluded.token) RETURNING token`,
    [fence.domain, fence.token.toString()],
  );
  const seen = BigInt(rows[0]?.token ?? 0);
  if (seen > fence.token) throw takenOver(label, fence, seen);
}

/** Inside the application's transaction. A role that may not make tables goes on without, where it needs none of it. */
async function upgradeLedger(
  client: Client,
  { label, version, needed }: { readonly label: string; readonly version: number; readonly needed: boolean },
): Promise<void> {
  await client.query("SAVEPOINT syncline_upgrade");
  try {
    for (const upgrade of LEDGER_UPGRADES) {
      if (upgrade.to <= version) continue;
      for (const statement of upgrade.statements) await client.query(statement);
    }
    await client.query("UPDATE syncline.target SET ledger_version = $1::pg_catalog.int4", [LEDGER_VERSION]);
    await client.query("RELEASE SAVEPOINT syncline_upgrade");
  } catch (error) {
    if (sqlStateOf(error) !== "42501") throw error;
    await client.query("ROLLBACK TO SAVEPOINT syncline_upgrade");
    if (needed) throw mayNotUpgrade(label, error);
  }
}

function mayNotUpgrade(label: string, cause: unknown): CodedError {
  return new CodedError(
    "permission.denied",
    `Schema "syncline" of "${label}" is of an older layout, which this role may not bring up to date.`,
    {
      hint: "Apply a patch once as the schema's owner, or: GRANT CREATE ON SCHEMA syncline TO this role.",
      cause,
    },
  );
}

function tooNew(label: string): CodedError {
  return new CodedError(
    "schema.unsupported",
    `Schema "syncline" of "${label}" was made by a newer Syncline.`,
    { hint: `This version knows layout ${LEDGER_VERSION}; upgrade Syncline.` },
  );
}

function takenOver(label: string, { token }: Fence, seen: bigint): CodedError {
  return new CodedError(
    "target.locked",
    `"${label}" was taken over: fencing token ${token} is older than ${seen}.`,
    { hint: "Another worker continues this job; nothing is to be done here." },
  );
}

/** Shows the token to whoever comes next: its domain and its low 32 bits. */
function memberLock(fence: Fence): string {
  return `${domainNumber(fence) | 0}, ${Number(BigInt.asIntN(32, fence.token))}`;
}

function domainNumber({ domain }: Fence): number {
  return createHash("sha256").update(domain).digest().readUInt32BE(0);
}

const END_OLDER = `SELECT pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_locks
WHERE locktype OPERATOR(pg_catalog.=) 'advisory' AND granted AND objsubid OPERATOR(pg_catalog.=) 2::pg_catalog.int2
  AND classid::pg_catalog.int8 OPERATOR(pg_catalog.=) $1::pg_catalog.int8 AND objid::pg_catalog.int8 OPERATOR(pg_catalog.<) $2::pg_catalog.int8
  AND database OPERATOR(pg_catalog.=) (SELECT oid FROM pg_catalog.pg_database WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database())`;
