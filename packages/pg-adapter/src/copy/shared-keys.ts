import type { Client } from "pg";
import { quoteTable } from "../sql/quote.ts";
import { readUniqueIndexes } from "../write/unique-indexes.ts";
import type { TargetTable } from "./target-table.ts";

/**
 * Tables that tenants share and whose keys leave the tenant out, as sentences: where other tenants have rows, a key may
 * be taken, and that must be known before any table is loaded. Inside a pinned transaction.
 */
export async function sharedKeys(client: Client, tables: readonly TargetTable[]): Promise<string[]> {
  const found: string[] = [];
  for (const { table, info, name } of tables) {
    const tenant = table.tenant?.column;
    if (tenant === undefined) continue;
    const indexes = await readUniqueIndexes(client, [info.oid]);
    const shared = indexes.find((index) => !index.columns.includes(tenant));
    if (shared === undefined) continue;
    const { rows } = await client.query(`SELECT FROM ${quoteTable(table.spec.name)} LIMIT 1`);
    if (rows.length > 0) found.push(`Key "${shared.name}" of "${name}" is shared with other tenants.`);
  }
  return found;
}
