import { CodedError } from "@syncline/core";
import type { Client } from "pg";
import { quoteLiteral } from "../sql/quote.ts";

/** Expressions of the ledger's own defaults and checks, as the server prints them; see `LEDGER_STATEMENTS`. */
const OWN_EXPRESSIONS = [
  "true",
  "0",
  "now()",
  "'applied'::text",
  "CHECK (only_row)",
  "CHECK ((kind = ANY (ARRAY['apply'::text, 'undo'::text])))",
  "CHECK ((undo_state = ANY (ARRAY['applied'::text, 'partial'::text, 'undone'::text])))",
];

const isForeignExpression = (expression: string) =>
  `${expression} OPERATOR(pg_catalog.<>) ALL (ARRAY[${OWN_EXPRESSIONS.map(quoteLiteral).join(", ")}]::pg_catalog.text[])`;

/** Everything that could run code of somebody else while the ledger is read or written. Reads the catalog alone. */
const FOREIGN_PARTS = `WITH ours AS (
  SELECT c.oid, c.relname, c.relkind, c.relrowsecurity, c.relpersistence FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
  WHERE n.nspname OPERATOR(pg_catalog.=) 'syncline' AND c.relname::pg_catalog.text OPERATOR(pg_catalog.=) ANY ('{target,fence,ledger,patch_operation,copy_part,copy_definition,high_water,id_map}')
)
SELECT o.relname AS relation, 'is no plain table'::pg_catalog.text AS what FROM ours o
  WHERE o.relkind OPERATOR(pg_catalog.<>) 'r'::pg_catalog."char" OR o.relrowsecurity
    OR EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE o.oid OPERATOR(pg_catalog.=) ANY (ARRAY[i.inhparent, i.inhrelid]))
UNION ALL
SELECT o.relname, 'is not kept when the server fails' FROM ours o WHERE o.relpersistence OPERATOR(pg_catalog.<>) 'p'::pg_catalog."char"
UNION ALL
SELECT o.relname, 'has trigger "' || t.tgname::pg_catalog.text || '"' FROM ours o JOIN pg_catalog.pg_trigger t ON t.tgrelid OPERATOR(pg_catalog.=) o.oid
  WHERE NOT t.tgisinternal
UNION ALL
SELECT o.relname, 'has rule "' || r.rulename::pg_catalog.text || '"' FROM ours o JOIN pg_catalog.pg_rewrite r ON r.ev_class OPERATOR(pg_catalog.=) o.oid
UNION ALL
SELECT o.relname, 'has column "' || a.attname::pg_catalog.text || '" of a type of somebody else' FROM ours o
  JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) o.oid AND a.attnum OPERATOR(pg_catalog.>) 0::pg_catalog.int2 AND NOT a.attisdropped
  JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) a.atttypid
  WHERE t.typnamespace OPERATOR(pg_catalog.<>) 'pg_catalog'::pg_catalog.regnamespace::pg_catalog.oid
UNION ALL
SELECT o.relname, 'has a default of somebody else' FROM ours o JOIN pg_catalog.pg_attrdef d ON d.adrelid OPERATOR(pg_catalog.=) o.oid
  WHERE ${isForeignExpression("pg_catalog.pg_get_expr(d.adbin, d.adrelid)")}
UNION ALL
SELECT o.relname, 'has constraint "' || k.conname::pg_catalog.text || '"' FROM ours o JOIN pg_catalog.pg_constraint k ON k.conrelid OPERATOR(pg_catalog.=) o.oid
  WHERE (k.contype OPERATOR(pg_catalog.=) 'c'::pg_catalog."char" AND ${isForeignExpression("pg_catalog.pg_get_constraintdef(k.oid)")})
    OR k.contype OPERATOR(pg_catalog.=) ANY ('{x,t}'::pg_catalog."char"[])
    OR (k.contype OPERATOR(pg_catalog.=) 'f'::pg_catalog."char" AND k.confrelid OPERATOR(pg_catalog.<>) o.oid)
UNION ALL
SELECT o.relname, 'has index "' || c.relname::pg_catalog.text || '"' FROM ours o JOIN pg_catalog.pg_index i ON i.indrelid OPERATOR(pg_catalog.=) o.oid
  JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) i.indexrelid
  WHERE i.indexprs IS NOT NULL OR i.indpred IS NOT NULL
    OR EXISTS (SELECT FROM pg_catalog.pg_opclass oc WHERE oc.oid OPERATOR(pg_catalog.=) ANY (i.indclass::pg_catalog.oid[])
      AND oc.opcnamespace OPERATOR(pg_catalog.<>) 'pg_catalog'::pg_catalog.regnamespace::pg_catalog.oid)
LIMIT 1`;

/**
 * Whoever may create schemas could make `syncline` first, with triggers, views or defaults that would then run with the
 * privileges of everybody who applies a patch. Such a schema is refused before anything of it is touched. Under the pins:
 * how the server prints an expression depends on the search_path.
 */
export async function assertLedgerGenuine(client: Client): Promise<void> {
  const { rows } = await client.query<{ relation: string; what: string }>(FOREIGN_PARTS);
  const [part] = rows;
  if (part === undefined) return;
  throw new CodedError(
    "schema.unsupported",
    `Schema "syncline" is not as Syncline makes it: "${part.relation}" ${part.what}.`,
    {
      hint: "It would run with your privileges. Remove it, or drop the schema if it was never Syncline's; then try again.",
      details: { relation: part.relation },
    },
  );
}

/** The same outside of any transaction. */
export async function assertLedgerGenuineNow(client: Client): Promise<void> {
  await client.query("BEGIN READ ONLY; SET LOCAL search_path = ''; SET LOCAL quote_all_identifiers = off");
  try {
    await assertLedgerGenuine(client);
  } finally {
    await client.query("ROLLBACK");
  }
}
