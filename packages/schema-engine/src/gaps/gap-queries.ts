/** What the engine's own reading leaves out; all of it of user schemas and not of extensions. */

const USER = `n.nspname <> 'pg_catalog' AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_(toast|temp)'`;

const ownObject = (catalog: string, oid: string) =>
  `NOT EXISTS (SELECT 1 FROM pg_depend e WHERE e.classid = '${catalog}'::regclass AND e.objid = ${oid} AND e.deptype = 'e')`;

const COLUMNS = `FROM pg_attribute a
  JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')
  JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE a.attnum > 0 AND NOT a.attisdropped AND ${USER} AND ${ownObject("pg_class", "c.oid")}`;

/** Generated columns that are computed on reading, from version 18. */
export const VIRTUAL_COLUMNS = `SELECT n.nspname, c.relname, a.attname ${COLUMNS} AND a.attgenerated = 'v'`;

/** Columns that a table declares itself and inherits as well. */
export const MERGED_COLUMNS = `SELECT n.nspname, c.relname, a.attname ${COLUMNS} AND a.attislocal AND a.attinhcount > 0`;

/** Parents of tables with more than one, in their order. */
export const SEVERAL_PARENTS = `SELECT n.nspname, c.relname, pn.nspname, p.relname
  FROM pg_inherits i
  JOIN pg_class c ON c.oid = i.inhrelid AND c.relkind IN ('r', 'p')
  JOIN pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_class p ON p.oid = i.inhparent
  JOIN pg_namespace pn ON pn.oid = p.relnamespace
  WHERE ${USER} AND (SELECT count(*) FROM pg_inherits o WHERE o.inhrelid = c.oid) > 1
  ORDER BY c.oid, i.inhseqno`;

/** Defaults and NOT NULL of inherited columns where they are not those of the first parent that has the column. */
export const INHERITED_COLUMNS = `SELECT n.nspname, c.relname, a.attname,
    pg_get_expr(d.adbin, d.adrelid), (a.attnotnull AND NOT parent.attnotnull)::text,
    (pg_get_expr(d.adbin, d.adrelid) IS DISTINCT FROM parent.expression)::text
  FROM pg_attribute a
  JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')
  JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  CROSS JOIN LATERAL (
    SELECT pa.attnotnull, pg_get_expr(pd.adbin, pd.adrelid) AS expression
    FROM pg_inherits i
    JOIN pg_attribute pa ON pa.attrelid = i.inhparent AND pa.attname = a.attname
    LEFT JOIN pg_attrdef pd ON pd.adrelid = pa.attrelid AND pd.adnum = pa.attnum
    WHERE i.inhrelid = a.attrelid ORDER BY i.inhseqno LIMIT 1) parent
  WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attinhcount > 0 AND a.attgenerated = ''
    AND ${USER} AND ${ownObject("pg_class", "c.oid")}
    AND (pg_get_expr(d.adbin, d.adrelid) IS DISTINCT FROM parent.expression
      OR a.attnotnull AND NOT parent.attnotnull)
  ORDER BY c.oid, a.attnum`;

/** Storage, compression and statistics target of columns where they are not the type's and server's own. */
export const COLUMN_SETTINGS = `SELECT n.nspname, c.relname, a.attname,
    CASE WHEN a.attstorage <> t.typstorage
      THEN CASE a.attstorage WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'x' THEN 'EXTENDED' ELSE 'MAIN' END END,
    CASE a.attcompression WHEN 'p' THEN 'pglz' WHEN 'l' THEN 'lz4' END,
    NULLIF(a.attstattarget, -1)::text, array_to_string(a.attoptions, ', ')
  FROM pg_attribute a
  JOIN pg_type t ON t.oid = a.atttypid
  JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p')
  JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE a.attnum > 0 AND NOT a.attisdropped AND ${USER} AND ${ownObject("pg_class", "c.oid")}
    AND (a.attstorage <> t.typstorage OR a.attcompression <> '' OR a.attstattarget >= 0 OR a.attoptions IS NOT NULL)
  ORDER BY c.oid, a.attnum`;

/** Extended statistics of tables. */
export const STATISTICS = `SELECT n.nspname, c.relname, pg_get_statisticsobjdef(s.oid)
  FROM pg_statistic_ext s
  JOIN pg_class c ON c.oid = s.stxrelid
  JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE ${USER} AND ${ownObject("pg_statistic_ext", "s.oid")} ORDER BY n.nspname, s.stxname`;

/** Properties of tables that are left out: they change how rows are kept, never which rows there are. */
export const LEFT_OUT = `SELECT 'tablespace of table', n.nspname, c.relname
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND c.reltablespace <> 0 AND ${USER}
  UNION ALL SELECT 'access method of table', n.nspname, c.relname
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_am m ON m.oid = c.relam
    WHERE c.relkind = 'r' AND m.amname <> 'heap' AND ${USER}
  UNION ALL SELECT 'type of table', n.nspname, c.relname
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND c.reloftype <> 0 AND ${USER}`;

