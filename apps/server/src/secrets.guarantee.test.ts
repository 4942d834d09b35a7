import { randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { PERMISSIONS, type RouteName } from "@syncline/api";
import { type Config, parseConfig } from "@syncline/config";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { recordGuarantee } from "@syncline/tooling-vitest";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openBeside } from "./testing/other-organization.ts";
import { SAMPLES } from "./testing/sample-requests.ts";
import { type Answer, startTestService, type TestService } from "./testing/start-test-service.ts";

const planted: string[] = [];

/** A new secret; every one of them must stay where it was put. */
function canary(): string {
  const secret = `cnry${planted.length}x${Math.random().toString(36).slice(2)}`;
  planted.push(secret);
  return secret;
}

function withPassword(url: string, password: string): string {
  const address = new URL(url);
  address.password = password;
  return address.href;
}

const PUBLIC = "https://syncline.example.test";

let data: TestDatabase;
let control: TestDatabase;
let server: TestService;
let config: Config;
/** Values of rows: in results and answers about them, and nowhere else. */
const rowValue = `row${Math.random().toString(36).slice(2)}`;

beforeAll(async () => {
  data = await createTestDatabase("g24_server_data");
  control = await createTestDatabase("g24_server_control");
  await data.query(`CREATE SCHEMA src; CREATE SCHEMA dst;
    CREATE TABLE src.users (id int PRIMARY KEY, name text, pin text UNIQUE); CREATE TABLE dst.users (LIKE src.users INCLUDING ALL);
    INSERT INTO src.users VALUES (1, '${rowValue}', '${rowValue}'), (2, 'b', 'b');
    INSERT INTO dst.users VALUES (3, 'c', '${rowValue}')`);
  const { hostname, port, username, pathname } = new URL(data.url);
  const place = `host: "${hostname}", port: ${port || 5432}, database: "${pathname.slice(1)}", user: "${username}"`;
  config = parseConfig(
    `version: 1
servers:
  a: {url: "${withPassword(data.url, canary())}", protection: open}
  environment: {url: {env: URL_OF_A}, protection: open}
  password: {${place}, password: {env: PASSWORD}, protection: open}
  command: {${place}, password: {command: [echo, "${canary()}"]}}
  noisy: {${place}, password: {command: [sh, -c, "echo ${canary()}; echo ${canary()} >&2; exit 3"]}}
  refused: {url: "postgres://u:${canary()}@127.0.0.1:1/x"}
  missing: {url: "${withPassword(data.url.replace(/\/[^/]*$/, "/no_such_database"), canary())}"}
  unusable: {url: {env: UNUSABLE}}
  other: {url: "http://127.0.0.1:1", apiKey: {env: OTHER_KEY}}
alerts:
  webhooks:
    - {name: pager, url: "https://8.8.8.8/x?token=${canary()}", secret: {env: HOOK_SECRET}, events: ["*"]}
`,
    "/syncline.yaml",
  ).config;
  const previousKey = randomBytes(32).toString("hex");
  planted.push(previousKey, Buffer.from(previousKey, "hex").toString("base64"));
  const hookSecret = Buffer.from(`${canary()}${canary()}`).toString("base64url");
  planted.push(hookSecret);
  server = await startTestService({
    label: "g24_server",
    config: () => config,
    environment: {
      URL_OF_A: withPassword(data.url, canary()),
      PASSWORD: canary(),
      UNUSABLE: `postgres://u:${canary()}@127.0.0.1:notaport/x`,
      OTHER_KEY: `slk_x_${canary()}`,
      HOOK_SECRET: `whsec_${hookSecret}`,
      SYNCLINE_OIDC_ISSUER: "http://127.0.0.1:1",
      SYNCLINE_OIDC_CLIENT_ID: "syncline",
      SYNCLINE_PUBLIC_URL: PUBLIC,
      SYNCLINE_OIDC_CLIENT_SECRET: canary(),
      SYNCLINE_MASTER_KEY_PREVIOUS: previousKey,
      SYNCLINE_DATABASE_URL: withPassword(control.url, canary()),
      SYNCLINE_REQUESTS_PER_MINUTE: "1000000",
    },
  });
  planted.push(secretOf(server.key), (await masterKey()).trim());
});
afterAll(async () => {
  await server.stop();
  await data.drop();
  await control.drop();
});

const secretOf = (token: string) => token.split("_").slice(2).join("_");
const masterKey = () => readFile(join(server.folder, "state", "master.key"), "utf8");

