import type { TableSpec } from "@syncline/core";
import type { ClientBase, QueryResult } from "pg";
import { catalogQuery } from "./catalog-query.ts";
import type { CatalogRow } from "./catalog-rows.ts";
import type { RelationFilter } from "./relations-query.ts";
import { type TableInfo, toTableInfo } from "./table-info.ts";

/** What the scope means in the catalog now, in order of name. Relations that are named but missing are left out. */
export async function readTableSpecs(client: ClientBase, filter: RelationFilter): Promise<TableSpec[]> {
  return (await readTableInfos(client, filter)).map((info) => info.spec);
}

/** One round trip. The session's search_path is as before afterwards. */
export async function readTableInfos(client: ClientBase, filter: RelationFilter): Promise<TableInfo[]> {
  const results = (await client.query(withEmptySearchPath(catalogQuery(filter)))) as unknown as QueryResult[];
  return toTableInfos(results[2] as QueryResult<CatalogRow>, filter);
}

export function toTableInfos(result: QueryResult<CatalogRow>, filter: RelationFilter): TableInfo[] {
  return result.rows.map((row) => toTableInfo(row, filter.tenantColumn));
}

/** The third result is the statement's; works inside a transaction block and outside. */
function withEmptySearchPath(statement: string): string {
  return `SELECT pg_catalog.set_config('syncline.search_path', pg_catalog.current_setting('search_path'), true);
SELECT pg_catalog.set_config('search_path', '', true);
${statement};
SELECT pg_catalog.set_config('search_path', pg_catalog.current_setting('syncline.search_path'), true)`;
}
