import { CodedError, type TableSelection, type TenantLocator, type UrlLocator } from "@syncline/core";
import type { Config, Tenancy } from "./config.ts";
import { type ServerConnection, withHiddenPassword } from "./connection/server-connection.ts";
import {
  currentServerName,
  findServer,
  type ResolveOptions,
  resolveServer,
  resolveUrl,
} from "./resolve-server.ts";

/** What a locator of a live database means: connection, the tenant's rows and the tables asked for. */
export interface ResolvedEndpoint {
  readonly connection: ServerConnection;
  /** Where table names without a schema are looked up. */
  readonly schema: string;
  /** Column tenancy: only rows with this value. */
  readonly tenantColumn: { readonly name: string; readonly value: string } | null;
  readonly tables: TableSelection;
  /** Name in the config; null for a URL. */
  readonly server: string | null;
  readonly environment: string | null;
  /** The primary's name when this server is a standby. */
  readonly replicaOf: string | null;
}

export interface ResolveEndpointOptions extends ResolveOptions {
  /** `--server`. */
  readonly server?: string | undefined;
}

/** Resolves a locator to connection options. Throws `server.not_found` and `config.*`. */
export async function resolveEndpoint(
  config: Config,
  locator: TenantLocator | UrlLocator,
  options: ResolveEndpointOptions,
): Promise<ResolvedEndpoint> {
  if (locator.kind === "url") return urlEndpoint(await resolveUrl(locator.url, options), locator);
  const name = locator.server ?? currentServerName(config, options);
  if (name === null) {
    const about = "DATABASE_URL";
    return urlEndpoint(await resolveUrl(options.env.DATABASE_URL ?? "", { ...options, about }), locator);
  }
  const server = findServer(config, name);
  const connection = await resolveServer(config, name, options);
  const { environment, replicaOf } = server;
  return {
    ...placeTenant(connection, server.tenancy, locator.tenant),
    tables: locator.tables,
    server: name,
    environment,
    replicaOf,
  };
}

function urlEndpoint(
  connection: ServerConnection,
  locator: { readonly tenant: string; readonly tables: TableSelection },
): ResolvedEndpoint {
  return {
    connection,
    schema: locator.tenant,
    tenantColumn: null,
    tables: locator.tables,
    server: null,
    environment: null,
    replicaOf: null,
  };
}

function placeTenant(
  connection: ServerConnection,
  tenancy: Tenancy,
  tenant: string,
): Pick<ResolvedEndpoint, "connection" | "schema" | "tenantColumn"> {
  if (tenancy.kind !== "column") assertPostgresName(tenant);
  switch (tenancy.kind) {
    case "schema":
      return { connection, schema: tenant, tenantColumn: null };
    case "database":
      return {
        connection: withHiddenPassword({ ...connection, database: tenant }),
        schema: "public",
        tenantColumn: null,
      };
    case "column":
      return { connection, schema: tenancy.schema, tenantColumn: { name: tenancy.column, value: tenant } };
  }
}

const MAX_NAME_BYTES = 63;

/** The server would cut a longer name silently and lead to another tenant. */
function assertPostgresName(tenant: string): void {
  const bytes = Buffer.byteLength(tenant);
  if (bytes <= MAX_NAME_BYTES) return;
  throw new CodedError(
    "tenant.not_found",
    `There is no tenant "${tenant}": its name has ${bytes} bytes, PostgreSQL keeps ${MAX_NAME_BYTES}.`,
  );
}
