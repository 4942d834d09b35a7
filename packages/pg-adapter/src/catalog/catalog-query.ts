import { type RelationFilter, relationCondition } from "./relations-query.ts";

/**
 * One statement for all relations of a scope: a row each, columns and keys as JSON. It runs under an empty search_path,
 * so that `format_type` qualifies every type that is not built in.
 */
export function catalogQuery(filter: RelationFilter): string {
  return `WITH RECURSIVE rel AS MATERIALIZED (
  SELECT c.oid, n.nspname, c.relname, c.relkind, c.reltuples, c.relrowsecurity, c.relforcerowsecurity, c.relpersistence
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE ${relationCondition(filter)}
), att AS MATERIALIZED (
  SELECT a.* FROM pg_catalog.pg_attribute a JOIN rel ON rel.oid = a.attrelid WHERE a.attnum > 0 AND NOT a.attisdropped
), domains(root, typ, typmod) AS (
  SELECT t.oid, t.typbasetype, t.typtypmod FROM pg_catalog.pg_type t
  WHERE t.typtype = 'd' AND t.oid IN (SELECT atttypid FROM att)
  UNION ALL
  SELECT d.root, t.typbasetype, t.typtypmod FROM domains d JOIN pg_catalog.pg_type t ON t.oid = d.typ WHERE t.typtype = 'd'
), bases AS (
  SELECT d.root, d.typ FROM domains d JOIN pg_catalog.pg_type t ON t.oid = d.typ WHERE t.typtype <> 'd'
), walk(root, typ) AS (
  SELECT a.atttypid, a.atttypid FROM att a
  UNION
  SELECT b.typ, b.typ FROM bases b
  UNION
  SELECT w.root, part.oid
  FROM walk w JOIN pg_catalog.pg_type t ON t.oid = w.typ
  LEFT JOIN pg_catalog.pg_range r ON r.rngtypid = t.oid OR r.rngmultitypid = t.oid
  CROSS JOIN LATERAL (VALUES (NULLIF(t.typelem, 0)), (NULLIF(t.typbasetype, 0)), (r.rngsubtype)) AS part(oid)
  WHERE part.oid IS NOT NULL
), portable AS (
  SELECT w.root, pg_catalog.bool_and(t.oid < 10000 AND t.typsend <> 0 AND t.typtype IN ('b', 'r', 'm')
    AND t.typname !~ '^reg' AND t.typname NOT IN ('xml')) AS ok
  FROM walk w JOIN pg_catalog.pg_type t ON t.oid = w.typ GROUP BY w.root
)
SELECT rel.oid::text AS oid, rel.nspname AS schema, rel.relname AS name, rel.relkind::text AS kind,
  pg_catalog.has_schema_privilege(rel.nspname, 'USAGE') AS schema_usage,
  pg_catalog.has_table_privilege(rel.oid, 'SELECT') AS may_select,
  pg_catalog.row_security_active(rel.oid) AS rows_hidden,
  rel.relpersistence::text AS persistence,
  EXISTS (SELECT FROM pg_catalog.pg_inherits i WHERE i.inhparent = rel.oid) AS has_children,
  ${sizes()}
  COALESCE((SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', a.attname,
      'type', pg_catalog.format_type(a.atttypid, a.atttypmod),
      'base', pg_catalog.format_type(COALESCE(b.typ, a.atttypid), NULL),
      'typeSchema', tn.nspname,
      'typtype', t.typtype, 'baseTyptype', bt.typtype, 'basePortable', COALESCE(bp.ok, p.ok),
      'isArray', bt.typlen = -1 AND bt.typelem <> 0 AND bt.typcategory = 'A',
      'portable', p.ok,
      'equality', (SELECT pg_catalog.quote_ident(eqn.nspname) || '.' || eq.oprname
        FROM pg_catalog.pg_opclass oc JOIN pg_catalog.pg_am am ON am.oid = oc.opcmethod AND am.amname = 'btree'
        JOIN pg_catalog.pg_amop ao ON ao.amopfamily = oc.opcfamily AND ao.amopstrategy = 3
          AND ao.amoplefttype = oc.opcintype AND ao.amoprighttype = oc.opcintype
        JOIN pg_catalog.pg_operator eq ON eq.oid = ao.amopopr JOIN pg_catalog.pg_namespace eqn ON eqn.oid = eq.oprnamespace
        WHERE oc.opcdefault AND oc.opcintype = bt.oid AND eqn.nspname <> 'pg_catalog'),
      'labels', (SELECT pg_catalog.json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_catalog.pg_enum e
                 WHERE e.enumtypid = COALESCE(b.typ, a.atttypid)),
      'notNull', a.attnotnull, 'generated', a.attgenerated, 'identity', a.attidentity, 'hasDefault', a.atthasdef,
      'maySelect', pg_catalog.has_column_privilege(rel.oid, a.attnum, 'SELECT'),
      'collation', CASE WHEN NOT co.collisdeterministic THEN pg_catalog.quote_ident(cn.nspname) || '.' || pg_catalog.quote_ident(co.collname) END
    ) ORDER BY a.attnum)
    FROM att a
    JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
    JOIN pg_catalog.pg_namespace tn ON tn.oid = t.typnamespace
    JOIN portable p ON p.root = a.atttypid
    LEFT JOIN bases b ON b.root = a.atttypid
    LEFT JOIN portable bp ON bp.root = b.typ
    JOIN pg_catalog.pg_type bt ON bt.oid = COALESCE(b.typ, a.atttypid)
    LEFT JOIN pg_catalog.pg_collation co ON co.oid = a.attcollation
    LEFT JOIN pg_catalog.pg_namespace cn ON cn.oid = co.collnamespace
    WHERE a.attrelid = rel.oid), '[]')::text AS columns,
  COALESCE((SELECT pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', ic.relname, 'primary', i.indisprimary, 'columns', k.columns, 'operators', k.operators,
      'collations', k.collations, 'nullable', k.nullable
    ) ORDER BY i.indisprimary DESC, k.nullable, pg_catalog.json_array_length(k.columns), ic.relname COLLATE "C")
    FROM pg_catalog.pg_index i
    JOIN pg_catalog.pg_class ic ON ic.oid = i.indexrelid
    JOIN pg_catalog.pg_am am ON am.oid = ic.relam
    CROSS JOIN LATERAL (${keyParts()}) AS k
    WHERE i.indrelid = rel.oid AND i.indisunique AND i.indisvalid AND i.indimmediate AND i.indpred IS NULL
      AND i.indexprs IS NULL AND am.amname = 'btree'), '[]')::text AS keys
FROM rel ORDER BY rel.nspname COLLATE "C", rel.relname COLLATE "C"`;
}

