import { resolveServer, type ServerConfig } from "@syncline/config";
import { openConnection } from "@syncline/pg-adapter";
import type { Workspace } from "./workspace.ts";

const MAX_TENANTS = 10_000;
const SCHEMAS = `
  SELECT n.nspname AS name FROM pg_catalog.pg_namespace n
  WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'syncline', 'syncline_control', 'syncline_queue')
    AND pg_catalog.has_schema_privilege(n.oid, 'USAGE')
  ORDER BY 1 LIMIT ${MAX_TENANTS}`;
const DATABASES = `
  SELECT d.datname AS name FROM pg_catalog.pg_database d
  WHERE d.datallowconn AND NOT d.datistemplate AND pg_catalog.has_database_privilege(d.oid, 'CONNECT')
  ORDER BY 1 LIMIT ${MAX_TENANTS}`;

/**
 * Names of the tenants of a server of the config; null where tenants are values of a column, which only reading all rows
 * would tell.
 * @throws CodedError `config.*`, `connection.*`, `server.not_found`
 */
export async function listTenants(
  { config, environment: env }: Workspace,
  name: string,
  { signal }: { readonly signal: AbortSignal },
): Promise<readonly string[] | null> {
  const connection = await resolveServer(config, name, { env, signal });
  const statement = statementOf(config.servers.get(name)?.tenancy);
  if (statement === null) return null;
  const client = await openConnection(connection);
  try {
    const { rows } = await client.query<{ name: string }>(statement);
    return rows.map((row) => row.name);
  } finally {
    await client.end();
  }
}

function statementOf(tenancy: ServerConfig["tenancy"] | undefined): string | null {
  if (tenancy?.kind === "column") return null;
  return tenancy?.kind === "database" ? DATABASES : SCHEMAS;
}
