import { CodedError } from "@syncline/core";
import pg from "pg";
import type { ConnectionOptions } from "../scope.ts";
import { guardedSocket } from "./guarded-socket.ts";
import { translateError } from "./translate-error.ts";

/** Every value arrives as the server's text; parsing into numbers or dates would lose digits. */
const RAW_TEXT = { getTypeParser: () => (value: string) => value } as unknown as pg.CustomTypesConfig;

/** `host/database`, the printable form of where a connection leads. */
export function describeConnection(options: ConnectionOptions): string {
  return `${options.host}:${options.port}/${options.database}`;
}

/** Opens one session. Rejects with a CodedError of `connection.*` or `tenant.not_found`. */
export async function openConnection(options: ConnectionOptions): Promise<pg.Client> {
  if (options.sslMode !== "prefer") return attempt(options, options.sslMode !== "disable");
  try {
    return await attempt(options, true);
  } catch (error) {
    if (!serverHasNoTls(error)) throw error;
    return attempt(options, false);
  }
}

function serverHasNoTls(error: unknown): boolean {
  return error instanceof CodedError && error.code === "connection.tls_failed";
}

async function attempt(options: ConnectionOptions, tls: boolean): Promise<pg.Client> {
  const client = new pg.Client({
    host: options.host,
    port: options.port,
    database: options.database,
    user: options.user,
    // A function: the driver looks into PGPASSWORD and the password file when a plain password is empty.
    password: () => options.password ?? "",
    connectionTimeoutMillis: options.connectTimeoutMs,
    application_name: options.applicationName,
    keepAlive: true,
    types: RAW_TEXT,
    ssl: tls ? tlsOptions(options) : false,
    ...(options.lookup === undefined ? {} : { stream: guardedSocket(options.lookup) }),
  });
  client.on("error", () => {}); // a broken idle session shows in its next statement
  try {
    await client.connect();
    return client;
  } catch (error) {
    client.connection.stream.destroy();
    throw connectionError(error, options);
  }
}

function tlsOptions(options: ConnectionOptions) {
  const verify = options.sslMode === "verify-ca" || options.sslMode === "verify-full";
  return {
    rejectUnauthorized: verify,
    ...(options.sslRootCert === undefined ? {} : { ca: options.sslRootCert }),
    ...(options.sslMode === "verify-ca" ? { checkServerIdentity: () => undefined } : {}),
  };
}

function connectionError(error: unknown, options: ConnectionOptions): CodedError {
  const where = `Cannot connect to ${describeConnection(options)} as "${options.user}"`;
  const message = error instanceof Error ? error.message : String(error);
  // pg has no code for these four: its own client-side messages are the only sign.
  if (options.password === undefined && message.startsWith("SASL: ")) {
    return new CodedError(
      "connection.authentication_failed",
      `${where}: the server asks for a password, and none is given.`,
      {
        hint: "Give it by reference in the config, with PGPASSWORD, or in ~/.pgpass (readable by its owner alone).",
        cause: error,
      },
    );
  }
  if (message === "The server does not support SSL connections") {
    return new CodedError("connection.tls_failed", `${where}: the server offers no TLS.`, {
      hint: "Use sslmode=prefer or sslmode=disable if the network is trusted.",
      cause: error,
    });
  }
  if (message === "timeout expired") {
    return new CodedError(
      "connection.timeout",
      `${where}: no answer within ${options.connectTimeoutMs} ms.`,
      {
        hint: "Check host, port and firewalls.",
        retryable: true,
        cause: error,
      },
    );
  }
  if (message === "Connection terminated unexpectedly") {
    return new CodedError(
      "connection.lost",
      `${where}: the connection was closed before the server was ready.`,
      {
        hint: "Check that it is a PostgreSQL server and that nothing on the way cuts connections; then try again.",
        retryable: true,
        cause: error,
      },
    );
  }
  return translateError(error, where);
}