/** URLs with secrets in every place that a URL has. */
function spelled(): string[] {
  return [
    `postgres://u:${canary()}@8.8.8.8/app`,
    `postgres://u:${canary()}@127.0.0.1:1/x`,
    `postgres://u:${canary()}@no-such-host.invalid/x`,
    `postgres://u:${canary()}@8.8.8.8:x/app`,
    `postgres://u:${canary()}#x@8.8.8.8/app`,
    `postgres://u:1/${canary()}@8.8.8.8/app`,
    `postgres://u@8.8.8.8/app?password=${canary()}`,
    `postgres://u@8.8.8.8/app?options=${canary()}`,
    `postgres://u@8.8.8.8/app?passfile=/${canary()}`,
    `mysql://u:${canary()}@8.8.8.8/app`,
    `https://${canary()}@syncline.example/x`,
    `u:${canary()}@8.8.8.8:5432:app`,
  ];
}

interface Asked {
  readonly what: string;
  readonly answer: Answer;
}

const v1 = (method: string, path: string, body?: unknown, key: string | null = server.key) =>
  server.ask(method, `/api/v1${path}`, { key, ...(body === undefined ? {} : { body }) });

/** Every route once as it is meant, with ids of nobody. */
async function everyRoute(): Promise<Asked[]> {
  const asked: Asked[] = [];
  for (const name of Object.keys(PERMISSIONS) as RouteName[]) {
    if (SHOWN_ONCE.has(name) || name === "POST /admin/profile") continue;
    const [method = "", path = ""] = name.split(" ");
    const filled = path.replace("{id}", crypto.randomUUID()).replace("{n}", "0").replace("{token}", canary());
    const { query = "", body, contentType } = SAMPLES[name] ?? {};
    const headers = contentType === undefined ? {} : { headers: { "Content-Type": contentType } };
    const answer = await server.ask(method, `/api/v1${filled}${query}`, {
      key: server.key,
      body,
      ...headers,
    });
    asked.push({ what: name, answer });
  }
  return asked;
}

/** Their answers hold a secret that is shown this once. */
const SHOWN_ONCE: ReadonlySet<RouteName> = new Set([
  "POST /keys",
  "POST /keys/{id}/rotate",
  "POST /webhooks",
  "POST /jobs/{id}/hook",
]);

async function secretsMadeHere(): Promise<Asked[]> {
  const made = await v1("POST", "/keys", { name: "k", scopes: ["*"] });
  const rotated = await v1("POST", `/keys/${made.json.record.id}/rotate`, {});
  const hooked = await v1("POST", "/webhooks", {
    name: "w",
    url: `https://8.8.8.8/x?token=${canary()}`,
    events: ["*"],
  });
  const job = await v1("POST", "/jobs", { name: "j", kind: "diff", source: "a:src:*", target: "a:dst:*" });
  const hook = await v1("POST", `/jobs/${job.json.job?.id ?? job.json.id}/hook`);
  planted.push(
    secretOf(made.json.key),
    secretOf(rotated.json.key),
    hooked.json.secret.replace("whsec_", ""),
    hook.json.token,
  );
  const called = await v1("POST", `/hooks/${hook.json.token}`, undefined, null);
  expect([made, rotated, hooked, hook, called].map(({ status }) => status)).toEqual([
    201, 201, 201, 201, 202,
  ]);
  return [{ what: "a hook", answer: called }];
}

