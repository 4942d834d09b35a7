import type { Client } from "pg";

/** An index, constraint or foreign key that can be dropped before rows are loaded and made again afterwards. */
export interface Definition {
  readonly kind: "index" | "constraint" | "foreign-key";
  readonly name: string;
  readonly tableOid: number;
  /** Of a foreign key, the table it points at; else null. */
  readonly parentOid: number | null;
  /** Quoted and qualified. */
  readonly relation: string;
  readonly drop: string;
  /** One after the other. */
  readonly create: readonly string[];
}

/**
 * Indexes and the constraints behind them, of plain tables. Left alone: those that mark rows for replication or
 * clustering, that have settings of their own which their definition does not tell, or that an extension owns.
 */
const INDEXES = `SELECT CASE WHEN k.oid IS NULL THEN 'index' ELSE 'constraint' END AS kind, ic.relname AS name, c.oid::pg_catalog.text AS table_oid,
  NULL AS parent_oid, pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) AS relation,
  CASE WHEN k.oid IS NULL THEN 'DROP INDEX ' || pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(ic.relname)
    ELSE 'ALTER TABLE ONLY ' || pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) || ' DROP CONSTRAINT ' || pg_catalog.quote_ident(k.conname) END AS drop,
  CASE WHEN k.oid IS NULL THEN pg_catalog.pg_get_indexdef(i.indexrelid)
    ELSE 'ALTER TABLE ONLY ' || pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) || ' ADD CONSTRAINT ' || pg_catalog.quote_ident(k.conname)
      || ' ' || pg_catalog.pg_get_constraintdef(k.oid) END AS create,
  'COMMENT ON INDEX ' || pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(ic.relname) || ' IS '
    || pg_catalog.quote_literal(pg_catalog.obj_description(ic.oid, 'pg_class')) AS comment,
  'COMMENT ON CONSTRAINT ' || pg_catalog.quote_ident(k.conname) || ' ON ' || pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) || ' IS '
    || pg_catalog.quote_literal(pg_catalog.obj_description(k.oid, 'pg_constraint')) AS other_comment
FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid
JOIN pg_catalog.pg_class c ON c.oid = i.indrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_constraint k ON k.conindid = i.indexrelid AND k.conrelid = c.oid AND k.contype IN ('p', 'u', 'x')
WHERE c.oid = ANY ($1::pg_catalog.oid[]) AND c.relkind = 'r' AND NOT c.relispartition
  AND i.indisvalid AND i.indisready AND NOT i.indisreplident AND NOT i.indisclustered
  AND ic.reltablespace = 0 AND (k.oid IS NULL OR ic.reloptions IS NULL OR pg_catalog.pg_get_constraintdef(k.oid) ~ 'WITH')
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid = ic.oid AND COALESCE(a.attstattarget, -1) <> -1)
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = ic.oid AND d.deptype IN ('e', 'x'))
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint f WHERE f.contype = 'f' AND f.conindid = ic.oid AND NOT f.conrelid = ANY ($2::pg_catalog.oid[]))
ORDER BY i.indisprimary DESC, i.indisunique DESC, ic.relname`;

/** Foreign keys inside the set of tables. Those of partitions follow the root's. */
const FOREIGN_KEYS = `SELECT 'foreign-key' AS kind, k.conname AS name, c.oid::pg_catalog.text AS table_oid, k.confrelid::pg_catalog.text AS parent_oid,
  pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) AS relation,
  'ALTER TABLE ' || pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) || ' DROP CONSTRAINT ' || pg_catalog.quote_ident(k.conname) AS drop,
  'ALTER TABLE ' || pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) || ' ADD CONSTRAINT ' || pg_catalog.quote_ident(k.conname)
    || ' ' || pg_catalog.pg_get_constraintdef(k.oid) AS create,
  'COMMENT ON CONSTRAINT ' || pg_catalog.quote_ident(k.conname) || ' ON ' || pg_catalog.quote_ident(n.nspname) || '.' || pg_catalog.quote_ident(c.relname) || ' IS '
    || pg_catalog.quote_literal(pg_catalog.obj_description(k.oid, 'pg_constraint')) AS comment, NULL AS other_comment
FROM pg_catalog.pg_constraint k JOIN pg_catalog.pg_class c ON c.oid = k.conrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE k.contype = 'f' AND k.conparentid = 0 AND k.conrelid = ANY ($1::pg_catalog.oid[]) AND k.confrelid = ANY ($2::pg_catalog.oid[])
ORDER BY 5, 2`;

/** What can be dropped of `dropping`, when `all` are the tables that are loaded together. Under the pins. */
export async function readIndexes(
  client: Client,
  dropping: readonly number[],
  all: readonly number[],
): Promise<Definition[]> {
  return readDefinitions(client, INDEXES, dropping, all);
}

/** Foreign keys of `children` that point at one of `parents`. Under the pins. */
export async function readForeignKeyDefinitions(
  client: Client,
  children: readonly number[],
  parents: readonly number[],
): Promise<Definition[]> {
  return readDefinitions(client, FOREIGN_KEYS, children, parents);
}

async function readDefinitions(
  client: Client,
  query: string,
  first: readonly number[],
  second: readonly number[],
): Promise<Definition[]> {
  const { rows } = await client.query<Record<string, string | null>>(query, [
    `{${first.join(",")}}`,
    `{${second.join(",")}}`,
  ]);
  return rows.map((row) => ({
    kind: row["kind"] as Definition["kind"],
    name: row["name"] ?? "",
    tableOid: Number(row["table_oid"]),
    parentOid: row["parent_oid"] === null ? null : Number(row["parent_oid"]),
    relation: row["relation"] ?? "",
    drop: row["drop"] ?? "",
    create: [row["create"], row["comment"], row["other_comment"]].flatMap((each) => each ?? []),
  }));
}
