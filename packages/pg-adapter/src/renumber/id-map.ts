import { CodedError } from "@syncline/core";
import type { IdMapEntry } from "@syncline/engine";
import type { Client } from "pg";
import { ownerOf } from "../high-water/high-water-store.ts";
import { arrayLiteral } from "../read/lookup-sql.ts";
import type { PgScope } from "../scope.ts";
import { assertLedgerGenuine, assertLedgerGenuineNow } from "../write/ledger-guard.ts";

/** Which key a row of a source has here, written in the transaction of the rows. */
const CREATE = `CREATE TABLE IF NOT EXISTS syncline.id_map (
  scope_schema text NOT NULL,
  tenant_value text NOT NULL,
  source text NOT NULL,
  table_name text NOT NULL,
  old_key text NOT NULL,
  new_key text NOT NULL,
  ledger_id uuid NOT NULL,
  PRIMARY KEY (scope_schema, tenant_value, source, table_name, old_key)
)`;

const OWNER = `m.scope_schema OPERATOR(pg_catalog.=) $1 AND m.tenant_value OPERATOR(pg_catalog.=) $2
  AND m.source OPERATOR(pg_catalog.=) $3`;

const FORGET = `DELETE FROM syncline.id_map m USING ROWS FROM (pg_catalog.unnest($4::pg_catalog.text[]),
  pg_catalog.unnest($5::pg_catalog.text[]), pg_catalog.unnest($6::pg_catalog.text[])) AS u(t, o, r)
  WHERE ${OWNER} AND m.table_name OPERATOR(pg_catalog.=) u.t AND m.old_key OPERATOR(pg_catalog.=) u.o
    AND m.new_key OPERATOR(pg_catalog.=) u.r`;

const INSERT = `INSERT INTO syncline.id_map (scope_schema, tenant_value, source, table_name, old_key, new_key, ledger_id)
  SELECT $1, $2, $3, u.t, u.o, u.n, $7::pg_catalog.uuid FROM ROWS FROM (pg_catalog.unnest($4::pg_catalog.text[]),
  pg_catalog.unnest($5::pg_catalog.text[]), pg_catalog.unnest($6::pg_catalog.text[])) AS u(t, o, n) ON CONFLICT DO NOTHING`;

/** Inside the transaction that writes the rows, under the pins. Rejects when another run has entered one of the rows. */
export async function writeIdMap(
  client: Client,
  scope: PgScope,
  { entries, ledgerId }: { readonly entries: readonly IdMapEntry[]; readonly ledgerId: string },
): Promise<void> {
  if (entries.length === 0) return;
  if (!(await exists(client))) await client.query(CREATE);
  await assertLedgerGenuine(client);
  for (const [source, group] of Map.groupBy(entries, (entry) => entry.source)) {
    const owner = [...ownerOf(scope), source];
    const texts = (value: (entry: IdMapEntry) => string | null) => arrayLiteral(group.map(value));
    const rows = [texts(({ table }) => table), texts(({ oldKey }) => oldKey)];
    await client.query(FORGET, [...owner, ...rows, texts(({ replaces }) => replaces)]);
    const values = [...owner, ...rows, texts(({ newKey }) => newKey), ledgerId];
    const { rowCount } = await client.query(INSERT, values);
    if (rowCount !== group.length) throw enteredMeanwhile(source);
  }
}

/** Under the keys of one source; empty when nothing was ever renumbered. */
export async function readIdMap(client: Client, scope: PgScope, source: string): Promise<IdMapEntry[]> {
  if (!(await exists(client))) return [];
  await assertLedgerGenuineNow(client);
  const { rows } = await client.query<{ table_name: string; old_key: string; new_key: string }>(
    `SELECT m.table_name, m.old_key, m.new_key FROM syncline.id_map m WHERE ${OWNER}`,
    [...ownerOf(scope), source],
  );
  return rows.map((row) => ({
    source,
    table: row.table_name,
    oldKey: row.old_key,
    newKey: row.new_key,
    replaces: null,
  }));
}

function enteredMeanwhile(source: string): CodedError {
  return new CodedError(
    "patch.precondition_failed",
    `Another run has given keys to rows of "${source}" meanwhile; nothing was written.`,
    { hint: "Run it again.", retryable: true },
  );
}

async function exists(client: Client): Promise<boolean> {
  const { rows } = await client.query<{ there: string }>(
    `SELECT pg_catalog.count(*)::pg_catalog.text AS there FROM pg_catalog.pg_class c
     JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
     WHERE n.nspname OPERATOR(pg_catalog.=) 'syncline' AND c.relname OPERATOR(pg_catalog.=) 'id_map'`,
  );
  return rows[0]?.there === "1";
}