/** Partitioned tables have no pages: their size is that of their partitions. */
function sizes(): string {
  return `CASE WHEN rel.relkind = 'p' THEN (SELECT pg_catalog.sum(CASE WHEN l.reltuples < 0 THEN 0 ELSE l.reltuples END)
      FROM pg_catalog.pg_partition_tree(rel.oid) pt JOIN pg_catalog.pg_class l ON l.oid = pt.relid WHERE pt.isleaf)
    ELSE rel.reltuples END::text AS estimated_rows,
  COALESCE(CASE WHEN rel.relkind = 'p' THEN (SELECT pg_catalog.sum(pg_catalog.pg_table_size(pt.relid))
      FROM pg_catalog.pg_partition_tree(rel.oid) pt WHERE pt.isleaf)
    WHEN rel.relkind IN ('r', 'm') THEN pg_catalog.pg_table_size(rel.oid) ELSE 0 END, 0)::text AS size_bytes,
  COALESCE(CASE WHEN rel.relkind = 'p' THEN (SELECT pg_catalog.max(pg_catalog.pg_relation_size(pt.relid))
      FROM pg_catalog.pg_partition_tree(rel.oid) pt WHERE pt.isleaf)
    WHEN rel.relkind IN ('r', 'm') THEN pg_catalog.pg_relation_size(rel.oid) ELSE 0 END, 0)::text AS main_bytes,`;
}

function keyParts(): string {
  return `SELECT pg_catalog.json_agg(a.attname ORDER BY u.n) AS columns,
      pg_catalog.json_agg(pg_catalog.quote_ident(opn.nspname) || '.' || op.oprname ORDER BY u.n) AS operators,
      pg_catalog.json_agg(CASE WHEN ico.oid IS NOT NULL THEN pg_catalog.quote_ident(icn.nspname) || '.' || pg_catalog.quote_ident(ico.collname) END
        ORDER BY u.n) AS collations,
      pg_catalog.bool_or(NOT a.attnotnull) AS nullable
    FROM ROWS FROM (pg_catalog.unnest(i.indkey::int2[]), pg_catalog.unnest(i.indclass::oid[]), pg_catalog.unnest(i.indcollation::oid[])) WITH ORDINALITY AS u(attnum, opclass, coll, n)
    JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.attnum
    JOIN pg_catalog.pg_opclass oc ON oc.oid = u.opclass
    JOIN pg_catalog.pg_amop ao ON ao.amopfamily = oc.opcfamily AND ao.amopstrategy = 3
      AND ao.amoplefttype = oc.opcintype AND ao.amoprighttype = oc.opcintype
    JOIN pg_catalog.pg_operator op ON op.oid = ao.amopopr
    JOIN pg_catalog.pg_namespace opn ON opn.oid = op.oprnamespace
    LEFT JOIN pg_catalog.pg_collation ico ON ico.oid = u.coll AND ico.collname <> 'default'
    LEFT JOIN pg_catalog.pg_namespace icn ON icn.oid = ico.collnamespace
    WHERE u.n <= i.indnkeyatts`;
}
