import { CodedError, type QualifiedName } from "@syncline/core";
import type { ApplicationRequest } from "@syncline/engine";
import type { Client } from "pg";
import { recoverRunsQuietly } from "../copy/recover-runs.ts";
import { quoteTable } from "../sql/quote.ts";
import { assertLedgerUsable, assertReadWrite, assertTemporaryTables, deniedTables } from "./access.ts";
import type { ApplySession } from "./apply-session.ts";
import { applicationLock } from "./commit-outcome.ts";
import { createLedger, ledgerExists } from "./create-ledger.ts";
import { endOlder, takeFence } from "./fence.ts";
import { findEntry } from "./ledger-read.ts";
import type { PatchTargetInput } from "./open-patch-target.ts";
import type { OpenedTransaction } from "./pg-patch-transaction.ts";
import { resolveTables, targetNames } from "./resolve-tables.ts";
import { SessionSettings } from "./session-settings.ts";
import { assertStands } from "./undo-marks.ts";
import { sqlStateOf } from "./write-errors.ts";

interface BeginInput extends PatchTargetInput {
  readonly session: ApplySession;
  readonly request: ApplicationRequest;
}

/** Opens the transaction: fence, locks, shape and temp tables. */
export async function beginApplication(input: BeginInput): Promise<OpenedTransaction> {
  const { session, scope, label, request } = input;
  const { client } = session;
  const { options, header } = request;
  await assertReadWrite(client, label);
  const ledger = await prepareLedger(input);
  const fence = options.dryRun ? null : options.fence;
  if (fence !== null) await endOlder(client, fence);
  await client.query("BEGIN ISOLATION LEVEL READ COMMITTED");
  const { rows } = await client.query<{ pid: string }>("SELECT pg_catalog.pg_backend_pid() AS pid");
  session.pid = Number(rows[0]?.pid);
  const settings = await SessionSettings.pin(client, options.lockTimeoutMs);
  await client.query(`SELECT pg_catalog.pg_advisory_xact_lock(${applicationLock(request.id)})`);
  if (ledger) await takeFence(client, label, fence);
  if (ledger && request.named) await assertNew(client, request.id, label);
  if (request.undoes !== null) await assertStands(client, scope, request.undoes);
  const names = targetNames({
    tables: header.tables,
    scope,
    selection: input.tables,
    undo: request.undoes !== null,
  });
  await assertTemporaryTables(client, label);
  await lockTables(input, names);
  const forced = options.force !== null;
  const tables = await resolveTables({ client, scope, tables: header.tables, names, forced });
  for (const table of tables) await client.query(table.createStatement());
  return { session, scope, label, request, settings, tables, altered: [], ledger };
}

/** Whoever had this work before may have been faster than the look that came first. */
async function assertNew(client: Client, id: string, label: string): Promise<void> {
  if ((await findEntry(client, id)) === null) return;
  throw new CodedError("target.locked", `"${label}" was just written by another worker of this run.`, {
    hint: "Looking again finds what it wrote.",
    retryable: true,
  });
}

/** Against changes of shape, in one order for everybody. */
async function lockTables(
  { session: { client }, label }: BeginInput,
  names: readonly QualifiedName[],
): Promise<void> {
  const locks = [...new Set(names.map((name) => `ONLY ${quoteTable(name)}`))].sort();
  if (locks.length === 0) return;
  await client.query("SAVEPOINT syncline_locks");
  try {
    await client.query(`LOCK TABLE ${locks.join(", ")} IN ROW EXCLUSIVE MODE`);
    await client.query("RELEASE SAVEPOINT syncline_locks");
  } catch (error) {
    if (sqlStateOf(error) === "42809")
      return client.query("ROLLBACK TO SAVEPOINT syncline_locks").then(() => {}); // a view, refused below
    if (sqlStateOf(error) !== "42501") throw error;
    await client.query("ROLLBACK TO SAVEPOINT syncline_locks");
    throw await deniedTables(client, names, label);
  }
}

/** A dry run leaves nothing behind, not even an empty ledger. */
async function prepareLedger({ session, label, request }: BeginInput): Promise<boolean> {
  if (await ledgerExists(session.client)) {
    const fenced = request.options.fence !== null && !request.options.dryRun;
    await assertLedgerUsable(session.client, { label, fenced });
    if (!request.options.dryRun) await recoverRunsQuietly(session);
    return true;
  }
  if (request.options.dryRun) return false;
  await createLedger(session.client, label);
  return true;
}
