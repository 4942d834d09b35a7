import { readFileSync } from "node:fs";
import { join } from "node:path";
import { AUDITED, type Audited, PERMISSIONS, type RouteName } from "@syncline/api";
import { type ControlPlane, createApiKey, createRun } from "@syncline/control-plane";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DIFF_JOB, openBeside } from "./testing/other-organization.ts";
import { makePerson } from "./testing/people.ts";
import { SAMPLES, type Sample } from "./testing/sample-requests.ts";
import {
  type Answer,
  placesConfig,
  startTestService,
  type TestService,
} from "./testing/start-test-service.ts";

const names = Object.keys(PERMISSIONS) as RouteName[];
let patchHash = "";
let patchFile: Uint8Array;
let rowFile: string;
let data: TestDatabase;
let server: TestService;
let cp: ControlPlane;
/** Objects of the organization that asks, by the first part of the paths that name them. */
const ids: Record<string, string> = {};
const SECRET = "row-value-of-nobody-else";

beforeAll(async () => {
  data = await createTestDatabase("audit_coverage_data");
  await data.query(`CREATE SCHEMA src; CREATE SCHEMA dst; CREATE TABLE src.users (id int PRIMARY KEY, name text);
    CREATE TABLE dst.users (LIKE src.users INCLUDING ALL); INSERT INTO src.users VALUES (1, '${SECRET}')`);
  server = await startTestService({
    label: "audit_coverage",
    config: () => placesConfig(data.url),
    environment: { SYNCLINE_REQUESTS_PER_MINUTE: "1000000" },
  });
  cp = await openBeside(
    server.database.url,
    readFileSync(join(server.folder, "state", "master.key"), "utf8"),
  );
  const make = async (path: string, body: unknown) =>
    (await server.ask("POST", `/api/v1${path}`, { body })).json;
  const run = await make("/diff?wait=20", { source: "a:src:users", target: "b:dst:users" });
  const { items } = (await server.ask("GET", "/api/v1/patches")).json;
  const call = { scope: cp.defaultScope, actor: "test" };
  ids["patches"] = items[0].id;
  patchHash = items[0].hash;
  const kept = await fetch(`${server.url}/api/v1/patches/${items[0].id}/file`, {
    headers: { Authorization: `Bearer ${server.key}` },
  });
  rowFile = (await server.ask("POST", "/api/v1/export", { body: { source: "a:src:users" } })).text;
  patchFile = new Uint8Array(await kept.arrayBuffer());
  ids["jobs"] = (await make("/jobs", { ...DIFF_JOB, name: "mine" })).id;
  ids["runs"] = run.id;
  ids["keys"] = (await createApiKey(cp, call, { name: "k", scopes: ["jobs:read"] })).key.id;
  ids["servers"] = (await make("/servers", { name: "s", url: "postgres://u@8.8.8.8/app" })).id;
  ids["webhooks"] = (
    await make("/webhooks", { name: "w", url: "https://8.8.8.8/x", events: ["*"] })
  ).webhook?.id;
  const held = await createRun(cp, call, { jobId: ids["jobs"] ?? "", trigger: "manual" });
  const [conflict] = await cp.sql<{ id: string }[]>`
    INSERT INTO syncline_control.conflicts (organization_id, job_id, run_id, table_name, key_text, kind, columns, document)
    VALUES (${call.scope.organizationId}, ${ids["jobs"] ?? ""}, ${held.id}, 'users', '1', 'update-update', '{name}',
      '{"table": "users", "key": {"id": "1"}, "base": null, "ours": null, "theirs": null, "columnTypes": [["id", "integer"]], "versions": "1"}')
    RETURNING id`;
  ids["conflicts"] = conflict?.id ?? "";
});
afterAll(async () => {
  await cp.close();
  await server.stop();
  await data.drop();
});

/** Requests that do what they are for, where a sample is refused. */
const meant = (): Partial<Record<RouteName, Sample>> => ({
  "GET /rows": { query: "?locator=a:src:users" },
  "GET /databases/tables": { query: "?locator=a:src:users" },
  "POST /export": { body: { source: "a:src:users" } },
  "POST /import": {
    query: "?target=b:dst:users&format=ndjson&confirm=b",
    body: rowFile,
    contentType: "application/x-ndjson",
  },
  "POST /apply/batch": {
    body: {
      target: "b:dst:users",
      operations: [{ op: "insert", table: "users", new: { id: "9", name: SECRET } }],
    },
  },
  "POST /patches/{id}/selection": { body: { filter: {}, count: 1, hash: patchHash } },
  "POST /patches": { body: patchFile, contentType: "application/octet-stream" },
  "POST /apply": { body: { patch: ids["patches"], target: "b:dst:users" } },
  "POST /apply/file": {
    query: "?target=b:dst:users",
    body: patchFile,
    contentType: "application/octet-stream",
  },
  "GET /log": { query: "?target=b:dst:users" },
  "POST /audit/verify": { body: {} },
});

