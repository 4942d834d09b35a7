import { formatQualifiedName, type QualifiedName } from "@syncline/core";
import type { SurrogateTable } from "@syncline/engine";
import type { Client } from "pg";
import { arrayLiteral } from "../read/lookup-sql.ts";

/** A table of the target with what its keys come from. */
export interface KeyedTable extends SurrogateTable {
  readonly type: string;
  readonly only: boolean;
  /** Quoted and qualified, or null. */
  readonly sequence: string | null;
}

/** Primary keys of one whole number, whether a column `$3` tells tenants apart, and the sequence behind the key. */
const QUERY = `SELECT n.nspname AS schema, c.relname AS name, c.relkind::pg_catalog.text AS kind, a.attname AS column,
  pg_catalog.format_type(a.atttypid, NULL) AS type,
  EXISTS (SELECT FROM pg_catalog.pg_attribute ta WHERE ta.attrelid OPERATOR(pg_catalog.=) c.oid
    AND ta.attname::pg_catalog.text OPERATOR(pg_catalog.=) $3 AND ta.attnum OPERATOR(pg_catalog.>) 0::pg_catalog.int2
    AND NOT ta.attisdropped)::pg_catalog.text AS shared,
  (SELECT pg_catalog.quote_ident(sn.nspname) OPERATOR(pg_catalog.||) '.' OPERATOR(pg_catalog.||) pg_catalog.quote_ident(s.relname)
   FROM (
     SELECT d.objid AS oid, 1 AS rank FROM pg_catalog.pg_depend d WHERE d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
       AND d.refclassid OPERATOR(pg_catalog.=) d.classid AND d.refobjid OPERATOR(pg_catalog.=) c.oid
       AND d.refobjsubid OPERATOR(pg_catalog.=) a.attnum::pg_catalog.int4 AND d.deptype OPERATOR(pg_catalog.=) ANY ('{a,i}'::pg_catalog."char"[])
     UNION ALL
     SELECT d.refobjid, 0 FROM pg_catalog.pg_attrdef ad JOIN pg_catalog.pg_depend d
       ON d.classid OPERATOR(pg_catalog.=) 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND d.objid OPERATOR(pg_catalog.=) ad.oid
       AND d.refclassid OPERATOR(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
     WHERE ad.adrelid OPERATOR(pg_catalog.=) c.oid AND ad.adnum OPERATOR(pg_catalog.=) a.attnum
   ) uses JOIN pg_catalog.pg_class s ON s.oid OPERATOR(pg_catalog.=) uses.oid AND s.relkind OPERATOR(pg_catalog.=) 'S'::pg_catalog."char"
   JOIN pg_catalog.pg_namespace sn ON sn.oid OPERATOR(pg_catalog.=) s.relnamespace ORDER BY uses.rank, s.oid LIMIT 1) AS sequence
FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.text[]), pg_catalog.unnest($2::pg_catalog.text[])) AS w(schema, name)
JOIN pg_catalog.pg_namespace n ON n.nspname::pg_catalog.text OPERATOR(pg_catalog.=) w.schema
JOIN pg_catalog.pg_class c ON c.relnamespace OPERATOR(pg_catalog.=) n.oid AND c.relname::pg_catalog.text OPERATOR(pg_catalog.=) w.name
LEFT JOIN pg_catalog.pg_index i ON i.indrelid OPERATOR(pg_catalog.=) c.oid AND i.indisprimary AND i.indnkeyatts OPERATOR(pg_catalog.=) 1::pg_catalog.int2
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid OPERATOR(pg_catalog.=) c.oid AND a.attnum OPERATOR(pg_catalog.=) i.indkey[0]
  AND a.atttypid OPERATOR(pg_catalog.=) ANY ('{pg_catalog.int2,pg_catalog.int4,pg_catalog.int8}'::pg_catalog.regtype[]::pg_catalog.oid[])`;

type Row = Readonly<
  Record<"schema" | "name" | "kind" | "shared", string> &
    Record<"column" | "type" | "sequence", string | null>
>;

/** Tables that are not there come back without a key. */
export async function readKeyedTables(
  client: Client,
  names: readonly QualifiedName[],
  tenantColumn: string | null,
): Promise<readonly KeyedTable[]> {
  const schemas = arrayLiteral(names.map(({ schema }) => schema));
  const { rows } = await client.query<Row>(QUERY, [
    schemas,
    arrayLiteral(names.map(({ name }) => name)),
    tenantColumn,
  ]);
  const found = new Map(rows.map((row) => [formatQualifiedName(row), row]));
  return names.map((name) => toTable(name, found.get(formatQualifiedName(name))));
}

function toTable(name: QualifiedName, row: Row | undefined): KeyedTable {
  return {
    name,
    column: row?.column ?? null,
    type: row?.type ?? "bigint",
    shared: row?.shared === "true",
    only: row?.kind === "r",
    sequence: row?.sequence ?? null,
  };
}
