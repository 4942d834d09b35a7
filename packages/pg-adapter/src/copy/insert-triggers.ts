import type { Client } from "pg";
import type { UserTrigger } from "../write/triggers.ts";
import { readUserTriggers } from "../write/triggers.ts";

const ON_INSERT = `SELECT tg.tgrelid::pg_catalog.text AS relid, tg.tgname AS name, pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) AS relation
FROM pg_catalog.pg_trigger tg JOIN pg_catalog.pg_class c ON c.oid = tg.tgrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE NOT tg.tgisinternal AND (tg.tgtype::pg_catalog.int4 & 4) <> 0`;

/** User triggers that rows arriving by COPY would fire. Under the pins. */
export async function readInsertTriggers(
  client: Client,
  tableOids: readonly number[],
): Promise<UserTrigger[]> {
  const all = await readUserTriggers(client, tableOids);
  if (all.length === 0) return [];
  const { rows } = await client.query<{ relation: string; name: string }>(ON_INSERT);
  const fires = new Set(rows.map((row) => `${row.relation} ${row.name}`));
  return all.filter((trigger) => fires.has(`${trigger.relation} ${trigger.name}`));
}
