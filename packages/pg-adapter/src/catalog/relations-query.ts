import type { TableSelection } from "@syncline/core";
import { quoteLiteral } from "../sql/quote.ts";

/** Which relations a scope means; resolved before anything is locked. */
export interface RelationFilter {
  readonly schema: string;
  readonly tenantColumn: string | null;
  readonly selection: TableSelection;
}

/**
 * Condition on `c` (pg_class) and `n` (pg_namespace). "All" are the tables that hold rows of their own: no partitions,
 * views or foreign tables, nothing that an extension owns, and with column tenancy only what has the tenant column.
 */
export function relationCondition({ schema, tenantColumn, selection }: RelationFilter): string {
  if (selection.kind === "named") return namedCondition(schema, selection);
  const tenant =
    tenantColumn === null
      ? ""
      : ` AND EXISTS (SELECT FROM pg_catalog.pg_attribute ta WHERE ta.attrelid = c.oid AND ta.attname = ${quoteLiteral(tenantColumn)}
          AND ta.attnum > 0 AND NOT ta.attisdropped)`;
  return `c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence <> 't' AND n.nspname = ${quoteLiteral(schema)}
    AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend e WHERE e.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
      AND e.objid = c.oid AND e.deptype = 'e')${tenant}`;
}

function namedCondition(schema: string, selection: Extract<TableSelection, { kind: "named" }>): string {
  const pairs = selection.names.map(
    (name) => `(${quoteLiteral(name.schema ?? schema)}, ${quoteLiteral(name.name)})`,
  );
  if (pairs.length === 0) return "false";
  return `c.relkind IN ('r', 'p', 'v', 'm', 'f') AND (n.nspname, c.relname) IN (${pairs.join(", ")})`;
}