/** People who come in by every way, with passwords, links and cookies; what shows a secret once is not looked through. */
async function peopleComeIn(): Promise<Asked[]> {
  const asked: Asked[] = [];
  const as = (headers: Readonly<Record<string, string>>, method: string, path: string, body?: unknown) =>
    server.ask(method, `/api/v1${path}`, {
      key: null,
      headers: { Origin: PUBLIC, ...headers },
      ...(body === undefined ? {} : { body }),
    });
  const password = `${canary()} and more`;
  const setup = server.service.firstSetup ?? "";
  planted.push(setup);
  const first = await as({}, "POST", "/setup", {
    email: "ada@example.test",
    name: "Ada",
    password,
    token: setup,
  });
  const headersOf = ({ headers, json }: Answer) => {
    const [cookie = ""] = (headers.get("set-cookie") ?? "").split(";");
    planted.push(cookie.split("=")[1] ?? "", json.csrf);
    return { Cookie: cookie, Origin: PUBLIC, "X-Syncline-CSRF": json.csrf as string };
  };
  const ada = headersOf(first);
  const invited = await as(ada, "POST", "/invitations", {
    email: "kim@example.test",
    grants: [{ role: "viewer" }],
  });
  const link = invited.json.token as string;
  const kims = `${canary()} and more`;
  const accepted = await as({}, "POST", "/invitations/accept", { token: link, name: "Kim", password: kims });
  const kim = headersOf(accepted);
  const reset = await as(ada, "POST", `/people/${(await as(kim, "GET", "/me")).json.user.id}/reset`, {});
  const key = await as(ada, "POST", "/me/keys", { name: "mine", scopes: ["jobs:read"] });
  planted.push(link, reset.json.token, secretOf(key.json.key));
  expect([first, invited, accepted, reset, key].map(({ status }) => status)).toEqual([
    200, 201, 200, 201, 201,
  ]);
  const again = headersOf(await as({}, "POST", "/sign-in", { email: "ada@example.test", password }));
  const say = async (what: string, answer: Promise<Answer>) => asked.push({ what, answer: await answer });
  await say(
    "a wrong password",
    as({}, "POST", "/sign-in", { email: "ada@example.test", password: canary() }),
  );
  await say(
    "nobody's password",
    as({}, "POST", "/sign-in", { email: `${canary()}@example.test`, password: canary() }),
  );
  await say("a made-up session", as({ Cookie: `syncline-local=${canary()}` }, "GET", "/me"));
  await say("a made-up token", as({ ...again, "X-Syncline-CSRF": canary() }, "POST", "/jobs", {}));
  await say("a used link", as({}, "POST", "/invitations/look", { token: link }));
  await say("a made-up link", as({}, "POST", "/invitations/look", { token: canary() }));
  await say("a provider that is away", as({}, "POST", "/sign-in/oidc", {}));
  await say("a made-up code", as({}, "GET", `/sign-in/oidc/callback?code=${canary()}&state=${canary()}`));
  await say(
    "the password as it is changed",
    as(again, "POST", "/me/password", { current: password, password: `${canary()} and more` }),
  );
  return asked;
}

/** The private halves of keys that the control plane keeps. */
async function plantSigningKeys(): Promise<void> {
  const cp = await openBeside(control.url, await masterKey());
  const rows = await cp.sql<{ id: string; organizationId: string; sealed: string }[]>`
    SELECT id, organization_id AS "organizationId", sealed_private_key AS sealed FROM syncline_control.signing_keys`;
  for (const { id: rowId, organizationId, sealed } of rows) {
    const der = cp.sealer.open(sealed, { purpose: "signing_key.private", organizationId, rowId });
    // The last 32 bytes are the key; what stands before them is the same in all.
    const raw = Buffer.from(der, "base64").subarray(-32);
    planted.push(der, raw.toString("base64"), raw.toString("hex"));
  }
  await cp.close();
  expect(rows.length).toBeGreaterThan(0);
}

async function withSecretsInside(): Promise<Asked[]> {
  const asked: Asked[] = [];
  const ask = async (method: string, path: string, body: unknown) =>
    asked.push({ what: `${method} ${path}`, answer: await v1(method, path, body) });
  for (const [at, url] of spelled().entries()) {
    await ask("POST", "/servers", { name: `s${at}`, url });
    const place = `${url}#public:users`;
    await ask("POST", "/databases/test", at % 2 === 0 ? { server: url } : { locator: place });
    await ask("POST", "/diff", { source: place, target: "a:dst:users" });
    await ask("POST", "/jobs", { name: `j${at}`, kind: "diff", source: "a:src:users", target: place });
    await ask("GET", `/log?target=${encodeURIComponent(place)}`, undefined);
    await ask("GET", `/rows?locator=${encodeURIComponent(place)}`, undefined);
    await ask("POST", "/webhooks", { name: "w", url: url.replace("8.8.8.8", "127.0.0.1"), events: ["*"] });
  }
  for (const name of [
    "environment",
    "password",
    "command",
    "noisy",
    "refused",
    "missing",
    "unusable",
    "other",
  ]) {
    await ask("POST", "/databases/test", { server: name });
    await ask("POST", "/diff?wait=10", { source: `${name}:src:users`, target: "a:dst:users" });
    await ask("GET", `/databases?tenants=true&server=${name}`, undefined);
  }
  for (const [type, credential] of [
    ["Basic", Buffer.from(`u:${canary()}`).toString("base64")],
    ["Bearer", `slk_x_${canary()}`],
    ["Bearer", canary()],
    ["Digest", canary()],
  ] as const) {
    const answer = await server.ask("GET", `/api/v1/me?key=${canary()}`, {
      key: null,
      headers: { Authorization: `${type} ${credential}`, Cookie: `session=${canary()}` },
    });
    asked.push({ what: `${type} credentials`, answer });
  }
  return asked;
}

