import type { BulkTableLoad } from "@syncline/engine";
import type { Client } from "pg";
import { onlyTable } from "./copy-table.ts";

/**
 * Keeps writers away to the end of the transaction, and readers too where indexes are dropped. In one order for
 * everybody, so that two runs do not wait for each other.
 */
export async function lockTables(
  client: Client,
  loads: readonly BulkTableLoad[],
  exclusive: (load: BulkTableLoad) => boolean,
): Promise<void> {
  const locks = loads.map((load) => ({
    relation: onlyTable(load.table),
    mode: exclusive(load) ? "ACCESS EXCLUSIVE" : "SHARE ROW EXCLUSIVE",
  }));
  locks.sort((a, b) => (a.relation < b.relation ? -1 : 1));
  for (const { relation, mode } of locks) await client.query(`LOCK TABLE ${relation} IN ${mode} MODE`);
}
