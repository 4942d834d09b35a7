/** System identifier and number of the database; null where the server hides the first. Standbys share both. */
export const IDENTITY = `SELECT CASE WHEN pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE') THEN
  (SELECT c.system_identifier::text FROM pg_catalog.pg_control_system() c) || '/'
    || (SELECT d.oid::text FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()) END`;

/** What a table's columns, types and keys leave out and that decides what a write does: defaults, constraints, triggers, rules and policies. */
export const DEFINITIONS = `SELECT kind, name, definition FROM (
  SELECT 'column' AS kind, a.attname::text AS name, pg_catalog.format_type(a.atttypid, a.atttypmod) || ' '
    || coalesce(pg_catalog.pg_get_expr(d.adbin, d.adrelid), '') AS definition
  FROM pg_catalog.pg_attribute a LEFT JOIN pg_catalog.pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT a.attisdropped
  UNION ALL SELECT 'constraint', conname::text, pg_catalog.pg_get_constraintdef(oid) FROM pg_catalog.pg_constraint
  WHERE conrelid = $1::oid
  UNION ALL SELECT 'trigger', tgname::text, pg_catalog.pg_get_triggerdef(oid) || ' ' || tgenabled::text
  FROM pg_catalog.pg_trigger WHERE tgrelid = $1::oid AND NOT tgisinternal
  UNION ALL SELECT 'rule', rulename::text, pg_catalog.pg_get_ruledef(oid) FROM pg_catalog.pg_rewrite WHERE ev_class = $1::oid
  UNION ALL SELECT 'policy', polname::text, polcmd::text || ' ' || coalesce(pg_catalog.pg_get_expr(polqual, polrelid), '') || ' '
    || coalesce(pg_catalog.pg_get_expr(polwithcheck, polrelid), '') FROM pg_catalog.pg_policy WHERE polrelid = $1::oid
) facts ORDER BY kind COLLATE "C", name COLLATE "C", definition COLLATE "C"`;
