import { CodedError, formatQualifiedName } from "@syncline/core";
import type { LoadedSlice, LoadName, SliceRows, UnitClaim } from "@syncline/engine";
import type { Client } from "pg";
import { quoteTable } from "../../sql/quote.ts";
import type { ApplySession } from "../../write/apply-session.ts";
import { endOlder, holdFence, joinFence } from "../../write/fence.ts";
import { sqlStateOf } from "../../write/write-errors.ts";
import { commitLoad } from "../commit-load.ts";
import { runLock, storePart } from "../copy-ledger.ts";
import { copyStatement, onlyTable } from "../copy-table.ts";
import { LoadSettings } from "../load-settings.ts";
import { openSession, type SessionSource, withSession } from "../open-session.ts";
import { pump } from "../pump.ts";
import { gone } from "./load-membership.ts";
import { plainLoad } from "./plain-load.ts";

export interface LoadSlice {
  readonly source: Omit<SessionSource, "signal">;
  readonly name: LoadName;
  readonly request: SliceRows;
}

const TAKEN = "23505";

/**
 * One transaction: the rows and the mark that says so. The mark's key is the slice, so of two that load it at the same
 * time one is rolled back, and finds the other's mark.
 */
export async function loadSlice(load: LoadSlice): Promise<LoadedSlice> {
  const { source, request } = load;
  const session = await openSession({ ...source, signal: request.signal });
  try {
    await ownUnit(session.client, request.claim);
    return await inTransaction(load, session);
  } catch (error) {
    const failure = session.translate(error);
    session.destroy();
    const there = sqlStateOf(error) === TAKEN ? await findMark(load) : null;
    if (there === null) throw failure;
    return there;
  } finally {
    await session.close();
  }
}

/** Ends the sessions of earlier claims of this unit, and lets later ones end this. */
export async function ownUnit(client: Client, { unitId, token }: UnitClaim): Promise<void> {
  const fence = { domain: unitId, token };
  await joinFence(client, fence);
  await endOlder(client, fence);
}

async function inTransaction(load: LoadSlice, session: ApplySession): Promise<LoadedSlice> {
  const { request, source, name } = load;
  const { client } = session;
  await client.query("BEGIN ISOLATION LEVEL READ COMMITTED");
  const settings = await LoadSettings.pin(client, request.lockTimeoutMs);
  await holdFence(client, source.label, name.fence);
  await takePart(client, source.label, name);
  const planned = await plannedTable(load, client);
  const there = await readMark(load, client);
  if (there !== null) {
    await client.query("ROLLBACK");
    return there;
  }
  const { spec } = request.table;
  await client.query(`LOCK TABLE ${onlyTable(request.table)} IN ROW EXCLUSIVE MODE`);
  const relation = quoteTable(spec.name);
  const { columns, format } = request;
  const statement = copyStatement({ load: { ...plainLoad(request.table, 0), columns, format }, relation });
  const { read, signal, stallTimeoutMs } = request;
  const loaded = await settings.forCode(() =>
    pump({ session, statement, read, signal, stallTimeoutMs, onBytes: request.progress }),
  );
  await storePart(client, name.id, planned, request.part);
  await commitLoad({ session, connection: source.scope.connection, label: source.label });
  return { ...loaded, fresh: true };
}

/** The load's lock for this transaction; refused while somebody undoes the load. */
async function takePart(client: Client, label: string, { id }: LoadName): Promise<void> {
  const { rows } = await client.query<{ mine: string }>(
    `SELECT pg_catalog.pg_try_advisory_xact_lock_shared(${runLock(id)}) AS mine`,
  );
  if (rows[0]?.mine !== "t") throw gone(label);
}

async function plannedTable({ source, name, request }: LoadSlice, client: Client) {
  const relation = quoteTable(request.table.spec.name);
  const { rows } = await client.query<{ position: string; oid: string }>(
    `SELECT p.position, p.table_oid::pg_catalog.text AS oid FROM syncline.copy_part p JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) p.table_oid
     WHERE p.run_id OPERATOR(pg_catalog.=) $1::pg_catalog.uuid AND p.part OPERATOR(pg_catalog.=) -1 AND p.relation OPERATOR(pg_catalog.=) $2
       AND p.table_oid OPERATOR(pg_catalog.=) $2::pg_catalog.regclass::pg_catalog.oid`,
    [name.id, relation],
  );
  const row = rows[0];
  if (row === undefined) throw gone(source.label);
  return { position: Number(row.position), relation, oid: Number(row.oid) };
}

/** Counted in the table: the mark says which transaction wrote the rows, not how many they are. */
async function readMark({ name, request }: LoadSlice, client: Client): Promise<LoadedSlice | null> {
  const relation = quoteTable(request.table.spec.name);
  const { rows } = await client.query<{ transaction: string }>(
    `SELECT p.transaction::pg_catalog.text AS transaction FROM syncline.copy_part p
     WHERE p.run_id OPERATOR(pg_catalog.=) $1::pg_catalog.uuid AND p.relation OPERATOR(pg_catalog.=) $2 AND p.part OPERATOR(pg_catalog.=) $3::pg_catalog.int4`,
    [name.id, relation, request.part],
  );
  if (rows[0] === undefined) return null;
  const counted = await client.query<{ rows: string }>(
    `SELECT pg_catalog.count(*) AS rows FROM ${onlyTable(request.table)} AS t WHERE t.xmin OPERATOR(pg_catalog.=) $1::pg_catalog.xid8::pg_catalog.xid`,
    [rows[0].transaction],
  );
  return { rows: Number(counted.rows[0]?.rows ?? 0), bytes: 0, fresh: false };
}

/** Somebody else was faster, unless the key that is taken is one of the table's own. After a failed COPY on a session of its own. */
async function findMark(load: LoadSlice): Promise<LoadedSlice | null> {
  return withSession({ ...load.source, signal: load.request.signal }, async ({ client }) => {
    await client.query("BEGIN READ ONLY");
    await LoadSettings.pin(client, load.request.lockTimeoutMs);
    const there = await readMark(load, client);
    await client.query("ROLLBACK");
    return there;
  });
}

/** Rows of others in a table of the load. */
export function wroteMeanwhile(table: SliceRows["table"]): CodedError {
  const name = formatQualifiedName(table.spec.name);
  return new CodedError(
    "patch.precondition_failed",
    `Somebody else wrote to table "${name}" while it was loaded; what was loaded is removed again.`,
    {
      hint: "Try again; what is there will then be compared.",
      details: { table: name, reason: "not-empty" },
    },
  );
}
