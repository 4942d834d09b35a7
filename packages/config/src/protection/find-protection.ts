import type { Config, ProtectionLevel, ServerConfig } from "../config.ts";
import { type ResolveOptions, resolveAddress } from "../resolve-server.ts";
import { type HostLookup, hostIdentity, isThisMachine, SYSTEM_LOOKUP } from "./host-identity.ts";

/** Where a connection leads, however it was named. */
export interface Place {
  readonly host: string;
  readonly port: number;
  readonly database: string;
}

export interface Protection {
  readonly level: ProtectionLevel;
  /** The server that decided; null when only the host did. */
  readonly serverName: string | null;
  /** What `--confirm` must repeat: the server's name, else the host. */
  readonly confirmName: string;
  /** One sentence. */
  readonly reason: string;
  /** Servers whose address could not be read now, so that they could not be compared. */
  readonly unresolved: readonly string[];
}

export interface FindProtectionOptions extends ResolveOptions {
  /** The server that the locator named; it wins among equals. */
  readonly explicitServer?: string | null;
  readonly hosts?: HostLookup;
}

const STRICTNESS: Readonly<Record<ProtectionLevel, number>> = { open: 0, protected: 1, readonly: 2 };

/**
 * How strictly a target is protected: the strictest rule of every server in the config that leads to the same host, port and
 * database (of `tenancy: database`: to any database there), so that a URL, an alias or another tenancy cannot go around it. Without a
 * rule: open on this machine, protected elsewhere.
 */
export async function findProtection(
  config: Config,
  place: Place,
  options: FindProtectionOptions,
): Promise<Protection> {
  const hosts = options.hosts ?? SYSTEM_LOOKUP;
  const identity = await hostIdentity(place.host, hosts);
  const matches = await findMatches(config, place, identity, { ...options, hosts });
  const strictest = pickStrictest(matches.servers, options.explicitServer ?? null);
  if (strictest !== null) return ruled(strictest, matches.unresolved);
  return byHost(place, {
    local: isThisMachine(identity),
    name: options.explicitServer ?? matches.servers[0]?.name ?? null,
    unresolved: matches.unresolved,
  });
}

/** Every server of the config that leads to this place. `wanted` says for which one a command may be run to find out. */
export async function serversAt(
  config: Config,
  place: Place,
  options: FindProtectionOptions,
  wanted: (server: ServerConfig) => boolean,
): Promise<Matches> {
  const hosts = options.hosts ?? SYSTEM_LOOKUP;
  const identity = await hostIdentity(place.host, hosts);
  return findMatches(config, place, identity, { ...options, hosts, wanted });
}

export interface Matches {
  readonly servers: readonly ServerConfig[];
  readonly unresolved: readonly string[];
}

async function findMatches(
  config: Config,
  place: Place,
  identity: ReadonlySet<string>,
  options: MatchOptions,
): Promise<Matches> {
  const results = await Promise.all(
    [...config.servers.values()].map((server) => matchServer(server, place, identity, options)),
  );
  return {
    servers: results.flatMap((result) => (result.outcome === "same" ? [result.server] : [])),
    unresolved: results.flatMap((result) => (result.outcome === "unresolved" ? [result.server.name] : [])),
  };
}

type MatchOptions = FindProtectionOptions & {
  readonly hosts: HostLookup;
  readonly wanted?: (server: ServerConfig) => boolean;
};

interface Match {
  readonly server: ServerConfig;
  readonly outcome: "same" | "other" | "unresolved";
}

async function matchServer(
  server: ServerConfig,
  place: Place,
  identity: ReadonlySet<string>,
  options: MatchOptions,
): Promise<Match> {
  if (server.name === options.explicitServer) return { server, outcome: "same" };
  // Nobody's command is run for a server that has no rule to find.
  const ruled = server.protection !== null || options.wanted?.(server) === true;
  if (!ruled && needsCommand(server)) return { server, outcome: "other" };
  let address: Place;
  try {
    address = await resolveAddress(server, options);
  } catch {
    return { server, outcome: "unresolved" };
  }
  const sameDatabase = server.tenancy.kind === "database" || address.database === place.database;
  if (address.port !== place.port || !sameDatabase) return { server, outcome: "other" };
  const other = await hostIdentity(address.host, options.hosts);
  return { server, outcome: [...other].some((name) => identity.has(name)) ? "same" : "other" };
}

function needsCommand(server: ServerConfig): boolean {
  return [server.url, server.host, server.database, server.user].some((source) => source?.kind === "command");
}

function pickStrictest(servers: readonly ServerConfig[], explicit: string | null): ServerConfig | null {
  const ranked = servers.filter((server) => server.protection !== null);
  const rank = (server: ServerConfig) =>
    STRICTNESS[server.protection ?? "open"] * 2 + (server.name === explicit ? 1 : 0);
  return ranked.toSorted((a, b) => rank(b) - rank(a))[0] ?? null;
}

function ruled(server: ServerConfig, unresolved: readonly string[]): Protection {
  const level = server.protection ?? "protected";
  return {
    level,
    serverName: server.name,
    confirmName: server.name,
    reason: `the server "${server.name}" is ${level} in the config`,
    unresolved,
  };
}

function byHost(
  place: Place,
  options: { readonly local: boolean; readonly name: string | null; readonly unresolved: readonly string[] },
): Protection {
  const level = options.local ? "open" : "protected";
  const reason = options.local
    ? `the host "${place.host}" is this machine`
    : `the host "${place.host}" is not this machine and no rule says otherwise`;
  return {
    level,
    serverName: options.name,
    confirmName: options.name ?? place.host,
    reason,
    unresolved: options.unresolved,
  };
}
