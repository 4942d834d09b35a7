import { CodedError } from "@syncline/core";
import type { BulkLoadRequest, BulkTableReport, RowSlice } from "@syncline/engine";
import type { ApplySession } from "../write/apply-session.ts";
import { holdFence } from "../write/fence.ts";
import { commitLoad } from "./commit-load.ts";
import { markDone, type PlannedTable, storePart } from "./copy-ledger.ts";
import { type CopyTable, copyStatement } from "./copy-table.ts";
import type { Definition } from "./definitions.ts";
import { createDefinitions } from "./drop-definitions.ts";
import { LoadSettings } from "./load-settings.ts";
import { raiseLoadedSequences } from "./loaded-sequences.ts";
import { openSession, type SessionSource, withSession } from "./open-session.ts";
import { pump } from "./pump.ts";
import { waitForGate } from "./reader-gate.ts";

export interface PartsLoad {
  readonly source: SessionSource;
  readonly request: BulkLoadRequest;
  readonly table: CopyTable;
  readonly planned: PlannedTable;
  /** What was dropped of this table and is made again once the rows are there. */
  readonly definitions: readonly Definition[];
  readonly parts: number;
}

/**
 * Loads a table over several connections. Each holds its part uncommitted until all are there; then a further session
 * queues for the table's exclusive lock, which keeps everybody else out, the parts commit, and that session, which gets
 * the lock next, makes the indexes and commits. So nobody sees some parts without the others.
 */
export async function loadTableParts(
  load: PartsLoad,
): Promise<{ report: BulkTableReport; notes: readonly string[] }> {
  const { table, request } = load;
  const stop = new AbortController();
  const signal = AbortSignal.any([request.signal, stop.signal]);
  const progress = { bytes: 0 };
  const slices = Array.from({ length: load.parts }, (_, index) => ({ index, of: load.parts }));
  const loaders: ApplySession[] = [];
  try {
    const parts = await allOrFirst(
      slices.map((slice) => loadPart(load, slice, { signal, loaders, progress })),
      stop,
    );
    const rows = parts.reduce((sum, each) => sum + each.rows, 0);
    const notes = await publish(load, loaders, signal);
    const name = table.load.table.spec.name;
    request.progress(name, rows, progress.bytes);
    return { report: { table: name, outcome: "done", rows, bytes: progress.bytes, error: null }, notes };
  } catch (error) {
    for (const session of loaders) session.destroy();
    throw error;
  } finally {
    await Promise.all(loaders.map((session) => session.close()));
  }
}

interface PartContext {
  readonly signal: AbortSignal;
  readonly loaders: ApplySession[];
  readonly progress: { bytes: number };
}

/** Leaves its transaction open. */
async function loadPart(
  { source, request, table, planned }: PartsLoad,
  slice: RowSlice,
  { signal, loaders, progress }: PartContext,
): Promise<{ rows: number }> {
  const session = await openSession({ ...source, signal });
  loaders.push(session);
  try {
    const { client } = session;
    await client.query("BEGIN ISOLATION LEVEL READ COMMITTED");
    const settings = await LoadSettings.pin(client, request.lockTimeoutMs);
    if (request.fence !== null) await holdFence(client, source.label, request.fence);
    await client.query(`LOCK TABLE ONLY ${table.relation} IN ROW EXCLUSIVE MODE`);
    const onBytes = (more: number) => {
      progress.bytes += more;
      request.progress(table.load.table.spec.name, 0, progress.bytes);
    };
    const { stallTimeoutMs } = request;
    const read = (stopping: AbortSignal) => table.load.read(slice, stopping);
    const loaded = await settings.forCode(() =>
      pump({ session, statement: copyStatement(table), read, signal, stallTimeoutMs, onBytes }),
    );
    await storePart(client, request.id, planned, slice.index);
    await client.query("SET LOCAL synchronous_commit = off"); // the commit that makes the table visible flushes it
    return loaded;
  } catch (error) {
    throw session.translate(error);
  }
}

/** Commits the parts behind the lock of the session that makes them visible. */
async function publish(
  load: PartsLoad,
  loaders: readonly ApplySession[],
  signal: AbortSignal,
): Promise<readonly string[]> {
  return withSession({ ...load.source, signal }, async (session) => {
    const { client } = session;
    const { table, request } = load;
    await client.query("BEGIN ISOLATION LEVEL READ COMMITTED");
    const settings = await LoadSettings.pin(client, 0);
    if (request.fence !== null) await holdFence(client, load.source.label, request.fence);
    const locked = client.query(`LOCK TABLE ONLY ${table.relation} IN ACCESS EXCLUSIVE MODE`);
    locked.catch(() => {}); // awaited below
    try {
      await waitForGate({
        source: { ...load.source, signal },
        table,
        waiting: session.pid,
        holders: loaders.map(({ pid }) => pid),
        timeoutMs: request.lockTimeoutMs,
      });
    } catch (error) {
      await session.cancel(); // a backend that waits for a lock does not notice a closed socket
      throw error;
    }
    const committed = await Promise.allSettled(loaders.map(({ client: each }) => each.query("COMMIT")));
    const failed = committed.find((each) => each.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    await locked;
    await assertOwnRowsOnly(load, session);
    await settings.forCode(() => createDefinitions(client, load.definitions));
    const notes = await raiseLoadedSequences(client, [table]);
    await client.query(`ANALYZE ${table.relation}`);
    await forgetDefinitions(load, session);
    await markDone(client, request.id, load.planned.position);
    await commitLoad({ session, connection: load.source.scope.connection, label: load.source.label });
    return notes;
  });
}

/** Somebody may have written to the table before the lock was queued for. */
async function assertOwnRowsOnly(
  { table, request, planned }: PartsLoad,
  { client }: ApplySession,
): Promise<void> {
  const { rows } = await client.query(
    `SELECT 1 AS one FROM ONLY ${table.relation} AS t WHERE NOT t.xmin = ANY (ARRAY(SELECT p.transaction::pg_catalog.xid
       FROM syncline.copy_part p WHERE p.run_id = $1 AND p.position = $2 AND p.transaction IS NOT NULL)) LIMIT 1`,
    [request.id, planned.position],
  );
  if (rows.length === 0) return;
  throw new CodedError(
    "patch.precondition_failed",
    `Somebody else wrote to table "${table.name}" while it was loaded; what was loaded is removed again.`,
    {
      hint: "Try again; what is there will then be compared.",
      details: { table: table.name, reason: "not-empty" },
    },
  );
}

async function forgetDefinitions(
  { request, definitions, table }: PartsLoad,
  { client }: ApplySession,
): Promise<void> {
  if (definitions.length === 0) return;
  await client.query(
    `DELETE FROM syncline.copy_definition WHERE run_id = $1 AND table_oid = $2 AND kind <> 'foreign-key'`,
    [request.id, table.info.oid],
  );
}

/** All results; after the first failure the others are stopped, and it is what is thrown once they have ended. */
async function allOrFirst<T>(works: readonly Promise<T>[], stop: AbortController): Promise<T[]> {
  let first: { readonly reason: unknown } | null = null;
  const ended = await Promise.allSettled(
    works.map((work) =>
      work.catch((reason: unknown) => {
        first ??= { reason };
        stop.abort(reason);
        throw reason;
      }),
    ),
  );
  const failure = first as { readonly reason: unknown } | null;
  if (failure !== null) throw failure.reason;
  return ended.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
}
