import { findProtection, resolveServer } from "@syncline/config";
import { openConnection } from "@syncline/pg-adapter";
import type { Workspace } from "./workspace.ts";

export interface ServerCheck {
  readonly name: string;
  /** `host:port/database`. */
  readonly address: string;
  readonly protection: string;
  readonly reason: string;
  /** `PostgreSQL 18.4`, or null when not connected. */
  readonly version: string | null;
}

/** Reads a server's references and, when asked, connects. @throws CodedError `config.*`, `connection.*`, `tenant.not_found` */
export async function checkServer(
  workspace: Workspace,
  name: string,
  options: { connect: boolean; signal: AbortSignal },
): Promise<ServerCheck> {
  const { config, environment: env } = workspace;
  const connection = await resolveServer(config, name, { env, signal: options.signal });
  const protection = await findProtection(config, connection, {
    env,
    signal: options.signal,
    explicitServer: name,
  });
  return {
    name,
    address: `${connection.host}:${connection.port}/${connection.database}`,
    protection: protection.level,
    reason: protection.reason,
    version: options.connect ? await readVersion(connection) : null,
  };
}

async function readVersion(connection: Parameters<typeof openConnection>[0]): Promise<string> {
  const client = await openConnection(connection);
  try {
    const { rows } = await client.query<{ version: string }>(
      "SELECT pg_catalog.current_setting('server_version') AS version",
    );
    return `PostgreSQL ${rows[0]?.version.split(" ")[0] ?? "?"}`;
  } finally {
    await client.end();
  }
}
