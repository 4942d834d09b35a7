import { resolve } from "node:path";
import {
  findProtection,
  type Protection,
  type ResolvedEndpoint,
  resolveEndpoint,
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

export type AnyPlace =
  | { readonly kind: "live"; readonly place: Place }
  | { readonly kind: "directory"; readonly place: DirectoryPlace };

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
  if (locator.kind !== "directory")
    return { kind: "live", place: await resolvePlace(workspace, text, signal) };
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
