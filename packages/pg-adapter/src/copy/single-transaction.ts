import type { BulkLoadReport, BulkLoadRequest, BulkTableLoad, BulkTableReport } from "@syncline/engine";
import type { PgScope } from "../scope.ts";
import type { ApplySession } from "../write/apply-session.ts";
import { holdFence } from "../write/fence.ts";
import { describeDisabled, disableTriggers, enableTriggers } from "../write/triggers.ts";
import { commitLoad } from "./commit-load.ts";
import { assertEmpty, type CopyTable, copyStatement, readCopyTables } from "./copy-table.ts";
import { readIndexes } from "./definitions.ts";
import { createDefinitions, dropDefinitions } from "./drop-definitions.ts";
import { readInsertTriggers } from "./insert-triggers.ts";
import { isLarge, orderLoads } from "./load-plan.ts";
import { LoadSettings } from "./load-settings.ts";
import { raiseLoadedSequences } from "./loaded-sequences.ts";
import { lockTables } from "./lock-tables.ts";
import { pump } from "./pump.ts";

export interface LoadedTable {
  readonly table: Pick<CopyTable, "load" | "relation" | "info">;
  readonly rows: number;
}

export interface SingleLoad {
  readonly session: ApplySession;
  readonly scope: PgScope;
  readonly label: string;
  readonly request: BulkLoadRequest;
  readonly loads: readonly BulkTableLoad[];
  /** Whether this role may drop and make indexes of a table. */
  readonly mayAlter: (load: BulkTableLoad) => boolean;
  /** Called inside the transaction once everything is loaded. */
  readonly beforeCommit?: (loaded: readonly LoadedTable[]) => Promise<void>;
}

/**
 * Loads the tables over one connection in one transaction: all of them or none, and others see either. Whatever is
 * dropped is made again before the commit, so a death at any moment leaves everything as it was.
 */
export async function loadInOneTransaction(input: SingleLoad): Promise<Omit<BulkLoadReport, "ledgerId">> {
  const { session, scope, label, request, loads } = input;
  const { client } = session;
  await client.query("BEGIN ISOLATION LEVEL READ COMMITTED");
  const settings = await LoadSettings.pin(client, request.lockTimeoutMs);
  if (request.fence !== null) await holdFence(client, label, request.fence);
  const drops = (load: BulkTableLoad) => isLarge(load) && load.table.tenant === null && input.mayAlter(load);
  await lockTables(client, loads, drops);
  const tables = await readCopyTables(client, scope, loads, drops);
  await assertEmpty(client, tables, label);
  const oids = tables.map((table) => table.info.oid);
  const triggers = request.triggers === "on" ? [] : await readInsertTriggers(client, oids);
  await disableTriggers(session, triggers, "Triggers would change the rows");
  const order = await orderLoads(client, tables);
  const foreignKeys = await dropDefinitions(client, order.inTheWay);
  const dropping = tables.filter((table) => table.drops).map((table) => table.info.oid);
  const indexes = await dropDefinitions(client, await readIndexes(client, dropping, oids));
  await client.query("SET CONSTRAINTS ALL DEFERRED");
  const reports = new Map<BulkTableLoad, BulkTableReport>();
  for (const table of order.tables) {
    reports.set(table.load, await settings.forCode(() => loadWhole(input, table)));
  }
  await settings.forCode(async () => {
    await client.query("SET CONSTRAINTS ALL IMMEDIATE");
    await createDefinitions(client, [...indexes, ...foreignKeys]);
  });
  const notes = await raiseLoadedSequences(client, tables);
  await enableTriggers(session, triggers);
  for (const table of tables) await client.query(`ANALYZE ${table.relation}`);
  await input.beforeCommit?.(tables.map((table) => ({ table, rows: reports.get(table.load)?.rows ?? 0 })));
  await commitLoad({ session, connection: scope.connection, label });
  return {
    tables: loads.flatMap((load) => reports.get(load) ?? []),
    notes: [...describeDisabled(triggers), ...notes],
  };
}

async function loadWhole({ session, request }: SingleLoad, table: CopyTable): Promise<BulkTableReport> {
  const { load } = table;
  const name = load.table.spec.name;
  let sent = 0;
  const { rows, bytes } = await pump({
    session,
    statement: copyStatement(table),
    read: (signal) => load.read(null, signal),
    signal: request.signal,
    stallTimeoutMs: request.stallTimeoutMs,
    onBytes: (more) => {
      sent += more;
      request.progress(name, 0, sent);
    },
  });
  request.progress(name, rows, bytes);
  return { table: name, outcome: "done", rows, bytes, error: null };
}
