import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ORGANIZATION_ROUTES, PERMISSIONS, ROUTES, type RouteName, SCOPES } from "@syncline/api";
import { type ControlPlane, createApiKey, revokeApiKey } from "@syncline/control-plane";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeOrganization, type OwnedIds, openBeside } from "./testing/other-organization.ts";
import { SAMPLES } from "./testing/sample-requests.ts";
import {
  type Answer,
  placesConfig,
  startTestService,
  type TestService,
} from "./testing/start-test-service.ts";

let server: TestService;
let cp: ControlPlane;
let others: OwnedIds;
const keyIds = new Map<string, string>();

beforeAll(async () => {
  server = await startTestService({
    label: "permissions",
    config: () => placesConfig("postgres://nobody@127.0.0.1:1/none"),
    environment: { SYNCLINE_REQUESTS_PER_MINUTE: "1000000" },
  });
  cp = await openBeside(
    server.database.url,
    readFileSync(join(server.folder, "state", "master.key"), "utf8"),
  );
  others = await makeOrganization(cp, "others");
});
afterAll(async () => {
  await cp.close();
  await server.stop();
});

const call = () => ({ scope: cp.defaultScope, actor: "test" });

async function keyWith(scopes: readonly string[], expiresAt: Date | null = null): Promise<string> {
  const { token, key } = await createApiKey(cp, call(), { name: "k", scopes, expiresAt });
  keyIds.set(token, key.id);
  return token;
}

/** A request whose ids are of nobody, or those of the other organization. */
function ask(name: RouteName, key: string | null, ids: "none" | "others" = "none"): Promise<Answer> {
  const [method = "", path = ""] = name.split(" ");
  const noun = path.split("/")[1] as keyof OwnedIds["ids"];
  const id = ids === "others" ? others.ids[noun] : crypto.randomUUID();
  const filled = path.replace("{id}", id).replace("{n}", "0").replace("{token}", "slh_none");
  const { query = "", body, contentType } = SAMPLES[name] ?? {};
  return server.ask(method, `/api/v1${filled}${query}`, {
    key,
    body,
    ...(contentType === undefined ? {} : { headers: { "Content-Type": contentType } }),
  });
}

const names = Object.keys(PERMISSIONS) as RouteName[];
const closed = names.filter((name) => PERMISSIONS[name] !== "public");
const scoped = closed.filter((name) => PERMISSIONS[name] !== "key");

it("has a route for every line of the table and a line for every route", () => {
  expect(ROUTES.map(({ name }) => name).sort()).toEqual([...names].sort());
});

describe("without the right key", () => {
  it.each(closed)("%s answers 401", async (name) => {
    for (const key of [null, "slk_none_wrong", `${server.key}x`]) {
      const { status, json } = await ask(name, key);
      expect({ name, key: key === null, status, code: json.code }).toMatchObject({
        status: 401,
        code: "auth.required",
      });
    }
  });

  it("a revoked and an expired key are no keys, on every route", async () => {
    const revoked = await keyWith(["*"]);
    expect((await ask("GET /me", revoked)).status).toBe(200);
    await revokeApiKey(cp, call(), { keyId: keyIds.get(revoked) ?? "" });
    const expired = await keyWith(["*"], new Date(Date.now() - 1000));
    for (const name of closed)
      for (const key of [revoked, expired]) expect((await ask(name, key)).status).toBe(401);
  });
});

describe("scopes", () => {
  it.each(scoped)("%s needs exactly its scope", async (name) => {
    const scope = PERMISSIONS[name];
    const others = await keyWith(SCOPES.filter((one) => one !== scope));
    const denied = await ask(name, others);
    expect({ status: denied.status, code: denied.json.code }).toEqual({ status: 403, code: "auth.denied" });
    expect(denied.json.detail).toContain(`"${scope}"`);
    const allowed = await ask(name, await keyWith([scope]));
    expect([401, 403, 405, 500]).not.toContain(allowed.status);
  });

  it("a key gives no more than it has", async () => {
    const key = await keyWith(["keys:write", "jobs:read"]);
    const make = (scopes: readonly string[]) =>
      server.ask("POST", "/api/v1/keys", { key, body: { name: "x", scopes } });
    expect((await make(["jobs:read"])).status).toBe(201);
    expect((await make(["jobs:write"])).status).toBe(403);
    expect((await make(["*"])).status).toBe(403);
    const admin = (await server.ask("GET", "/api/v1/me")).json.keyId as string;
    expect((await server.ask("POST", `/api/v1/keys/${admin}/rotate`, { key, body: {} })).status).toBe(403);
  });
});

describe("a key of one project", () => {
  let key: string;
  beforeAll(async () => {
    const { projectId } = cp.defaultScope;
    key = (await createApiKey(cp, call(), { name: "one", scopes: ["*"], projectId })).token;
  });

  it.each([...ORGANIZATION_ROUTES])("%s is not for it", async (name) => {
    const { status, json } = await ask(name, key);
    expect({ status, code: json.code }).toEqual({ status: 403, code: "auth.denied" });
    expect(json.hint).toMatch(/allProjects/);
  });

  it("ends and sees no key of all projects", async () => {
    const { keyId } = (await server.ask("GET", "/api/v1/me")).json;
    expect((await server.ask("DELETE", `/api/v1/keys/${keyId}`, { key })).status).toBe(403);
    expect((await server.ask("GET", "/api/v1/me")).status).toBe(200);
    const listed = (await server.ask("GET", "/api/v1/keys", { key })).json.items;
    const { projectId } = cp.defaultScope;
    expect(new Set(listed.map((item: { projectId: string }) => item.projectId))).toEqual(
      new Set([projectId]),
    );
    const own = listed.find(({ name }: { name: string }) => name === "one");
    expect((await server.ask("DELETE", `/api/v1/keys/${own.id}`, { key })).status).toBe(204);
  });
});

describe("another organization", () => {
  // One's own are asked for as a person.
  const withIds = closed.filter((name) => name.includes("{id}") && !name.includes(" /me/"));
  it.each(withIds)("%s does not see its ids", async (name) => {
    const { status, json } = await ask(name, server.key, "others");
    expect({ status, code: json?.code }).toEqual({ status: 404, code: "resource.not_found" });
    expect(others.ids[name.split("/")[1] as keyof OwnedIds["ids"]]).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("its own key sees them", async () => {
    for (const name of withIds.filter((one) => one.startsWith("GET /") && one.endsWith("{id}")))
      expect((await ask(name, others.key, "others")).status).toBe(200);
  });

  it("lists show nothing of it", async () => {
    for (const name of closed.filter((one) => /^GET \/\w+$/.test(one) && one !== "GET /workers")) {
      const { text } = await ask(name, server.key);
      for (const id of Object.values(others.ids)) expect(text).not.toContain(id);
    }
  });

  it("an Idempotency-Key of one organization says nothing to another", async () => {
    const headers = { "Idempotency-Key": "shared-key" };
    const body = { slug: "p", name: "P" };
    const first = await server.ask("POST", "/api/v1/projects", { body, headers });
    const second = await server.ask("POST", "/api/v1/projects", { body, headers, key: others.key });
    expect([first.status, second.status]).toEqual([201, 201]);
    expect(first.json.id).not.toBe(second.json.id);
  });
});
