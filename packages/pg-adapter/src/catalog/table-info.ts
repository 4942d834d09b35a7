import type { ColumnSpec, KeySpec, QualifiedName, RelationKind, TableSpec, TypeKind } from "@syncline/core";
import type { CatalogColumn, CatalogKey, CatalogRow } from "./catalog-rows.ts";
import { fingerprintTable } from "./fingerprint.ts";

/** A table spec with what only this adapter needs to read the table. */
export interface TableInfo {
  readonly spec: TableSpec;
  /** What statements name, where it is not `spec.name`. */
  readonly relation?: QualifiedName;
  readonly oid: number;
  /** Has a ctid that names a row for as long as a lock and a snapshot are held. */
  readonly hasRowAddresses: boolean;
  /** Rows live in other relations too, so the address needs the tableoid. */
  readonly partitioned: boolean;
  readonly unlogged: boolean;
  readonly hasTenantColumn: boolean;
  /** Type of the tenant column, without length or precision; null without one. */
  readonly tenantType: string | null;
  /** Pages of the main fork; of a partitioned table, of its largest partition. */
  readonly pages: number;
  readonly readable: {
    readonly schemaUsage: boolean;
    readonly allColumns: boolean;
    readonly rowsHidden: boolean;
  };
  readonly unreadableColumns: readonly string[];
}

/** Pages of another size only shift where slices are cut: the last slice is open. */
const PAGE_BYTES = 8192;

const KINDS: Readonly<Record<string, RelationKind>> = {
  r: "table",
  p: "partitioned",
  v: "view",
  m: "materialized view",
  f: "foreign",
};

const TYPE_KINDS: Readonly<Record<string, TypeKind>> = {
  b: "base",
  d: "domain",
  e: "enum",
  c: "composite",
  r: "range",
  m: "multirange",
  p: "pseudo",
};

export function toTableInfo(row: CatalogRow, tenantColumn: string | null): TableInfo {
  const catalogColumns = JSON.parse(row.columns) as CatalogColumn[];
  const columns = catalogColumns.filter((column) => column.name !== tenantColumn).map(toColumn);
  const keys = (JSON.parse(row.keys) as CatalogKey[]).flatMap((key) => toKey(key, tenantColumn));
  const unreadableColumns = catalogColumns.filter((column) => !column.maySelect).map((column) => column.name);
  return {
    spec: {
      name: { schema: row.schema, name: row.name },
      kind: KINDS[row.kind] ?? "table",
      columns,
      keys,
      estimatedRows: Number(row.estimated_rows ?? -1),
      sizeBytes: Number(row.size_bytes),
      fingerprint: fingerprintTable(row.schema, columns, keys),
    },
    oid: Number(row.oid),
    hasRowAddresses: row.kind === "r" || row.kind === "p" || row.kind === "m",
    partitioned: row.kind === "p",
    unlogged: row.persistence === "u",
    hasTenantColumn: catalogColumns.some((column) => column.name === tenantColumn),
    tenantType: catalogColumns.find((column) => column.name === tenantColumn)?.base ?? null,
    pages: Math.ceil(Number(row.main_bytes) / PAGE_BYTES),
    readable: {
      schemaUsage: row.schema_usage === "t",
      allColumns: row.may_select === "t" || unreadableColumns.length === 0,
      rowsHidden: row.rows_hidden === "t",
    },
    unreadableColumns,
  };
}

function toColumn(column: CatalogColumn): ColumnSpec {
  return {
    name: column.name,
    type: {
      name: column.type,
      base: column.base,
      kind: typeKind(column),
      portable: column.portable,
      ...(column.labels === null ? {} : { labels: column.labels }),
      ...(column.typtype === "d" ? { basePortable: column.basePortable, baseKind: baseKind(column) } : {}),
    },
    notNull: column.notNull,
    generated: column.generated !== "",
    identity: column.identity === "a" ? "always" : column.identity === "d" ? "by default" : null,
    hasDefault: column.hasDefault && column.generated === "",
    nondeterministicCollation: column.collation,
    ...(column.equality === null ? {} : { equality: column.equality }),
  };
}

function typeKind(column: CatalogColumn): TypeKind {
  return column.typtype === "d" ? "domain" : baseKind(column);
}

function baseKind(column: CatalogColumn): TypeKind {
  return column.isArray ? "array" : (TYPE_KINDS[column.baseTyptype] ?? "pseudo");
}

/** Without the tenant column, which is the same for all rows of the scope; a key of nothing else is none. */
function toKey(key: CatalogKey, tenantColumn: string | null): KeySpec[] {
  const kept = key.columns.flatMap((column, index) => (column === tenantColumn ? [] : [index]));
  if (kept.length === 0) return [];
  const pick = <T>(all: readonly T[]) => kept.map((index) => all[index] as T);
  return [
    {
      name: key.name,
      kind: key.primary ? "primary" : "unique",
      columns: pick(key.columns),
      operators: pick(key.operators),
      collations: pick(key.collations),
      nullable: key.nullable,
    },
  ];
}
