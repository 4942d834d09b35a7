import { CodedError } from "@syncline/core";
import type { BulkLoadRequest, BulkTableLoad, BulkTableReport } from "@syncline/engine";
import type { ApplySession } from "../write/apply-session.ts";
import { holdFence, joinFence } from "../write/fence.ts";
import { runLock, storeDefinitions, storeTables } from "./copy-ledger.ts";
import { assertEmpty, type CopyTable, readCopyTables } from "./copy-table.ts";
import { type Definition, readForeignKeyDefinitions, readIndexes } from "./definitions.ts";
import { dropDefinitions } from "./drop-definitions.ts";
import { writeLoadEntry } from "./load-entry.ts";
import { orderLoads } from "./load-plan.ts";
import { LoadSettings } from "./load-settings.ts";
import { loadTableParts } from "./load-table-parts.ts";
import { lockTables } from "./lock-tables.ts";
import { type SessionSource, withSession } from "./open-session.ts";
import { type Settlement, settleRun } from "./settle-run.ts";

export interface LargeLoad {
  readonly source: SessionSource;
  readonly request: BulkLoadRequest;
  /** Whether the ledger gets an entry. */
  readonly recorded: boolean;
  /** Tables that are loaded in parts, each by several connections. */
  readonly large: readonly BulkTableLoad[];
  /** Loads the other tables of the run in one transaction, recording it under `runId` before its commit. */
  readonly loadRest: (positionOf: (load: BulkTableLoad) => number) => Promise<{
    readonly reports: ReadonlyMap<BulkTableLoad, BulkTableReport>;
    readonly notes: readonly string[];
  }>;
}

export interface LargeReport {
  readonly reports: ReadonlyMap<BulkTableLoad, BulkTableReport>;
  readonly notes: readonly string[];
}

interface Prepared {
  /** All tables of the run. */
  readonly all: readonly CopyTable[];
  readonly tables: readonly CopyTable[];
  readonly dropped: readonly Definition[];
  readonly positionOf: (load: BulkTableLoad) => number;
}

/**
 * Null, with nothing done, when foreign keys stand in the way that this role may not drop.
 * Holds the run's lock on `control` from the first thing that is dropped until everything is made again.
 */
export async function loadLargeTables(control: ApplySession, input: LargeLoad): Promise<LargeReport | null> {
  const { request } = input;
  await control.client.query("SET idle_session_timeout = 0"); // it waits while others load
  await control.client.query(`SELECT pg_catalog.pg_advisory_lock(${runLock(request.id)})`);
  if (request.fence !== null) await joinFence(control.client, request.fence);
  const reports = new Map<BulkTableLoad, BulkTableReport>();
  const notes: string[] = [];
  const prepared = await prepare(control, input);
  if (prepared === null) return null;
  try {
    const rest = await input.loadRest(prepared.positionOf);
    for (const [load, report] of rest.reports) reports.set(load, report);
    notes.push(...rest.notes);
    await loadEach(input, prepared, { reports, notes });
  } finally {
    await settle(control, input, { prepared, reports, notes });
  }
  return { reports, notes };
}

/** Everything that several sessions must not find while they load, in one short transaction. */
async function prepare(
  control: ApplySession,
  { request, large, source }: LargeLoad,
): Promise<Prepared | null> {
  const { client } = control;
  const isLarge = (load: BulkTableLoad) => large.includes(load);
  await client.query("BEGIN ISOLATION LEVEL READ COMMITTED");
  try {
    await LoadSettings.pin(client, request.lockTimeoutMs);
    if (request.fence !== null) await holdFence(client, source.label, request.fence);
    await lockTables(client, large, isLarge);
    const all = await readCopyTables(client, source.scope, request.tables, isLarge);
    const tables = all.filter((table) => table.drops);
    await assertEmpty(client, tables, source.label);
    const order = (await orderLoads(client, all)).tables;
    const positionOf = (load: BulkTableLoad) => order.findIndex((table) => table.load === load);
    const allOids = all.map((table) => table.info.oid);
    const oids = tables.map((table) => table.info.oid);
    const touching = (key: Definition) => oids.includes(key.tableOid) || oids.includes(key.parentOid ?? 0);
    const foreignKeys = (await readForeignKeyDefinitions(client, allOids, allOids)).filter(touching);
    const droppedKeys = await dropDefinitions(client, foreignKeys);
    if (droppedKeys.length < foreignKeys.length) {
      await client.query("ROLLBACK");
      return null;
    }
    const indexes = await dropDefinitions(client, await readIndexes(client, oids, allOids));
    const dropped = [...indexes, ...droppedKeys];
    await storeDefinitions(client, request.id, dropped);
    await storeTables(
      client,
      request.id,
      tables.map((table) => planned(table, positionOf)),
    );
    await client.query("COMMIT");
    return { all, tables, dropped, positionOf };
  } catch (error) {
    if (!control.lost) await client.query("ROLLBACK").catch(() => control.destroy());
    throw control.translate(error);
  }
}

