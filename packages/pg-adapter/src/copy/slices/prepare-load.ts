import type { BeginLoad } from "@syncline/engine";
import type { ApplySession } from "../../write/apply-session.ts";
import { holdFence } from "../../write/fence.ts";
import { storeDefinitions, storeTables } from "../copy-ledger.ts";
import { assertEmpty, type CopyTable, readCopyTables } from "../copy-table.ts";
import { type Definition, readForeignKeyDefinitions, readIndexes } from "../definitions.ts";
import { dropDefinitions } from "../drop-definitions.ts";
import { isLarge } from "../load-plan.ts";
import { LoadSettings } from "../load-settings.ts";
import { lockTables } from "../lock-tables.ts";
import type { SessionSource } from "../open-session.ts";
import { plainLoad } from "./plain-load.ts";

export interface PrepareLoad {
  readonly source: Omit<SessionSource, "signal">;
  readonly request: BeginLoad;
}

/**
 * Drops the foreign keys between the tables and the indexes of large ones, and writes both down with the tables, in one
 * short transaction. False, with nothing done, where this role may not drop a foreign key.
 */
export async function prepareLoad(session: ApplySession, { source, request }: PrepareLoad): Promise<boolean> {
  const { client } = session;
  const { id, fence } = request.name;
  await client.query("BEGIN ISOLATION LEVEL READ COMMITTED");
  try {
    await LoadSettings.pin(client, request.lockTimeoutMs);
    await holdFence(client, source.label, fence);
    const loads = request.tables.map(({ table, estimatedBytes }) => plainLoad(table, estimatedBytes));
    await lockTables(client, loads, () => true);
    const tables = await readCopyTables(client, source.scope, loads, isLarge);
    await assertEmpty(client, tables, source.label);
    const all = tables.map(({ info }) => info.oid);
    const foreignKeys = await readForeignKeyDefinitions(client, all, all);
    const keys = await dropDefinitions(client, foreignKeys);
    if (keys.length < foreignKeys.length) {
      await client.query("ROLLBACK");
      return false;
    }
    const large = tables.filter(({ drops }) => drops).map(({ info }) => info.oid);
    const indexes: Definition[] = await dropDefinitions(client, await readIndexes(client, large, all));
    await storeDefinitions(client, id, [...indexes, ...keys]);
    await storeTables(client, id, tables.map(planned));
    await client.query("COMMIT");
    return true;
  } catch (error) {
    if (!session.lost) await client.query("ROLLBACK").catch(() => session.destroy());
    throw session.translate(error);
  }
}

function planned({ relation, info }: CopyTable, position: number) {
  return { position, relation, oid: info.oid };
}
