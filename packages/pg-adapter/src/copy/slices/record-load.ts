import type { FinishedLoad, FinishLoad } from "@syncline/engine";
import type { Client } from "pg";
import type { PgScope } from "../../scope.ts";
import { findEntry } from "../../write/ledger-read.ts";
import type { CopyTable } from "../copy-table.ts";
import { writeLoadEntry } from "../load-entry.ts";

export interface RecordLoad {
  readonly client: Client;
  readonly scope: PgScope;
  readonly request: FinishLoad;
  readonly tables: readonly CopyTable[];
  readonly result: FinishedLoad;
}

/** The load's entry in the ledger, in the transaction that ends the load. Under the pins. */
export async function recordLoad({ client, scope, request, tables, result }: RecordLoad): Promise<void> {
  const record = { ...request.record, reason: null, scope: {}, whole: true };
  const loaded = tables.map((table, at) => ({ table, rows: result.tables[at]?.rows ?? 0 }));
  await writeLoadEntry({ client, scope, request: { id: result.ledgerId, record, tables }, loaded });
}

/** What an earlier claim of the unit recorded. Outside of any transaction. */
export async function findLoad(
  client: Client,
  unitId: string,
  tables: FinishLoad["tables"],
): Promise<FinishedLoad | null> {
  const entry = await findEntry(client, unitId);
  if (entry === null) return null;
  return {
    ledgerId: entry.id,
    notes: [],
    tables: tables.map(({ table: { spec } }, at) => ({
      table: spec.name,
      rows: entry.tables[at]?.inserted ?? 0,
    })),
  };
}
