import { dumpSql, type SqlDump, type SqlDumpInput } from "@syncline/engine";
import { openSchemaEngine, openTables } from "./endpoint-registry.ts";
import type { Place } from "./place.ts";

export type DumpPlaceOptions = Omit<SqlDumpInput, "engine" | "extent" | "openEndpoint" | "tenantColumn">;

/**
 * A place as an SQL file: named tables with what they need, a tenant that is a schema with everything in it, a tenant
 * that is a database whole, and of a tenant that is a value of a column its rows.
 */
export function dumpPlace(place: Place, options: DumpPlaceOptions): SqlDump {
  const { tenantColumn } = place.scope;
  return dumpSql({
    ...options,
    engine: openSchemaEngine(place),
    openEndpoint: (tables) => openTables(place, tables),
    extent: extentOf(place),
    ...(tenantColumn === null ? {} : { tenantColumn }),
  });
}

function extentOf({ scope, tables, tenant }: Place): SqlDumpInput["extent"] {
  if (tables.kind === "named" || scope.tenantColumn !== null) return { kind: "tables" };
  return scope.schema === tenant ? { kind: "schemas", schemas: [scope.schema] } : { kind: "database" };
}
