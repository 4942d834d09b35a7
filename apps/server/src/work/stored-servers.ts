import { parseConnectionUrl, Secret, type ServerConfig } from "@syncline/config";
import { type ControlPlane, listServers, openServerUrl, type Scope } from "@syncline/control-plane";
import { CodedError } from "@syncline/core";
import type { Egress } from "@syncline/runtime/egress";

const PAGE = 500;

/** Servers that were added through the API, as the config has its own. */
export async function storedServers(
  { cp, egress }: { readonly cp: ControlPlane; readonly egress: Egress },
  scope: Scope,
): Promise<ServerConfig[]> {
  const found: ServerConfig[] = [];
  for (let after: string | null = null; ; ) {
    const { items, next } = await listServers(cp, scope, { after, limit: PAGE });
    for (const { name, tenancy, protection, environment } of items) {
      const url = await openServerUrl(cp, scope, { name });
      const named = { name, url, tenancy: tenancy as ServerConfig["tenancy"], protection, environment };
      found.push(serverOfUrl(named, egress));
    }
    if (next === null) return found;
    after = next;
  }
}

interface ServerOfUrl extends Pick<ServerConfig, "name" | "tenancy" | "protection"> {
  readonly url: string;
  readonly environment?: string | null;
}

/** As the config has its own; nothing of this machine's goes there. */
export function serverOfUrl(
  { url, environment = null, ...named }: ServerOfUrl,
  egress: Egress,
): ServerConfig {
  return {
    ...named,
    url: { kind: "literal", value: new Secret(url) },
    host: null,
    port: null,
    database: null,
    user: null,
    password: null,
    tls: null,
    environment,
    replicaOf: null,
    requireEncryption: false,
    lookup: egress.lookup,
  };
}

/** @throws CodedError `request.invalid`, which quotes nothing of the URL; `egress.refused` for a host inside */
export async function assertServerUrl(url: string, egress: Egress): Promise<void> {
  const parsed = parseConnectionUrl(url);
  if (!parsed.ok)
    throw new CodedError("request.invalid", `The connection URL is not valid: ${parsed.problem}.`, {
      hint: "Write it as postgres://user:password@host:port/database.",
      details: { issues: [{ path: "url", problem: parsed.problem }] },
    });
  const { host, user, sslRootCert } = parsed.url;
  if (host === null) throw new CodedError("request.invalid", "The connection URL names no host.");
  if (user === null) throw new CodedError("request.invalid", "The connection URL names no user.");
  if (sslRootCert !== null && sslRootCert !== "system")
    throw new CodedError("request.invalid", "The connection URL names a certificate file of the server.", {
      hint: "Use sslrootcert=system, or let the operator add the server to the config.",
    });
  await egress.assertAllowedHost(host);
}
