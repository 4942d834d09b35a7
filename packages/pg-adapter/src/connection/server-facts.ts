import type pg from "pg";
import type { RelationFilter } from "../catalog/relations-query.ts";
import { relationCondition } from "../catalog/relations-query.ts";
import { quoteLiteral } from "../sql/quote.ts";

/** What a first look at a database tells, outside any transaction. */
export interface ServerFacts {
  readonly versionNumber: number;
  readonly version: string;
  readonly encoding: string;
  readonly user: string;
  readonly database: string;
  /**
   * System identifier, database and start of the server, or null where the server hides them. Standbys and servers made
   * from a copy of the files share the first two.
   */
  readonly identity: string | null;
  readonly schemaExists: boolean;
  readonly schemaUsage: boolean;
  /** A pooler stands between us and the server. */
  readonly pooled: boolean;
  readonly standby: boolean;
  readonly relations: readonly FoundRelation[];
  /** Every table of the schemas that the scope names, for hints. */
  readonly tableNames: readonly { readonly schema: string; readonly name: string }[];
}

export interface FoundRelation {
  readonly schema: string;
  readonly name: string;
  readonly kind: string;
  readonly maySelect: boolean;
}

/** One round trip. */
export async function readServerFacts(client: pg.Client, filter: RelationFilter): Promise<ServerFacts> {
  const results = (await client.query(factsQuery(filter))) as unknown as pg.QueryResult<
    Record<string, string>
  >[];
  const [, server, relations, tableNames] = results;
  const facts = server?.rows[0] ?? {};
  return {
    versionNumber: Number(facts.version_number),
    version: `PostgreSQL ${facts.version?.split(" ")[0] ?? ""}`,
    encoding: facts.encoding ?? "",
    user: facts.user ?? "",
    database: facts.database ?? "",
    identity: facts.identity ?? null,
    schemaExists: facts.schema_exists === "t",
    schemaUsage: facts.schema_usage === "t",
    pooled: String((client as unknown as { processID: number }).processID) !== facts.pid,
    standby: facts.standby === "t",
    relations: (relations?.rows ?? []).map((row) => ({
      schema: row.schema ?? "",
      name: row.name ?? "",
      kind: row.kind ?? "",
      maySelect: row.may_select === "t",
    })),
    tableNames: (tableNames?.rows ?? []).map((row) => ({ schema: row.schema ?? "", name: row.name ?? "" })),
  };
}

function factsQuery(filter: RelationFilter): string {
  const schema = quoteLiteral(filter.schema);
  return `SELECT pg_catalog.set_config('search_path', '', true);
SELECT pg_catalog.current_setting('server_version_num') AS version_number,
  pg_catalog.current_setting('server_version') AS version, pg_catalog.current_setting('server_encoding') AS encoding,
  CURRENT_USER::text AS user, pg_catalog.current_database() AS database, pg_catalog.pg_backend_pid()::text AS pid,
  CASE WHEN pg_catalog.pg_is_in_recovery() THEN 't' ELSE 'f' END AS standby,
  CASE WHEN pg_catalog.has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE') THEN
    (SELECT c.system_identifier::text FROM pg_catalog.pg_control_system() c) || '/'
      || (SELECT d.oid::text FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())
      || '/' || EXTRACT(epoch FROM pg_catalog.pg_postmaster_start_time())::text END AS identity,
  CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = ${schema}) THEN 't' ELSE 'f' END AS schema_exists,
  CASE WHEN EXISTS (SELECT FROM pg_catalog.pg_namespace s WHERE s.nspname = ${schema}
    AND pg_catalog.has_schema_privilege(s.oid, 'USAGE')) THEN 't' ELSE 'f' END AS schema_usage;
SELECT n.nspname AS schema, c.relname AS name, c.relkind::text AS kind,
  CASE WHEN pg_catalog.has_table_privilege(c.oid, 'SELECT') THEN 't' ELSE 'f' END AS may_select
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE ${relationCondition(filter)} ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C";
SELECT n.nspname AS schema, c.relname AS name FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname IN (${schemas(filter)}) ORDER BY 1, 2 LIMIT 1000`;
}

function schemas({ schema, selection }: RelationFilter): string {
  const named = selection.kind === "named" ? selection.names.map((name) => name.schema ?? schema) : [schema];
  return [...new Set([schema, ...named])].map(quoteLiteral).join(", ");
}