const unmodeled = (kind: string, catalog: string, name: string, where = "true") =>
  `SELECT '${kind}' AS kind, '${catalog}'::regclass AS classid, o.oid AS objid, ${name} AS name
   FROM ${catalog} o WHERE o.oid >= 16384 AND ${where} AND ${ownObject(catalog, "o.oid")}
   AND NOT EXISTS (SELECT 1 FROM pg_depend i
     WHERE i.classid = '${catalog}'::regclass AND i.objid = o.oid AND i.deptype = 'i')`;

const inSchema = (namespace: string, name: string) =>
  `(SELECT nspname FROM pg_namespace WHERE oid = o.${namespace}) || '.' || o.${name}`;

/**
 * Objects of kinds that no definition is made of, and what needs them: tables by anything that hangs on them, other
 * objects by themselves. Tables do not pass it on: a foreign key to such a table needs the table.
 */
export const UNCOVERED = `WITH RECURSIVE root AS (
    ${unmodeled("cast", "pg_cast", "format_type(o.castsource, NULL) || ' as ' || format_type(o.casttarget, NULL)")}
    UNION ALL ${unmodeled("operator", "pg_operator", inSchema("oprnamespace", "oprname"))}
    UNION ALL ${unmodeled("operator class", "pg_opclass", inSchema("opcnamespace", "opcname"))}
    UNION ALL ${unmodeled("operator family", "pg_opfamily", inSchema("opfnamespace", "opfname"))}
    UNION ALL ${unmodeled("text search configuration", "pg_ts_config", inSchema("cfgnamespace", "cfgname"))}
    UNION ALL ${unmodeled("text search dictionary", "pg_ts_dict", inSchema("dictnamespace", "dictname"))}
    UNION ALL ${unmodeled("text search parser", "pg_ts_parser", inSchema("prsnamespace", "prsname"))}
    UNION ALL ${unmodeled("text search template", "pg_ts_template", inSchema("tmplnamespace", "tmplname"))}
    UNION ALL ${unmodeled("language", "pg_language", "o.lanname")}
    UNION ALL ${unmodeled("transform", "pg_transform", "format_type(o.trftype, NULL)")}
    UNION ALL ${unmodeled("base type", "pg_type", inSchema("typnamespace", "typname"), "o.typtype = 'b' AND o.typelem = 0")}
    UNION ALL ${unmodeled("access method", "pg_am", "o.amname")}
  ), need AS (
    SELECT kind, name, classid, objid FROM root
    UNION
    SELECT need.kind, need.name, d.classid, d.objid
    FROM need JOIN pg_depend d ON d.refclassid = need.classid AND d.refobjid = need.objid AND d.deptype IN ('n', 'a', 'i')
    WHERE NOT EXISTS (SELECT 1 FROM pg_class t
      WHERE need.classid = 'pg_class'::regclass AND t.oid = need.objid AND t.relkind IN ('r', 'p'))
  ), reached AS (
    SELECT need.*, CASE need.classid
      WHEN 'pg_class'::regclass THEN COALESCE((SELECT i.indrelid FROM pg_index i WHERE i.indexrelid = need.objid), need.objid)
      WHEN 'pg_attrdef'::regclass THEN (SELECT adrelid FROM pg_attrdef WHERE oid = need.objid)
      WHEN 'pg_constraint'::regclass THEN (SELECT NULLIF(conrelid, 0) FROM pg_constraint WHERE oid = need.objid)
      WHEN 'pg_trigger'::regclass THEN (SELECT tgrelid FROM pg_trigger WHERE oid = need.objid)
      WHEN 'pg_policy'::regclass THEN (SELECT polrelid FROM pg_policy WHERE oid = need.objid)
      WHEN 'pg_rewrite'::regclass THEN (SELECT ev_class FROM pg_rewrite WHERE oid = need.objid)
    END AS relation FROM need
  )
  SELECT DISTINCT r.kind, r.name,
    CASE c.relkind WHEN 'r' THEN 'table' WHEN 'p' THEN 'table' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materializedView'
      WHEN 'f' THEN 'foreignTable' ELSE CASE WHEN f.oid IS NOT NULL THEN 'routine' WHEN t.oid IS NOT NULL THEN 'type' END END,
    COALESCE(n.nspname, fn.nspname, tn.nspname), COALESCE(c.relname, f.proname, t.typname)
  FROM reached r
  LEFT JOIN pg_class c ON c.oid = r.relation
  LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_proc f ON r.classid = 'pg_proc'::regclass AND f.oid = r.objid
  LEFT JOIN pg_namespace fn ON fn.oid = f.pronamespace
  LEFT JOIN pg_type t ON r.classid = 'pg_type'::regclass AND t.oid = r.objid
  LEFT JOIN pg_namespace tn ON tn.oid = t.typnamespace
  ORDER BY 1, 2`;
