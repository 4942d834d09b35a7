import type { HighWaterMark } from "@syncline/engine";
import type { Client } from "pg";
import { openConnection } from "../connection/connect.ts";
import type { PgScope } from "../scope.ts";
import { assertLedgerGenuine, assertLedgerGenuineNow } from "../write/ledger-guard.ts";
import { translateWriteError } from "../write/write-errors.ts";

/** How far incremental runs have read, written in the transaction of their rows. */
const CREATE = `CREATE TABLE IF NOT EXISTS syncline.high_water (
  scope_schema text NOT NULL,
  tenant_value text NOT NULL,
  source text NOT NULL,
  table_name text NOT NULL,
  column_name text NOT NULL,
  mark text NOT NULL,
  ledger_id uuid NOT NULL,
  PRIMARY KEY (scope_schema, tenant_value, source, table_name)
)`;

const UPSERT = `INSERT INTO syncline.high_water (scope_schema, tenant_value, source, table_name, column_name, mark, ledger_id)
VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (scope_schema, tenant_value, source, table_name)
DO UPDATE SET column_name = EXCLUDED.column_name, mark = EXCLUDED.mark, ledger_id = EXCLUDED.ledger_id`;

/** Inside the transaction that writes the rows, under the pins. */
export async function writeHighWater(
  client: Client,
  scope: PgScope,
  { marks, ledgerId }: { readonly marks: readonly HighWaterMark[]; readonly ledgerId: string },
): Promise<void> {
  if (marks.length === 0) return;
  if (!(await exists(client))) await client.query(CREATE);
  await assertLedgerGenuine(client);
  for (const { source, table, column, mark } of marks)
    await client.query(UPSERT, [...ownerOf(scope), source, table, column, mark, ledgerId]);
}

/** Rows that are taken back may be new to the target again: the next runs read everything. Under the pins. */
export async function forgetHighWater(client: Client, scope: PgScope): Promise<void> {
  if (!(await exists(client))) return;
  const where = "scope_schema OPERATOR(pg_catalog.=) $1 AND tenant_value OPERATOR(pg_catalog.=) $2";
  await client.query(`DELETE FROM syncline.high_water WHERE ${where}`, ownerOf(scope));
}

/** Marks that runs from this source have left; empty when there was none. */
export async function readHighWater(scope: PgScope, label: string, source: string): Promise<HighWaterMark[]> {
  const client = await openConnection(scope.connection);
  try {
    if (!(await exists(client))) return [];
    await assertLedgerGenuineNow(client);
    const { rows } = await client.query<{ table_name: string; column_name: string; mark: string }>(
      `SELECT table_name, column_name, mark FROM syncline.high_water WHERE scope_schema OPERATOR(pg_catalog.=) $1
       AND tenant_value OPERATOR(pg_catalog.=) $2 AND source OPERATOR(pg_catalog.=) $3`,
      [...ownerOf(scope), source],
    );
    return rows.map((row) => ({ source, table: row.table_name, column: row.column_name, mark: row.mark }));
  } catch (error) {
    throw translateWriteError(error, label);
  } finally {
    await client.end().catch(() => {});
  }
}

/** Whose rows: schema and tenant; a value with a mark before it, so that none and an empty one differ. */
export function ownerOf({ schema, tenantColumn }: PgScope): [string, string] {
  return [schema, tenantColumn === null ? "" : `=${tenantColumn.name}=${tenantColumn.value}`];
}

async function exists(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ there: string }>(
    `SELECT pg_catalog.count(*)::pg_catalog.text AS there FROM pg_catalog.pg_class c
     JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
     WHERE n.nspname OPERATOR(pg_catalog.=) 'syncline' AND c.relname OPERATOR(pg_catalog.=) 'high_water'`,
  );
  return rows[0]?.there === "1";
}
