import { CodedError, nearest } from "@syncline/core";
import type { Config, ServerConfig, TextSource } from "./config.ts";
import { buildAddress, buildConnection, type ServerAddress } from "./connection/build-connection.ts";
import { type ConnectionUrl, parseConnectionUrl } from "./connection/parse-connection-url.ts";
import { type Environment, readTextSource } from "./connection/read-text-source.ts";
import type { ServerConnection } from "./connection/server-connection.ts";

export interface ResolveOptions {
  readonly env: Environment;
  /** Stops commands that references run. */
  readonly signal?: AbortSignal;
}

/** The server of that name. Throws `server.not_found`. */
export function findServer(config: Config, name: string): ServerConfig {
  const server = config.servers.get(name);
  if (server !== undefined) return server;
  const names = [...config.servers.keys()];
  const near = nearest(name, names);
  const known = names.length === 0 ? "The config names no servers." : `Servers: ${names.join(", ")}.`;
  throw new CodedError(
    "server.not_found",
    `There is no server ${wantedServer(name)}${near === null ? "" : `; did you mean "${near}"?`}`,
    {
      hint: `${known} ${config.file === null ? "No config file was found; `syncline config init` writes one." : `They come from ${config.file}.`}`,
    },
  );
}

/** A name for a message: a URL in its place may hold a password, so it is not quoted. */
export function wantedServer(name: string): string {
  return /[@/]/.test(name) ? "of that name" : `"${name}"`;
}

/**
 * Name of the server that a locator without one means: `--server`, then `SYNCLINE_SERVER`, then `current` of the config.
 * Null when `DATABASE_URL` stands in, because nothing else is named. Throws `server.not_found`.
 */
export function currentServerName(
  config: Config,
  options: { readonly server?: string | undefined; readonly env: Environment },
): string | null {
  const name = options.server ?? (options.env.SYNCLINE_SERVER || config.current);
  if (name !== null) return name;
  if (options.env.DATABASE_URL) return null;
  throw new CodedError("server.not_found", "The locator names no server, and there is no current one.", {
    hint: "Write server:tenant:tables, pass --server, set SYNCLINE_SERVER, or set `current` in syncline.yaml.",
  });
}

/** How to connect to a server of the config; references are read now. Throws `server.not_found`, `config.*`. */
export async function resolveServer(
  config: Config,
  name: string,
  options: ResolveOptions,
): Promise<ServerConnection> {
  const server = findServer(config, name);
  const about = `server "${name}"`;
  const url = await readServer(server, about, options);
  return buildConnection(url, { env: options.env, about, lookup: server.lookup });
}

/** The same for a plain connection URL. `about` names it in errors, since the URL itself may hold a password. */
export async function resolveUrl(
  url: string,
  options: ResolveOptions & { readonly about?: string },
): Promise<ServerConnection> {
  const about = options.about ?? "the connection URL";
  return buildConnection(parseOrThrow(url, about), { env: options.env, about });
}

/** Only where a server is: passwords and certificates are not read. Throws `config.*`. */
export async function resolveAddress(server: ServerConfig, options: ResolveOptions): Promise<ServerAddress> {
  const about = `server "${server.name}"`;
  const url = await readUrl(server, reader(about, options));
  return buildAddress(url, { env: options.env, about, lookup: server.lookup });
}

type Read = (source: TextSource | null, part: string) => Promise<string> | null;

function reader(about: string, options: ResolveOptions): Read {
  return (source, part) =>
    source === null ? null : readTextSource(source, { ...options, about: `the ${part} of ${about}` });
}

async function readServer(
  server: ServerConfig,
  about: string,
  options: ResolveOptions,
): Promise<ConnectionUrl> {
  const read = reader(about, options);
  const url = await readUrl(server, read);
  return {
    ...url,
    password: (await read(server.password, "password")) ?? url.password,
    sslMode: server.tls?.mode ?? url.sslMode,
    sslRootCert: server.tls?.rootCert ?? url.sslRootCert,
  };
}

async function readUrl(server: ServerConfig, read: Read): Promise<ConnectionUrl> {
  const url = await read(server.url, "url");
  return url === null ? readParts(server, read) : parseOrThrow(url.trim(), `server "${server.name}"`);
}

async function readParts(server: ServerConfig, read: Read): Promise<ConnectionUrl> {
  return {
    host: await read(server.host, "host"),
    port: server.port,
    database: await read(server.database, "database"),
    user: await read(server.user, "user"),
    password: null,
    sslMode: null,
    sslRootCert: null,
    connectTimeoutMs: null,
    applicationName: null,
  };
}

function parseOrThrow(url: string, about: string): ConnectionUrl {
  const parsed = parseConnectionUrl(url);
  if (parsed.ok) return parsed.url;
  throw new CodedError(
    "config.invalid",
    `The connection URL of ${about} is not valid: ${parsed.problem}.`.replace(
      "URL of the connection URL",
      "URL",
    ),
    {
      hint: "Write postgres://user@host:5432/database.",
    },
  );
}
