import { readFileSync } from "node:fs";
import { join } from "node:path";
import {
  ENVIRONMENT_ROUTES,
  ORGANIZATION_ROUTES,
  PERMISSIONS,
  ROLE_SCOPES,
  type RouteName,
} from "@syncline/api";
import { parseConfig } from "@syncline/config";
import {
  type ControlPlane,
  createEnvironment,
  createProject,
  listEnvironments,
  type Scope,
} from "@syncline/control-plane";
import type { Role } from "@syncline/core";
import { recordGuarantee, scale, scaled, seed } from "@syncline/tooling-vitest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Actor, makeActors, SESSION_ONLY } from "./testing/access-actors.ts";
import { makeOrganization, type OwnedIds, openBeside } from "./testing/other-organization.ts";
import { makePerson } from "./testing/people.ts";
import { SAMPLES } from "./testing/sample-requests.ts";
import { type Answer, startTestService, type TestService } from "./testing/start-test-service.ts";

const SWAPS = 5_000;
const CHECK_EVERY = 25;
/** As they were before any test weakened them. */
const EXPECTED: Readonly<Record<string, string>> = { ...PERMISSIONS };
const SHARED = new Set<string>(ORGANIZATION_ROUTES);
const PLACED = new Set<string>(ENVIRONMENT_ROUTES);
const ROLES_NOW: Readonly<Record<Role, readonly string[]>> = structuredClone(ROLE_SCOPES);
const NAMES = Object.keys(PERMISSIONS) as RouteName[];
/** What ends the session that asks comes last. */
const ORDERED = NAMES.toSorted((a, b) => Number(a === "POST /sign-out") - Number(b === "POST /sign-out"));
const DENIALS: ReadonlySet<string> = new Set(["auth.required", "auth.denied", "auth.csrf"]);

let server: TestService;
let cp: ControlPlane;
let others: OwnedIds;
let ours: readonly Actor[];
let theirs: readonly Actor[];
let random: () => number;

beforeAll(async () => {
  random = mulberry(seed);
  process.stderr.write(`seed ${seed}\n`);
  const place = (name: string) => `postgres://nobody@127.0.0.1:1/${name}`;
  const { config } = parseConfig(
    `version: 1
servers:
  a: {url: "${place("stage")}", environment: staging}
  b: {url: "${place("stage")}", environment: staging}
  prod: {url: "${place("prod")}", environment: production}
  alias: {url: "${place("prod")}", environment: staging}
  plain: {url: "${place("plain")}"}
`,
    "/syncline.yaml",
  );
  server = await startTestService({
    label: "g23",
    config: () => config,
    environment: { SYNCLINE_REQUESTS_PER_MINUTE: "1000000" },
  });
  cp = await openBeside(
    server.database.url,
    readFileSync(join(server.folder, "state", "master.key"), "utf8"),
  );
  others = await makeOrganization(cp, "others");
  ours = await actorsOf(cp.defaultScope);
  theirs = await actorsOf(others.scope);
}, 60_000);
afterAll(async () => {
  await cp.close();
  await server.stop();
});

async function actorsOf(scope: Scope): Promise<readonly Actor[]> {
  const { items } = await listEnvironments(cp, scope);
  const known = items.find(({ name }) => name === "staging");
  const { id: stagingId } =
    known ?? (await createEnvironment(cp, { scope, actor: "test" }, { name: "staging" }));
  return makeActors({ cp, scope, url: server.url, stagingId, roles: ROLES_NOW });
}

