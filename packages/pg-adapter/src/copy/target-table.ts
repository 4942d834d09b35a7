import { formatQualifiedName, isPortable, type QualifiedName } from "@syncline/core";
import type { BulkTable } from "@syncline/engine";
import type { Client } from "pg";
import { readTableInfos } from "../catalog/read-table-specs.ts";
import type { RelationFilter } from "../catalog/relations-query.ts";
import type { TableInfo } from "../catalog/table-info.ts";
import type { PgScope } from "../scope.ts";

export interface TargetTable {
  readonly table: BulkTable;
  readonly info: TableInfo;
  readonly name: string;
  /** May be altered by this role. */
  readonly owned: boolean;
  readonly mayLoad: boolean;
}

const PRIVILEGES = `SELECT c.oid::pg_catalog.text AS oid, pg_catalog.pg_has_role(c.relowner, 'USAGE') AS owned,
  pg_catalog.has_table_privilege(c.oid, 'INSERT') AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
    AND (pg_catalog.has_table_privilege(c.oid, 'UPDATE') OR pg_catalog.has_table_privilege(c.oid, 'DELETE') OR pg_catalog.has_table_privilege(c.oid, 'TRUNCATE')) AS may_load
FROM pg_catalog.pg_class c WHERE c.oid = ANY ($1::pg_catalog.oid[])`;

/** Tables of the scope with what this role may do. Under the pins. */
export async function readTargetTables(
  client: Client,
  scope: PgScope,
  selection: RelationFilter["selection"],
): Promise<TargetTable[]> {
  const { tenantColumn } = scope;
  const filter = { schema: scope.schema, tenantColumn: tenantColumn?.name ?? null, selection };
  const infos = await readTableInfos(client, filter);
  const { rows } = await client.query<Record<string, string>>(PRIVILEGES, [
    `{${infos.map((info) => info.oid).join(",")}}`,
  ]);
  const tenantTypes = await readTenantTypes(client, infos, tenantColumn?.name ?? null);
  return infos.map((info) => {
    const row = rows.find((each) => each["oid"] === String(info.oid));
    const tenant =
      tenantColumn === null
        ? null
        : { column: tenantColumn.name, value: tenantColumn.value, type: tenantTypes.get(info.oid) ?? null };
    return {
      table: { spec: info.spec, tenant },
      info,
      name: formatQualifiedName(info.spec.name),
      owned: row?.["owned"] === "t",
      mayLoad: row?.["may_load"] === "t",
    };
  });
}

/** The tenant column's type where its binary form travels. */
async function readTenantTypes(
  client: Client,
  infos: readonly TableInfo[],
  column: string | null,
): Promise<Map<number, string>> {
  const types = new Map<number, string>();
  if (column === null) return types;
  const names: QualifiedName[] = infos.map((info) => info.spec.name);
  const selection = { kind: "named" as const, names };
  for (const { spec, oid } of await readTableInfos(client, { schema: "", tenantColumn: null, selection })) {
    const found = spec.columns.find((each) => each.name === column);
    if (found !== undefined && found.type.kind !== "domain" && isPortable(found.type))
      types.set(oid, found.type.name);
  }
  return types;
}
