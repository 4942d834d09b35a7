import { CodedError, formatQualifiedName, sameQualifiedName } from "@syncline/core";
import type { BulkTable, BulkTableLoad, FinishedLoad, FinishLoad, LoadName } from "@syncline/engine";
import type { Client } from "pg";
import { readTableInfos } from "../../catalog/read-table-specs.ts";
import type { PgScope } from "../../scope.ts";
import { quoteTable } from "../../sql/quote.ts";
import type { ApplySession } from "../../write/apply-session.ts";
import { holdFence } from "../../write/fence.ts";
import { sqlStateOf } from "../../write/write-errors.ts";
import { commitLoad } from "../commit-load.ts";
import { type CopyTable, onlyTable } from "../copy-table.ts";
import { createDefinitions } from "../drop-definitions.ts";
import { LoadSettings } from "../load-settings.ts";
import { raiseLoadedSequences } from "../loaded-sequences.ts";
import { lockTables } from "../lock-tables.ts";
import { openSession, type SessionSource } from "../open-session.ts";
import { forgetRun, readStored } from "../settle-run.ts";
import { gone } from "./load-membership.ts";
import { ownUnit, wroteMeanwhile } from "./load-slice.ts";
import { plainLoad } from "./plain-load.ts";
import { findLoad, recordLoad } from "./record-load.ts";

export interface FinishInput {
  readonly source: Omit<SessionSource, "signal">;
  readonly name: LoadName;
  readonly request: FinishLoad;
}

/** Checks that everything is there and nothing else, makes indexes and foreign keys, and records the load. */
export async function finishLoad(input: FinishInput): Promise<FinishedLoad> {
  const { source, request } = input;
  const session = await openSession({ ...source, signal: request.signal });
  try {
    await ownUnit(session.client, request.claim);
    const before = await findLoad(session.client, request.claim.unitId, request.tables);
    return before ?? (await inTransaction(input, session));
  } catch (error) {
    throw broken(error, source.label) ?? session.translate(error);
  } finally {
    await session.close();
  }
}

async function inTransaction(input: FinishInput, session: ApplySession): Promise<FinishedLoad> {
  const { source, name, request } = input;
  const { client } = session;
  await client.query("BEGIN ISOLATION LEVEL READ COMMITTED");
  const settings = await LoadSettings.pin(client, request.lockTimeoutMs);
  await holdFence(client, source.label, name.fence);
  const loads = request.tables.map(({ table }) => plainLoad(table, 0));
  await lockTables(client, loads, () => true);
  const tables = await readTables(client, source.scope, loads);
  const counts: FinishedLoad["tables"][number][] = [];
  for (const { table, parts } of request.tables) {
    const rows = await countRows({ client, input, table, parts });
    counts.push({ table: table.spec.name, rows });
  }
  const definitions = await readStored(client, name.id);
  await settings.forCode(() => createDefinitions(client, definitions));
  const notes = await raiseLoadedSequences(client, tables);
  for (const table of tables) await client.query(`ANALYZE ${table.relation}`);
  await forgetRun(client, name.id, []);
  const result = { tables: counts, notes, ledgerId: request.claim.unitId };
  await recordLoad({ client, scope: source.scope, request, tables, result });
  await commitLoad({ session, connection: source.scope.connection, label: source.label });
  return result;
}

/** As they are now: without what was dropped they are not as they were described. That they are the same, their marks say. */
async function readTables(
  client: Client,
  scope: PgScope,
  loads: readonly BulkTableLoad[],
): Promise<CopyTable[]> {
  const names = loads.map(({ table }) => table.spec.name);
  const tenantColumn = scope.tenantColumn?.name ?? null;
  const selection = { kind: "named" as const, names };
  const infos = await readTableInfos(client, { schema: scope.schema, tenantColumn, selection });
  return loads.map((load) => {
    const { name: wanted } = load.table.spec;
    const info = infos.find(({ spec }) => sameQualifiedName(spec.name, wanted));
    const name = formatQualifiedName(wanted);
    if (info === undefined)
      throw new CodedError("schema.changed", `Table "${name}" of the target is gone.`, {
        hint: "What was loaded is removed again; try again.",
        details: { table: name },
      });
    return { load, info, name, relation: quoteTable(wanted), drops: false };
  });
}

interface CountInput {
  readonly client: Client;
  readonly input: FinishInput;
  readonly table: BulkTable;
  readonly parts: number;
}

/** All slices are marked, and every row is of one of them. */
async function countRows({ client, input, table, parts }: CountInput): Promise<number> {
  const { source, name } = input;
  const marks = `SELECT p.transaction FROM syncline.copy_part p WHERE p.run_id = $1 AND p.table_oid = $2::pg_catalog.regclass::pg_catalog.oid AND p.transaction IS NOT NULL`;
  const values = [name.id, onlyName(table)];
  const { rows } = await client.query<{ marks: string }>(
    `SELECT pg_catalog.count(*) AS marks FROM (${marks}) m`,
    values,
  );
  if (Number(rows[0]?.marks) !== parts) throw gone(source.label);
  const counted = await client.query<{ all: string; ours: string }>(
    `SELECT pg_catalog.count(*) AS all, pg_catalog.count(*) FILTER (WHERE t.xmin = ANY (ARRAY(SELECT m.transaction::pg_catalog.xid FROM (${marks}) m))) AS ours
     FROM ${onlyTable(table)} AS t`,
    values,
  );
  const { all, ours } = counted.rows[0] ?? {};
  if (all !== ours) throw wroteMeanwhile(table);
  return Number(all);
}

function onlyName({ spec }: BulkTable): string {
  return quoteTable(spec.name);
}

/** What making indexes and foreign keys says about the rows. */
function broken(error: unknown, label: string): CodedError | null {
  const { constraint } = error as { constraint?: string };
  if (sqlStateOf(error) !== "23503") return null;
  return new CodedError(
    "reference.missing",
    `The rows for "${label}" break foreign key "${constraint ?? "?"}"; they are removed again.`,
    {
      hint: "Copy the referenced tables too, or leave the rows out with --filter.",
      details: { constraints: [constraint ?? "?"] },
      cause: error,
    },
  );
}