function planned(table: CopyTable, positionOf: (load: BulkTableLoad) => number) {
  return { position: positionOf(table.load), relation: table.relation, oid: table.info.oid };
}

/** As many tables at once as leave two connections for each; a failure ends its own table only. */
async function loadEach(
  { source, request }: LargeLoad,
  { tables, dropped, positionOf }: Prepared,
  { reports, notes }: { readonly reports: Map<BulkTableLoad, BulkTableReport>; readonly notes: string[] },
): Promise<void> {
  const waiting = [...tables].sort((a, b) => b.load.estimatedBytes - a.load.estimatedBytes);
  const lanes = Math.min(waiting.length, Math.max(1, Math.floor(request.parallel / 2)));
  const share = Math.max(1, Math.floor(request.parallel / lanes));
  const lane = async () => {
    for (let table = waiting.shift(); table !== undefined; table = waiting.shift()) {
      if (request.signal.aborted) return;
      const definitions = dropped.filter(
        (each) => each.kind !== "foreign-key" && each.tableOid === table?.info.oid,
      );
      const parts = table.load.slices(share);
      try {
        const load = { source, request, table, planned: planned(table, positionOf), definitions, parts };
        const { report, notes: more } = await loadTableParts(load);
        reports.set(table.load, report);
        notes.push(...more);
      } catch (error) {
        reports.set(table.load, failed(table.load, error as Error));
      }
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

function failed(load: BulkTableLoad, error: Error): BulkTableReport {
  return { table: load.table.spec.name, outcome: "failed", rows: 0, bytes: 0, error };
}

interface Loading {
  readonly prepared: Prepared;
  readonly reports: Map<BulkTableLoad, BulkTableReport>;
  readonly notes: string[];
}

async function settle(
  control: ApplySession,
  { request, source, recorded }: LargeLoad,
  { prepared, reports, notes }: Loading,
): Promise<void> {
  const record = async (client: ApplySession["client"], { broken }: Pick<Settlement, "broken">) => {
    const loaded = prepared.all.flatMap((table) => {
      const report = reports.get(table.load);
      return report?.outcome === "done" ? [{ table, rows: report.rows }] : [];
    });
    if (recorded && broken.length === 0 && loaded.length > 0)
      await writeLoadEntry({ client, scope: source.scope, request, loaded });
  };
  const settled = await settleSurely(control, source, { runId: request.id, record });
  const { broken, failed: kept } = settled ?? { broken: [], failed: [] };
  if (kept.length > 0) notes.push(`Rows of others stand against what had been dropped: ${kept.join(", ")}.`);
  if (broken.length === 0) return;
  const keys = broken.map((name) => `"${name}"`).join(", ");
  for (const [load, report] of reports) {
    if (report.outcome !== "done") continue;
    reports.set(
      load,
      failed(
        load,
        new CodedError(
          "reference.missing",
          `The rows for "${source.label}" break foreign key ${keys}; they were removed again.`,
          {
            hint: "Copy the referenced tables too, or leave the rows out with --filter.",
            details: { constraints: broken },
          },
        ),
      ),
    );
  }
}

const SETTLE_LOCK_TIMEOUT_MS = 60_000;

/** Also when the session that held the run's lock was lost: the server has let go of it then, or soon does. */
async function settleSurely(
  control: ApplySession,
  source: SessionSource,
  { runId, record }: { readonly runId: string; readonly record: Parameters<typeof settleRun>[3] },
): Promise<Settlement | null> {
  try {
    return await settleRun(control, runId, SETTLE_LOCK_TIMEOUT_MS, record);
  } catch (error) {
    if (!control.lost) throw error;
    const again = { ...source, signal: new AbortController().signal };
    return withSession(again, (session) => settleRun(session, runId, SETTLE_LOCK_TIMEOUT_MS, record));
  }
}
