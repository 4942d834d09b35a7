import type { Client } from "pg";

/** A unique index or exclusion constraint that is checked row by row, so that two rows cannot trade values in place. */
export interface UniqueIndex {
  readonly name: string;
  readonly tableOid: number;
  /** All columns that keys and predicate depend on. */
  readonly columns: readonly string[];
  /** Key expressions over bare column names, with the equality (or exclusion) operator of each. */
  readonly keys: readonly { readonly expression: string; readonly operator: string }[];
  readonly predicate: string | null;
  readonly nullsDistinct: boolean;
}

const QUERY = `SELECT ic.relname AS name, i.indrelid::pg_catalog.text AS table_oid,
  pg_catalog.pg_get_expr(i.indpred, i.indrelid) AS predicate,
  COALESCE((pg_catalog.to_jsonb(i) ->> 'indnullsnotdistinct')::pg_catalog.bool, false) AS nulls_not_distinct,
  (SELECT pg_catalog.json_agg(DISTINCT a.attname) FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = i.indrelid AND (a.attnum = ANY (i.indkey::pg_catalog.int2[]) OR EXISTS (
      SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = i.indexrelid
      AND d.refobjid = i.indrelid AND d.refobjsubid = a.attnum)) AND a.attnum > 0) AS columns,
  (SELECT pg_catalog.json_agg(pg_catalog.json_build_object('expression', pg_catalog.pg_get_indexdef(i.indexrelid, u.n::pg_catalog.int4, false),
      'operator', pg_catalog.quote_ident(opn.nspname) || '.' || op.oprname) ORDER BY u.n)
    FROM pg_catalog.unnest(i.indclass::pg_catalog.oid[]) WITH ORDINALITY AS u(opclass, n)
    JOIN pg_catalog.pg_opclass oc ON oc.oid = u.opclass
    JOIN pg_catalog.pg_operator op ON op.oid = COALESCE(
      (SELECT con.conexclop[u.n] FROM pg_catalog.pg_constraint con WHERE con.conindid = i.indexrelid AND con.contype = 'x'),
      (SELECT ao.amopopr FROM pg_catalog.pg_amop ao WHERE ao.amopfamily = oc.opcfamily AND ao.amopstrategy = 3
        AND ao.amoplefttype = oc.opcintype AND ao.amoprighttype = oc.opcintype))
    JOIN pg_catalog.pg_namespace opn ON opn.oid = op.oprnamespace
    WHERE u.n <= i.indnkeyatts) AS keys
FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid
WHERE i.indrelid = ANY ($1::pg_catalog.oid[]) AND (i.indisunique OR i.indisexclusion) ORDER BY 2, 1`;

/** Runs under the pins, so that expressions name everything that is not built in by its schema. */
export async function readUniqueIndexes(
  client: Client,
  tableOids: readonly number[],
): Promise<UniqueIndex[]> {
  const { rows } = await client.query<Record<string, string | null>>(QUERY, [`{${tableOids.join(",")}}`]);
  return rows.map((row) => ({
    name: row["name"] ?? "",
    tableOid: Number(row["table_oid"]),
    columns: JSON.parse(row["columns"] ?? "[]") as string[],
    keys: JSON.parse(row["keys"] ?? "[]") as UniqueIndex["keys"],
    predicate: row["predicate"] ?? null,
    nullsDistinct: row["nulls_not_distinct"] !== "t",
  }));
}
