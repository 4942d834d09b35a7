import { CodedError } from "@syncline/core";
import type { Client } from "pg";

/** Rules rewrite a statement into others, so what a patch says and what is done would differ. */
export async function refuseRules(client: Client, tableOids: readonly number[]): Promise<void> {
  const { rows } = await client.query<{ table: string; rule: string }>(
    `SELECT c.relname AS table, r.rulename AS rule FROM pg_catalog.pg_rewrite r
     JOIN pg_catalog.pg_class c ON c.oid = r.ev_class
     WHERE r.ev_class = ANY ($1::pg_catalog.oid[]) AND r.ev_type <> '1' AND r.ev_enabled <> 'D' ORDER BY 1, 2`,
    [`{${tableOids.join(",")}}`],
  );
  const first = rows[0];
  if (first === undefined) return;
  throw new CodedError(
    "reach.refused",
    `Table "${first.table}" has rule "${first.rule}", which changes what an INSERT, UPDATE or DELETE does.`,
    {
      hint: "Disable the rule while the patch is applied, or replace it by a trigger.",
      details: { rules: rows },
    },
  );
}
