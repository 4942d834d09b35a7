import { and, asc, eq, gt } from "drizzle-orm";
import type { ControlPlane, Scope } from "../control-plane.ts";
import { read } from "../database/transact.ts";
import { assertId, found } from "../ids.ts";
import { type Page, type PageInput, readLimit } from "../paging.ts";
import type { ServerRecord } from "../records.ts";
import { environments, servers } from "../schema/index.ts";
import { urlBinding, withoutUrl } from "../servers/server-record.ts";

/** A stored server with its environment's name, without its address. */
export interface ListedServer extends ServerRecord {
  readonly environment: string | null;
}

const owned = (scope: Scope) =>
  and(eq(servers.organizationId, scope.organizationId), eq(servers.projectId, scope.projectId));

const select = { server: servers, environment: environments.name };

/** By name. */
export async function listServers(
  cp: ControlPlane,
  scope: Scope,
  input: PageInput = {},
): Promise<Page<ListedServer>> {
  const limit = readLimit(input);
  const rows = await read(cp, scope.organizationId, (db) =>
    db
      .select(select)
      .from(servers)
      .leftJoin(environments, eq(environments.id, servers.environmentId))
      .where(and(owned(scope), input.after == null ? undefined : gt(servers.name, input.after)))
      .orderBy(asc(servers.name))
      .limit(limit + 1),
  );
  const items = rows
    .slice(0, limit)
    .map(({ server, environment }) => ({ ...withoutUrl(server), environment }));
  return { items, next: rows.length > limit ? (items.at(-1)?.name ?? null) : null };
}

/** @throws CodedError `resource.not_found` */
export async function getServer(
  cp: ControlPlane,
  scope: Scope,
  { serverId }: { readonly serverId: string },
): Promise<ListedServer> {
  assertId("server", serverId);
  const [row] = await read(cp, scope.organizationId, (db) =>
    db
      .select(select)
      .from(servers)
      .leftJoin(environments, eq(environments.id, servers.environmentId))
      .where(and(owned(scope), eq(servers.id, serverId))),
  );
  const { server, environment } = found(row, "server", serverId);
  return { ...withoutUrl(server), environment };
}

/**
 * The connection URL of a stored server, for whoever connects. Never shown.
 * @throws CodedError `resource.not_found`, `encryption.wrong_key`, `control.damaged`
 */
export async function openServerUrl(
  cp: ControlPlane,
  scope: Scope,
  { name }: { readonly name: string },
): Promise<string> {
  const [row] = await read(cp, scope.organizationId, (db) =>
    db
      .select()
      .from(servers)
      .where(and(owned(scope), eq(servers.name, name))),
  );
  const server = found(row, "server", name);
  return cp.sealer.open(server.sealedUrl, urlBinding(server));
}
