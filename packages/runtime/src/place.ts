import { resolve } from "node:path";
import {
  findProtection,
  type Protection,
  type RemoteServer,
  type ResolvedEndpoint,
  resolveEndpoint,
  resolveRemoteServer,
  resolveServer,
  type ServerConnection,
} from "@syncline/config";
import {
  CodedError,
  type EndpointLocator,
  formatEndpointLocator,
  parseEndpointLocator,
  type TableSelection,
} from "@syncline/core";
import type { Protection as ProtectionLevel } from "@syncline/engine";
import type { PgScope } from "@syncline/pg-adapter";
import type { Workspace } from "./workspace.ts";

/** What a locator means here: which rows of which database, and how strictly it is protected. */
export interface Place {
  /** Printed locator with its server's name, without secrets. */
  readonly label: string;
  readonly scope: PgScope;
  readonly tables: TableSelection;
  /** Name in the config; null for a URL. */
  readonly server: string | null;
  readonly tenant: string;
  readonly environment: string | null;
  /** The primary's rows when this server is a standby, so that reading can wait for replay. */
  readonly replicaOf: PgScope | null;
  readonly protection: ProtectionLevel;
  /** What has to be typed or passed to write to a protected place. */
  readonly confirmationName: string;
  /** Servers of the config that could not be compared with this place, so that their protection is unknown. */
  readonly unresolvedServers: readonly string[];
}

/** A directory of pulled rows. */
export interface DirectoryPlace {
  /** As it was typed. */
  readonly label: string;
  /** Absolute. */
  readonly path: string;
}

/** A place that another Syncline server knows. */
export interface RemotePlace {
  /** Printed locator with the other server's name here. */
  readonly label: string;
  readonly server: RemoteServer;
  /** As the other server understands it. */
  readonly locator: string;
  readonly environment: string | null;
  /** The system's when absent. */
  readonly fetch?: typeof fetch;
}

export type AnyPlace =
  | { readonly kind: "live"; readonly place: Place }
  | { readonly kind: "directory"; readonly place: DirectoryPlace }
  | { readonly kind: "remote"; readonly place: RemotePlace };

/**
 * Any place that rows can be read from; a directory is taken as seen from `folder`.
 * @throws CodedError as `resolvePlace`
 */
export async function resolveAnyPlace(
  workspace: Workspace,
  text: string,
  { folder, signal }: { readonly folder: string; readonly signal: AbortSignal },
): Promise<AnyPlace> {
  const locator = parseEndpointLocator(text);
  if (locator.kind !== "directory") {
    const remote = await resolveRemote(workspace, text, signal);
    if (remote !== null) return { kind: "remote", place: remote };
    return { kind: "live", place: await resolvePlace(workspace, text, signal) };
  }
  return {
    kind: "directory",
    place: { label: formatEndpointLocator(locator), path: resolve(folder, locator.path) },
  };
}

/** @throws CodedError `locator.invalid`, `server.not_found`, `config.*`, `usage.invalid` for what is no live database */
export async function resolvePlace(workspace: Workspace, text: string, signal: AbortSignal): Promise<Place> {
  const locator = parseEndpointLocator(text);
  if (locator.kind === "directory" || locator.kind === "snapshot") throw notYet(locator);
  const { config, environment: env, server } = workspace;
  if (remoteName(workspace, locator) !== null) throw notRemote(locator);
  const options = { env, signal };
  const resolved = await resolveEndpoint(config, locator, { ...options, server: server ?? undefined });
  const protection = await findProtection(config, resolved.connection, {
    ...options,
    explicitServer: resolved.server,
  });
  const primary =
    resolved.replicaOf === null ? null : await resolveServer(config, resolved.replicaOf, options);
  return toPlace(locator, { resolved, primary, protection });
}

/**
 * The place when its server is another Syncline, else null. There `tenant` is looked up as here: on the server that is
 * named before a slash, `server/tenant`, or on its current one.
 * @throws CodedError `config.*`
 */
export async function resolveRemote(
  workspace: Workspace,
  text: string,
  signal: AbortSignal,
): Promise<RemotePlace | null> {
  const locator = parseEndpointLocator(text);
  if (locator.kind !== "tenant") return null;
  const name = remoteName(workspace, locator);
  const remote = name === null ? undefined : workspace.config.remotes.get(name);
  if (name === null || remote === undefined) return null;
  const slash = locator.tenant.indexOf("/");
  const server = slash < 0 ? null : locator.tenant.slice(0, slash);
  const within = formatEndpointLocator({ ...locator, server: null, tenant: locator.tenant.slice(slash + 1) });
  return {
    label: `${name}:${server === null ? "" : `${server}/`}${within}`,
    server: await resolveRemoteServer(remote, { env: workspace.environment, signal }),
    locator: server === null ? within : `${server}:${within}`,
    environment: remote.environment,
    ...(workspace.fetch === undefined ? {} : { fetch: workspace.fetch }),
  };
}

/** Whether a locator names a place of another Syncline server. @throws CodedError `locator.invalid` */
export function isRemote(workspace: Workspace, text: string): boolean {
  return remoteName(workspace, parseEndpointLocator(text)) !== null;
}

function remoteName({ config, environment, server }: Workspace, locator: EndpointLocator): string | null {
  if (locator.kind !== "tenant" || config.remotes.size === 0) return null;
  const name = locator.server ?? server ?? (environment.SYNCLINE_SERVER || config.current);
  return name !== null && config.remotes.has(name) ? name : null;
}

interface Resolution {
  readonly resolved: ResolvedEndpoint;
  readonly primary: ServerConnection | null;
  readonly protection: Protection;
}

type LiveLocator = Exclude<EndpointLocator, { kind: "directory" | "snapshot" }>;

function toPlace(locator: LiveLocator, { resolved, primary, protection }: Resolution): Place {
  const { connection, schema, tenantColumn } = resolved;
  const named =
    locator.kind === "tenant" && resolved.server !== null ? { ...locator, server: resolved.server } : locator;
  return {
    label: formatEndpointLocator(named),
    scope: { connection, schema, tenantColumn },
    tables: resolved.tables,
    server: resolved.server,
    tenant: locator.tenant,
    environment: resolved.environment,
    replicaOf:
      primary === null
        ? null
        : { connection: { ...primary, database: connection.database }, schema, tenantColumn },
    protection: protection.level,
    confirmationName: protection.confirmName,
    unresolvedServers: protection.unresolved,
  };
}

function notRemote(locator: EndpointLocator): CodedError {
  const name = formatEndpointLocator(locator);
  return new CodedError(
    "usage.invalid",
    `"${name}" is a place of another Syncline server; this takes databases that are reached from here.`,
    {
      hint: "Other servers can be compared with, patched, undone and asked for their log; let them do the rest by jobs of their own.",
      details: { kind: "remote" },
    },
  );
}

function notYet(locator: EndpointLocator): CodedError {
  const kind = locator.kind === "directory" ? "directory" : "snapshot";
  const name = formatEndpointLocator(locator);
  return new CodedError(
    "usage.invalid",
    `"${name}" is a ${kind}; here this version takes live databases only.`,
    {
      hint: "Name a database as [server:]tenant:tables or as postgres://…#tenant:tables.",
      details: { kind },
    },
  );
}
