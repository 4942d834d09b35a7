import { type AnswerOf, databases } from "@syncline/api";
import type { ServerConfig } from "@syncline/config";
import {
  createServer,
  getServer,
  type ListedServer,
  listServers,
  recordAccess,
  removeServer,
  shownAddress,
  updateServer,
} from "@syncline/control-plane";
import { isCodedError, parseEndpointLocator } from "@syncline/core";
import { checkServer, listTenants, type Workspace } from "@syncline/runtime";
import type { Asked, Router } from "../http/router.ts";
import type { ServiceParts } from "../service-parts.ts";
import { assertPlaces } from "../work/assert-places.ts";
import { assertNamedPlace, assertServer } from "../work/check-definition.ts";
import { assertServerUrl, serverOfUrl } from "../work/stored-servers.ts";
import { TEST_MS, testServer } from "../work/test-server.ts";
import { iso } from "./present.ts";
import { tableRoutes } from "./tables.ts";

type DatabaseAnswer = AnswerOf<typeof databases.listDatabases>["items"][number];
type ServerAnswer = AnswerOf<typeof databases.getServer>;

/** No server that is added can have this name. */
const NEW_SERVER = "(new)";

export function databaseRoutes(router: Router, parts: ServiceParts): void {
  const { workspaces } = parts;
  router.on(
    databases.listDatabases,
    async ({ call, query, signal }) => {
      const workspace = await workspaces.of(call.scope);
      const servers = [...workspace.config.servers.values()].filter(
        ({ name }) => query.server === undefined || name === query.server,
      );
      const within = AbortSignal.any([signal, AbortSignal.timeout(TEST_MS)]);
      const describe = (server: ServerConfig) =>
        describeServer(parts, { workspace, server, tenants: query.tenants === "true", signal: within });
      return { items: await Promise.all(servers.map(describe)) };
    },
    { aliases: ["/api/databases"] },
  );
  router.on(
    databases.testDatabase,
    async (asked) => {
      const { call, body, signal } = asked;
      const workspace = await workspaces.of(call.scope);
      const within = AbortSignal.any([signal, AbortSignal.timeout(TEST_MS)]);
      const { server, locator = "" } = body;
      await assertPlaces(parts, asked, [server === undefined ? locator : `${server}:any:*`]);
      if (server !== undefined) {
        assertServer(server, workspace);
        return testServer(workspace, server, { signal: within });
      }
      return testServer(workspace, serverOf(locator, workspace), { locator, signal: within });
    },
    { aliases: ["/api/databases/test"] },
  );
  tableRoutes(router, parts);
  storedServerRoutes(router, parts);
}

function storedServerRoutes(router: Router, { egress, workspaces }: ServiceParts): void {
  router.on(databases.listServers, async ({ cp, call, query }) => {
    const { items, next } = await listServers(cp, call.scope, query);
    return { items: items.map(presentServer), next };
  });
  router.on(databases.createServer, async ({ cp, call, body }) => {
    await assertServerUrl(body.url, egress());
    const { id } = await createServer(cp, call, { ...body, protection: body.protection ?? null });
    return shown({ cp, call }, id);
  });
  router.on(databases.testServerUrl, async ({ cp, call, body, signal }) => {
    await assertServerUrl(body.url, egress());
    const address = shownAddress(body.url);
    await recordAccess(cp, call, {
      action: "server.test",
      subjectKind: "server",
      subjectId: null,
      detail: { address },
    });
    const { name = NEW_SERVER, url, protection = null } = body;
    const tested = serverOfUrl({ name, url, protection, tenancy: { kind: "schema" } }, egress());
    const workspace = await workspaces.of(call.scope);
    const servers = new Map([...workspace.config.servers, [name, tested] as const]);
    const within = AbortSignal.any([signal, AbortSignal.timeout(TEST_MS)]);
    return testServer({ ...workspace, config: { ...workspace.config, servers } }, name, { signal: within });
  });
  router.on(databases.getServer, async ({ cp, call, params }) => shown({ cp, call }, params.id));
  router.on(databases.updateServer, async ({ cp, call, params, body }) => {
    if (body.url !== undefined) await assertServerUrl(body.url, egress());
    await updateServer(cp, call, { serverId: params.id, ...body });
    return shown({ cp, call }, params.id);
  });
  router.on(databases.removeServer, async ({ cp, call, params }) => {
    await removeServer(cp, call, { serverId: params.id });
    return new Response(null, { status: 204 });
  });
}

async function shown({ cp, call }: Pick<Asked<unknown>, "cp" | "call">, serverId: string) {
  return presentServer(await getServer(cp, call.scope, { serverId }));
}

/** @throws CodedError `locator.invalid`, `server.not_found` */
function serverOf(locator: string, workspace: Workspace): string {
  assertNamedPlace(locator, workspace);
  const parsed = parseEndpointLocator(locator);
  return (parsed.kind === "tenant" ? parsed.server : null) ?? workspace.config.current ?? "";
}

interface Described {
  readonly workspace: Workspace;
  readonly server: ServerConfig;
  readonly tenants: boolean;
  readonly signal: AbortSignal;
}

async function describeServer(
  { config }: ServiceParts,
  { workspace, server, tenants, signal }: Described,
): Promise<DatabaseAnswer> {
  const common = {
    server: server.name,
    environment: server.environment,
    tenancy: server.tenancy.kind,
    origin: config().servers.get(server.name) === server ? ("config" as const) : ("api" as const),
  };
  try {
    const { address, protection } = await checkServer(workspace, server.name, { connect: false, signal });
    const found = tenants ? await listTenants(workspace, server.name, { signal }) : null;
    return { ...common, address, protection, tenants: found === null ? null : [...found], problem: null };
  } catch (error) {
    if (!isCodedError(error)) throw error;
    return { ...common, address: null, protection: null, tenants: null, problem: error.code };
  }
}

function presentServer(server: ListedServer): ServerAnswer {
  return {
    id: server.id,
    name: server.name,
    shown: server.shown,
    tenancy: server.tenancy as ServerAnswer["tenancy"],
    protection: server.protection,
    environment: server.environment,
    createdAt: iso(server.createdAt),
    updatedAt: iso(server.updatedAt),
  };
}
