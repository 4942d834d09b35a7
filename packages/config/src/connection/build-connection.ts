import { readFile } from "node:fs/promises";
import type { LookupFunction } from "node:net";
import { userInfo } from "node:os";
import { CodedError } from "@syncline/core";
import type { SslMode } from "../config.ts";
import { type ConnectionUrl, isSslMode } from "./parse-connection-url.ts";
import { findPassword } from "./password-file.ts";
import type { Environment } from "./read-text-source.ts";
import { type ServerConnection, withHiddenPassword } from "./server-connection.ts";

const DEFAULT_PORT = 5432;
const DEFAULT_CONNECT_TIMEOUT_MS = 10_000;

export interface ServerAddress {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
}

interface BuildOptions {
  readonly env: Environment;
  /** Names the server for errors. */
  readonly about: string;
  /** Of a server that somebody else than the operator named: nothing of this machine's goes to it. */
  readonly lookup?: LookupFunction | undefined;
}

/** Where a URL leads, filled from libpq's variables and its defaults. */
export function buildAddress(url: ConnectionUrl, { env: all, about, lookup }: BuildOptions): ServerAddress {
  const env = lookup === undefined ? all : {};
  const user = url.user ?? (env.PGUSER || currentUser(about));
  return {
    host: url.host ?? (env.PGHOST || "localhost"),
    port: url.port ?? readPort(env.PGPORT, about),
    user,
    database: url.database ?? (env.PGDATABASE || user),
  };
}

/** The address and all else that a connection needs; reads password file and certificate. */
export async function buildConnection(url: ConnectionUrl, options: BuildOptions): Promise<ServerConnection> {
  const { about, lookup } = options;
  const own = lookup === undefined;
  const env = own ? options.env : {};
  const address = buildAddress(url, options);
  const password = url.password ?? (own ? env.PGPASSWORD || (await findPassword(address, env)) : null);
  const rootCert = rootCertFile(url.sslRootCert ?? (env.PGSSLROOTCERT || null));
  if (rootCert !== null && !own)
    throw new CodedError(
      "config.invalid",
      `Cannot connect to ${about}: its URL names a certificate file, and only the config's servers may.`,
      { hint: "Use sslrootcert=system, or let the operator add the server to the config." },
    );
  return withHiddenPassword({
    host: address.host,
    port: address.port,
    database: address.database,
    user: address.user,
    ...(password === null ? {} : { password }),
    sslMode: url.sslMode ?? readMode(env.PGSSLMODE, about),
    ...(rootCert === null ? {} : { sslRootCert: await readCertificate(rootCert, about) }),
    connectTimeoutMs: url.connectTimeoutMs ?? readTimeout(env.PGCONNECT_TIMEOUT),
    applicationName: url.applicationName ?? (env.PGAPPNAME || "syncline"),
    ...(lookup === undefined ? {} : { lookup }),
  });
}

/** As in libpq, `system` means the authorities that the runtime trusts anyway. */
function rootCertFile(path: string | null): string | null {
  return path === "system" ? null : path;
}

function readPort(text: string | undefined, about: string): number {
  if (text === undefined || text === "") return DEFAULT_PORT;
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (port >= 1 && port <= 65_535) return port;
  throw new CodedError(
    "config.invalid",
    `Cannot connect to ${about}: PGPORT must be a number from 1 to 65535.`,
  );
}

function readMode(text: string | undefined, about: string): SslMode {
  if (text === undefined || text === "") return "prefer";
  if (isSslMode(text)) return text;
  throw new CodedError(
    "config.invalid",
    `Cannot connect to ${about}: PGSSLMODE must be disable, prefer, require, verify-ca or verify-full.`,
  );
}

function readTimeout(text: string | undefined): number {
  return text !== undefined && /^\d{1,5}$/.test(text) ? Number(text) * 1000 : DEFAULT_CONNECT_TIMEOUT_MS;
}

function currentUser(about: string): string {
  try {
    return userInfo().username;
  } catch {
    throw new CodedError(
      "config.invalid",
      `Cannot connect to ${about}: it names no user, and this process has none.`,
      { hint: "Add the user to the URL, or set PGUSER." },
    );
  }
}

async function readCertificate(path: string, about: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown";
    throw new CodedError(
      "config.invalid",
      `Cannot connect to ${about}: the certificate file "${path}" cannot be read (${code}).`,
    );
  }
}