/** Refused here: they need a person, a link that was sent, or a run in a certain state. Their verbs are tested for their entries. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  ...names.filter((name) => /\/(sign-in|sign-out|setup|invitations|people|me)\b/.test(name)),
  ...names.filter((name) => /\/(reviews|environments\/)/.test(name)),
  ...names.filter((name) => /\/runs\/{id}\/(cancel|pause|resume|retry)/.test(name)),
  "GET /jobs/{id}/pair",
  "POST /jobs/{id}/pair/reset",
  "POST /conflicts/{id}/resolve",
  "POST /conflicts/resolve",
  "POST /conflicts/resolve/rule",
  "POST /conflicts/patch",
]);

interface Driven {
  readonly name: RouteName;
  readonly answer: Answer;
  readonly entries: readonly { readonly action: string; readonly text: string }[];
}

async function drive(name: RouteName, key: string = server.key): Promise<Driven> {
  const [method = "", path = ""] = name.split(" ");
  const noun = path.split("/")[1] ?? "";
  const filled = path
    .replace("{id}", ids[noun] ?? crypto.randomUUID())
    .replace("{n}", "0")
    .replace("{token}", ids["hooks"] ?? "slh_x");
  const { query = "", body, contentType } = meant()[name] ?? SAMPLES[name] ?? {};
  const requestId = `r${crypto.randomUUID()}`;
  const headers = {
    "X-Request-Id": requestId,
    ...(contentType === undefined ? {} : { "Content-Type": contentType }),
  };
  const answer = await server.ask(method, `/api/v1${filled}${query}`, { key, body, headers });
  if (name === "POST /jobs/{id}/hook") ids["hooks"] = answer.json?.token;
  const entries = await server.database.query<{ action: string; text: string }>(
    `SELECT action, audit_entries::text AS text FROM syncline_control.audit_entries WHERE request_id = $1 ORDER BY seq`,
    [requestId],
  );
  return { name, answer, entries };
}

const isRemoval = (name: RouteName) => name.startsWith("DELETE");
const ordered = [...names.filter((name) => !isRemoval(name)), ...names.filter(isRemoval)];

describe("every route", () => {
  it("that is not a question leaves an entry, or says why not", () => {
    expect(Object.keys(AUDITED).sort()).toEqual(names.toSorted());
    const silent = names.filter((name) => !name.startsWith("GET ") && AUDITED[name].kind === "none");
    expect(silent).toEqual(["POST /sign-in/oidc", "POST /invitations/look", "POST /schedule/preview"]);
  });

  it("leaves what the table says, with the request's id and without values of rows", {
    timeout: 60_000,
  }, async () => {
    const wrong: string[] = [];
    for (const name of ordered) {
      const { answer, entries } = await drive(name);
      const audited: Audited = AUDITED[name];
      const found = entries.map(({ action }) => action);
      if (entries.some(({ text }) => text.includes(SECRET))) wrong.push(`${name}: a row's value`);
      if (answer.status >= 300) {
        if (!ELSEWHERE.has(name)) wrong.push(`${name}: ${answer.status} ${answer.text.slice(0, 300)}`);
        continue;
      }
      // Done without a change, as for ids of nobody.
      if (ELSEWHERE.has(name) && found.length === 0) continue;
      const expected =
        audited.kind === "none" ? [] : audited.kind === "read" ? [audited.action] : audited.actions;
      const gathered = audited.kind === "read" && audited.gathered;
      const good =
        audited.kind === "none"
          ? found.length === 0
          : found.some((action) => expected.includes(action)) || (gathered && found.length === 0);
      if (!good) wrong.push(`${name}: ${found.join(", ")}, expected ${expected.join(" or ")}`);
    }
    expect(wrong).toEqual([]);
  });

  it("by cookie from a page that is not ours leaves an entry of the person whose cookie it was", async () => {
    const person = await makePerson(cp, { url: server.url, role: "viewer" });
    const { "X-Syncline-CSRF": _, ...headers } = person.headers;
    for (let n = 0; n < 2; n += 1) {
      const answer = await fetch(`${server.url}/api/v1/me`, {
        method: "PATCH",
        headers: { ...headers, "Content-Type": "application/json" },
        body: '{"name": "N"}',
      });
      expect(answer.status).toBe(403);
    }
    const rows = await server.database.query(
      `SELECT detail->>'code' AS code, detail->>'route' AS route, project_id FROM syncline_control.audit_entries
       WHERE action = 'access.refuse' AND user_id = $1`,
      [person.userId],
    );
    expect(rows).toEqual([{ code: "auth.csrf", route: "PATCH /me", project_id: null }]);
  });

  it("refused leaves an entry, and a thousand of them leave few", async () => {
    const call = { scope: cp.defaultScope, actor: "test" };
    const { token, key } = await createApiKey(cp, call, { name: "narrow", scopes: ["jobs:read"] });
    const startedAt = performance.now();
    const first = await drive("POST /keys", token);
    expect(first.answer.status).toBe(403);
    expect(first.entries.map(({ action }) => action)).toEqual(["access.refuse"]);
    for (let n = 0; n < 40; n += 1) expect((await drive("POST /keys", token)).entries).toEqual([]);
    for (const name of names) if (!/sign-in|setup|invitations/.test(name)) await drive(name, token);
    const rows = await server.database.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM syncline_control.audit_entries WHERE action = 'access.refuse' AND actor = $1`,
      [`key:${key.publicId}`],
    );
    expect(rows[0]?.count).toBeGreaterThan(30);
    // In each minute that it took, of which a first may have begun before.
    const minutes = 1 + Math.floor((performance.now() - startedAt) / 60_000);
    expect(rows[0]?.count).toBeLessThanOrEqual(60 * (minutes + 1) - 1);
  });

  it("tells of a run's beginning and end by a worker", async () => {
    const runs = await server.database.query<{ actions: string[] }>(
      `SELECT array_agg(action ORDER BY seq) AS actions FROM syncline_control.audit_entries WHERE subject_id = $1`,
      [ids["runs"]],
    );
    expect(runs[0]?.actions).toEqual(["run.create", "run.start", "run.end"]);
  });
});