/** Mulberry32, by Tommy Ettinger. */
function mulberry(from: number): () => number {
  let state = from >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;

interface Request {
  readonly path: string;
  readonly query: string;
  readonly body: unknown;
  readonly headers: Readonly<Record<string, string>>;
}

/** A request whose ids are of nothing; `place`: the server that its places name. */
function requestOf(name: RouteName, place = "a"): Request {
  const { query = "", body, contentType } = SAMPLES[name] ?? {};
  const [, pattern = ""] = name.split(" ");
  const path = pattern
    .replace("{n}", "0")
    .replace("{token}", "slh_none")
    .replace("{name}", "none")
    .replace(/\{\w+\}/g, () => crypto.randomUUID());
  const moved = (text: string) => text.replaceAll("a:public", `${place}:public`);
  const plain = body === undefined || body instanceof Uint8Array || body === "";
  return {
    path,
    query: moved(query),
    body: plain
      ? body
      : JSON.parse(moved(JSON.stringify(body)).replace('"server":"a"', `"server":"${place}"`)),
    headers: contentType === undefined ? {} : { "Content-Type": contentType },
  };
}

function send(actor: Actor, name: RouteName, { path, query, body, headers }: Request): Promise<Answer> {
  const [method = ""] = name.split(" ");
  return server.ask(method, `/api/v1${path}${query}`, {
    key: actor.key,
    body,
    headers: { ...actor.headers, ...headers },
  });
}

type Outcome = "in" | "auth.required" | "auth.denied";

const has = (scopes: readonly string[], scope: string) => scopes.includes("*") || scopes.includes(scope);

/** What belongs to the operator of the server, who owns the first organization. */
const OPERATORS: ReadonlySet<string> = new Set(["GET /secrets", "POST /secrets/rewrap"]);

/** By the table, not by the code. */
function expectedOf(actor: Actor, name: RouteName, place: Place): Outcome {
  const permission = EXPECTED[name] ?? "nothing";
  if (permission === "public") return "in";
  if (actor.by === "nothing") return "auth.required";
  if (permission === "key") return SESSION_ONLY.has(name) && actor.by === "key" ? "auth.denied" : "in";
  if (OPERATORS.has(name) && theirs.includes(actor)) return "auth.denied";
  if (SHARED.has(name)) return has(actor.organization, permission) ? "in" : "auth.denied";
  if (has(actor.project, permission)) return "in";
  if (!PLACED.has(name) || place.environment === null) return "auth.denied";
  return has(actor.environments[place.environment] ?? [], permission) ? "in" : "auth.denied";
}

interface Place {
  readonly server: string;
  /** Null: who has a role in an environment alone may nothing there. */
  readonly environment: string | null;
}
const STAGING: Place = { server: "a", environment: "staging" };
const ELSEWHERE: readonly Place[] = [
  { server: "prod", environment: "production" },
  { server: "plain", environment: null },
  // Leads to where production is.
  { server: "alias", environment: null },
];

const outcomeOf = ({ json }: Answer): string => (DENIALS.has(json?.code) ? json.code : "in");
const NAMES_A_PLACE = (name: RouteName) =>
  JSON.stringify(SAMPLES[name] ?? {}).match(/a:public|"server":"a"/) !== null;

async function wrongOf(actors: readonly Actor[], names: readonly RouteName[], part = 1): Promise<string[]> {
  const wrong: string[] = [];
  for (const name of names)
    for (const actor of actors)
      for (const place of NAMES_A_PLACE(name) && PLACED.has(name) ? [STAGING, ...ELSEWHERE] : [STAGING]) {
        if (part < 1 && random() >= part) continue;
        asked += 1;
        const expected = expectedOf(actor, name, place);
        const answer = await send(actor, name, requestOf(name, place.server));
        const found = outcomeOf(answer);
        const told = `${actor.name} by ${actor.by}: ${name} at ${place.server}: ${found}, expected ${expected}`;
        // Who has it in one environment is told first that there is nothing of the id.
        const somewhere = has(Object.values(actor.environments).flat(), EXPECTED[name] ?? "nothing");
        const unknown = answer.status === 404 && somewhere && PLACED.has(name);
        if (found !== expected && !unknown) wrong.push(told);
        if (answer.status >= 500 && answer.json?.code === "internal")
          wrong.push(`${told} (${answer.status})`);
      }
  return wrong;
}
let asked = 0;

it("G23: every route, for seven roles in two organizations, does what the tables say", {
  timeout: 900_000,
}, async () => {
  asked = 0;
  const part = scale === 1 ? 1 : 0.08;
  const wrong = [...(await wrongOf(ours, ORDERED, part)), ...(await wrongOf(theirs, ORDERED, part))];
  recordGuarantee({
    id: "G23",
    claim: "every route gives each role what the tables of permissions and roles say, and no more",
    figure: `${NAMES.length} routes, ${asked} requests`,
    failures: wrong.length,
    details: "7 roles by session and by personal key, 2 organizations, 4 places",
  });
  expect(wrong).toEqual([]);
});

describe("G23: a weaker line shows", () => {
  // Of those before, the sessions were ended.
  let fresh: readonly Actor[];
  beforeAll(async () => {
    fresh = await actorsOf(cp.defaultScope);
  });
  const few = (names: readonly RouteName[]) => wrongOf(fresh, names);
  const table = PERMISSIONS as Record<string, string>;

  it.each<[RouteName, string]>([
    ["GET /jobs", "key"],
    ["DELETE /jobs/{id}", "jobs:read"],
    ["POST /servers", "servers:read"],
    ["GET /patches/{id}/file", "patches:read"],
    ["GET /rows", "runs:read"],
  ])("%s for %s", async (name, weaker) => {
    const right = table[name] ?? "";
    expect(await few([name])).toEqual([]);
    table[name] = weaker;
    try {
      expect((await few([name])).length).toBeGreaterThan(0);
    } finally {
      table[name] = right;
    }
  });

  it.each<[Role, string, RouteName]>([
    ["viewer", "rows:read", "GET /rows"],
    ["viewer", "conflicts:read", "GET /conflicts"],
    ["operator", "servers:write", "PATCH /servers/{id}"],
    ["reviewer", "keys:write", "DELETE /keys/{id}"],
  ])("a %s with %s", async (role, scope, name) => {
    const scopes = ROLE_SCOPES[role] as string[];
    scopes.push(scope);
    try {
      const routes = role === "operator" ? ([name, "POST /environments"] as const) : [name];
      const wrong = await few(routes);
      // An operator of one environment has none of it in the project.
      if (role === "operator") expect(wrong).toEqual([]);
      else expect(wrong.length).toBeGreaterThan(0);
    } finally {
      scopes.pop();
    }
  });

  it("what all projects share, for who has one", async () => {
    const routes = ORGANIZATION_ROUTES as Set<RouteName>;
    const scopes = ROLE_SCOPES.reviewer as string[];
    routes.delete("GET /webhooks");
    scopes.push("webhooks:read");
    try {
      expect((await few(["GET /webhooks"])).length).toBeGreaterThan(0);
    } finally {
      routes.add("GET /webhooks");
      scopes.pop();
    }
  });

  it("a route without places that counts as one with", async () => {
    const routes = ENVIRONMENT_ROUTES as Set<RouteName>;
    routes.add("POST /patches");
    try {
      expect((await few(["POST /patches"])).length).toBeGreaterThan(0);
    } finally {
      routes.delete("POST /patches");
    }
  });
});

/** What workers and the leader go on writing, whoever asks. */
const LIVING: ReadonlySet<string> = new Set([
  "attempts",
  "audit_checkpoints",
  "audit_entries",
  "audit_heads",
  "deliveries",
  "events",
  "runs",
  "signing_keys",
  "work_units",
]);

/** Everything else of an organization: a digest of each table. */
async function digestOf(organizationId: string): Promise<unknown> {
  const tables = await server.database.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.columns
     WHERE table_schema = 'syncline_control' AND column_name = 'organization_id' ORDER BY 1`,
  );
  const rows = tables
    .filter(({ name }) => !LIVING.has(name))
    .map(
      ({ name }) =>
        `SELECT '${name}' AS name, md5(string_agg(to_jsonb(t)::text, E'\\n' ORDER BY to_jsonb(t)::text)) AS digest
         FROM syncline_control."${name}" t WHERE organization_id = $1`,
    );
  return server.database.query(`${rows.join(" UNION ALL ")} ORDER BY 1`, [organizationId]);
}

const WITH_GRANTS: readonly RouteName[] = ["POST /people", "PATCH /people/{id}", "POST /invitations"];
const QUERIES: readonly (readonly [RouteName, string])[] = [
  ["GET /runs", "jobId"],
  ["GET /patches", "runId"],
  ["GET /conflicts", "jobId"],
  ["GET /audit", "subjectId"],
  ["GET /jobs", "after"],
  ["GET /runs", "after"],
];

interface Swap {
  readonly name: RouteName;
  readonly request: Request;
  readonly where: string;
}

function swap(ids: readonly string[], ownId: string): Swap {
  const foreign = pick(ids);
  const where = pick(["path", "path", "path", "query", "body", "header"]);
  if (where === "path") {
    const name = pick(NAMES.filter((each) => /\{(?:id|commentId|name)\}/.test(each)));
    const [, pattern = ""] = name.split(" ");
    const path = pattern.replace("{n}", "0").replace(/\{\w+\}/g, foreign);
    return { name, where, request: { ...requestOf(name), path } };
  }
  if (where === "query") {
    const [name, parameter] = pick(QUERIES);
    return { name, where, request: { ...requestOf(name), query: `?${parameter}=${foreign}` } };
  }
  if (where === "header") {
    const name = pick(NAMES.filter((each) => EXPECTED[each] !== "public" && each !== "POST /admin/profile"));
    return { name, where, request: { ...requestOf(name), headers: { "Syncline-Project": foreign } } };
  }
  const name = pick<RouteName>([
    ...WITH_GRANTS,
    "POST /apply",
    "POST /undo",
    "POST /conflicts/resolve",
    "POST /reviews",
  ]);
  const request = requestOf(name);
  const filled = JSON.stringify(request.body ?? {}).replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, foreign);
  const grants = [{ role: "viewer", projectId: pick([foreign, ownId]), environmentId: foreign }];
  const body = { ...JSON.parse(filled), ...(WITH_GRANTS.includes(name) ? { grants } : {}) };
  return { name, where, request: { ...request, body } };
}

it("G23: ids of another organization or project lead nowhere, wherever they stand", {
  timeout: 900_000,
}, async () => {
  const { projectId } = cp.defaultScope;
  const call = { scope: cp.defaultScope, actor: "test" };
  const second = await createProject(cp, call, { slug: "second", name: "Second" });
  const grants = [{ role: "admin", projectId: second.id, environmentId: null }] as const;
  const ofSecond = await makePerson(cp, { url: server.url, grants });
  const admin = (await actorsOf(cp.defaultScope)).filter(
    ({ name }) => name === "administrator" || name.startsWith("reviewer"),
  );
  const bare = { project: [], environments: {}, organization: [] };
  const inSecond: Actor = {
    ...bare,
    name: "admin of another project",
    by: "key",
    key: ofSecond.key,
    headers: {},
  };
  const foreign = [...Object.values(others.ids), others.scope.organizationId];
  const ownProject = [projectId, ...(await idsOf(projectId))];
  const before = await digestOf(others.scope.organizationId);
  const wrong: string[] = [];
  const count = scaled(SWAPS);
  const positions = new Map<string, number>();
  for (let n = 0; n < count; n += 1) {
    const within = n % 5 === 0;
    const actor = within ? inSecond : pick(admin);
    const ids = within ? ownProject : foreign;
    const { name, request, where } = swap(ids, within ? second.id : projectId);
    positions.set(where, (positions.get(where) ?? 0) + 1);
    const { status, json, text } = await send(actor, name, request);
    const empty = Array.isArray(json?.items) ? json.items.length === 0 : false;
    const listed =
      where === "query" && status === 200 && (empty || !ids.some((id) => text.includes(`"id":"${id}"`)));
    const told = `${actor.name}: ${name} (${where}) ${status}`;
    if (status < 300 && !listed && !isHarmless(name, json)) wrong.push(told);
    if (status >= 500 && json?.code === "internal") wrong.push(told);
    if (
      n % CHECK_EVERY === CHECK_EVERY - 1 &&
      JSON.stringify(await digestOf(others.scope.organizationId)) !== JSON.stringify(before)
    ) {
      wrong.push(`${told}: something of theirs changed within ${CHECK_EVERY} requests`);
      break;
    }
  }
  expect(await digestOf(others.scope.organizationId)).toEqual(before);
  recordGuarantee({
    id: "G23",
    claim: "ids of another organization, project or environment are as those of nothing",
    figure: `${count} swaps`,
    failures: wrong.length,
    details: [...positions].map(([where, times]) => `${times} in the ${where}`).join(", "),
  });
  expect(wrong).toEqual([]);
});

/** Of a bulk request each id is answered for itself; an entry of a ledger is looked for in the caller's own target. */
function isHarmless(name: RouteName, json: Answer["json"]): boolean {
  return (name === "POST /conflicts/resolve" && json.resolved.length === 0) || name === "POST /undo";
}

/** Jobs and environments of the first project, for who is of another one. */
async function idsOf(projectId: string): Promise<string[]> {
  const rows = await server.database.query<{ id: string }>(
    "SELECT id FROM syncline_control.environments WHERE project_id = $1 UNION ALL SELECT id FROM syncline_control.jobs WHERE project_id = $1",
    [projectId],
  );
  return rows.map(({ id }) => id);
}