/** Runs that find, write, conflict and fail over rows. */
async function runs(): Promise<Asked[]> {
  const users = { source: "a:src:users", target: "password:dst:users" };
  const answers = [
    await v1("POST", "/diff?wait=20", users),
    await v1("POST", "/copy?wait=20", { ...users, strategy: "merge", retry: { attempts: 1 } }),
    await v1("POST", "/apply/batch", {
      target: "environment:dst:users",
      operations: [{ op: "insert", table: "users", new: { id: "9", pin: rowValue } }],
    }),
  ];
  expect(answers.map(({ json }) => json.state ?? json.outcome)).toEqual(["succeeded", "failed", "refused"]);
  return answers.map((answer) => ({ what: "a run", answer: { ...answer, text: "" } }));
}

/** Every row of every table of the control database, sealed or hashed where it holds secrets. */
async function controlTables(): Promise<string> {
  const query = `SELECT query_to_xml(format('SELECT * FROM %I.%I', schemaname, tablename), true, false, '')::text AS rows
    FROM pg_tables WHERE schemaname LIKE 'syncline%'`;
  return (await control.query<{ rows: string }>(query)).map(({ rows }) => rows).join("\n");
}

async function stateFiles(): Promise<[string, string][]> {
  const files = await readdir(join(server.folder, "state"), { recursive: true, withFileTypes: true });
  const kept = files.filter((file) => file.isFile() && file.name !== "master.key");
  return Promise.all(
    kept.map(async ({ parentPath, name }) => [name, await readFile(join(parentPath, name), "latin1")]),
  );
}

async function eventsSoFar(): Promise<string> {
  const response = await fetch(`${server.url}/api/v1/events`, {
    headers: { Authorization: `Bearer ${server.key}`, "Last-Event-ID": "0" },
    signal: AbortSignal.timeout(1_500),
  });
  let text = "";
  try {
    for await (const piece of response.body ?? []) text += Buffer.from(piece as Uint8Array).toString();
  } catch {
    // it never ends by itself
  }
  return text;
}

it("G24: secrets never leave the server", { timeout: 120_000 }, async () => {
  const asked = [
    ...(await secretsMadeHere()),
    ...(await peopleComeIn()),
    ...(await withSecretsInside()),
    ...(await everyRoute()),
    ...(await runs()),
  ];
  const texts = new Map<string, string>(asked.map(({ what, answer }, at) => [`${at} ${what}`, answer.text]));
  for (const path of ["/metrics", "/docs", "/api/v1/openapi.json", "/readyz"])
    texts.set(path, (await server.ask("GET", path)).text);
  for (const path of [
    "runs",
    "jobs",
    "audit",
    "servers",
    "webhooks",
    "keys",
    "databases",
    "patches",
    "workers",
    "people",
    "invitations",
    "audit/checkpoints",
  ])
    texts.set(path, (await v1("GET", `/${path}?${path === "databases" ? "" : "limit=100"}`)).text);
  await plantSigningKeys();
  for (const path of ["audit/export", "secrets", "sign-in/methods"])
    texts.set(path, (await v1("GET", `/${path}`)).text);
  texts.set("events", await eventsSoFar());
  texts.set("control database", await controlTables());
  const found = new Map([...texts, ["the log", server.log()], ...(await stateFiles())]);
  const leaks = [...found].flatMap(([where, text]) =>
    planted
      .filter((secret) => text.includes(secret))
      .map((secret) => `${planted.indexOf(secret)} in ${where}`),
  );
  for (const where of ["the log", "/metrics", "events", "audit", "audit/export", "control database"])
    if (found.get(where)?.includes(rowValue) === true) leaks.push(`a row's value in ${where}`);
  recordGuarantee({
    id: "G24",
    claim: "secrets never leave the server",
    figure: `${planted.length} secrets, ${asked.length} requests`,
    failures: leaks.length,
    details:
      "answers, log, metrics, documents, events, audit, all tables of the control database, state folder",
  });
  expect(leaks).toEqual([]);
  expect(found.get("events")).toContain("run.");
  expect(found.get("control database")).toContain("<row>");
  expect(found.get("the log")).toContain("unusable");
});
