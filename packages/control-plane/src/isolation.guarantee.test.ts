import { randomBytes } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { recordGuarantee, scaled, seed } from "@syncline/tooling-vitest";
import fc from "fast-check";
import postgres, { type Sql } from "postgres";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { ControlPlane, Scope } from "./control-plane.ts";
import { openControlPlane } from "./open-control-plane.ts";
import { MasterKey } from "./sealing/master-key.ts";
import { ASKED, findingOf } from "./testing/isolation-probes.ts";
import { fillOrganization, ownedTables, type Theirs } from "./testing/isolation-world.ts";
import { createPlainLogin, type PlainLogin } from "./testing/plain-login.ts";
import { createOrganization } from "./verbs/create-organization.ts";

/** Places in the code that compare a row's organization with the caller's, told apart by where they are called. */
const sites = vi.hoisted(() => ({
  /** Whose comparison is left out. */
  without: null as string | null,
  met: new Set<string>(),
}));

vi.mock("drizzle-orm", async (original) => {
  const real = await original<typeof import("drizzle-orm")>();
  /** Whether the comparison of the calling line is left out. */
  const isLeftOut = () => {
    const frames = new Error("where").stack?.split("\n") ?? [];
    const frame = frames.find((line) => /control-plane\/src\/(?!isolation\.guarantee)/.test(line)) ?? "";
    const [site = ""] = /control-plane\/src\/[^\s)]+/.exec(frame) ?? [];
    sites.met.add(site);
    return site === sites.without;
  };
  const eq: typeof real.eq = (column: unknown, value: unknown) => {
    const compares =
      real.is(column, real.Column) &&
      (column.name === "organizationId" ||
        (column.name === "id" && real.getTableName(column.table) === "organizations")) &&
      typeof value === "string";
    return compares && isLeftOut() ? real.sql`true` : real.eq(column as never, value as never);
  };
  const compared = /[\w.]*organization_id\s*=\s*$/;
  const sql = Object.assign((strings: TemplateStringsArray, ...values: unknown[]) => {
    const at = strings.findIndex((text) => compared.test(text));
    if (at < 0 || typeof values[at] !== "string" || !isLeftOut()) return real.sql(strings, ...values);
    const texts = [...strings];
    const after = (texts[at + 1] ?? "").replace(/^::uuid/, "");
    texts.splice(at, 2, `${texts[at]?.replace(compared, "true ")}${after}`);
    return real.sql(Object.assign(texts, { raw: texts }), ...values.toSpliced(at, 1));
  }, real.sql);
  return { ...real, eq, sql };
});

const masterKey = new MasterKey(randomBytes(32));
let login: PlainLogin;
let cp: ControlPlane;
let theirs: Theirs;
let own: Scope;

const open = (url: string) => openControlPlane({ url, masterKey, applicationName: "isolation" });

beforeAll(async () => {
  login = await createPlainLogin("control_mutations", { granted: true });
  // The tables are of a role that is no superuser; the test looks at all rows as one.
  await (await open(login.url)).close();
  cp = await open(login.database.url);
  const call = { scope: cp.defaultScope, actor: "tester" };
  const { database } = login;
  theirs = await fillOrganization({ cp, call, masterKey, database, close: async () => {} });
  own = await createOrganization(cp, { slug: "asking", actor: "tester" });
});
afterAll(async () => {
  await cp.close();
  await login.drop();
});

interface Seen {
  readonly role: string;
  readonly organizationId: string;
}

/** How many rows of theirs a query without any predicate finds. */
async function seenBy(sql: Sql, table: string, { role, organizationId }: Seen): Promise<number> {
  await sql.unsafe(`SET LOCAL ROLE ${role}; SET LOCAL syncline.organization = '${organizationId}'`);
  const column = table === "organizations" ? "id" : "organization_id";
  const [row] = await sql.unsafe<{ rows: number }[]>(
    `SELECT count(*)::int AS rows FROM syncline_control.${table} WHERE ${column} = '${theirs.scope.organizationId}'`,
  );
  await sql.unsafe("RESET ROLE");
  return row?.rows ?? -1;
}

/** Each says what is wrong with a table; null: nothing. */
const QUESTIONS: Readonly<Record<string, (sql: Sql, table: string) => Promise<boolean>>> = {
  "an organization finds its own rows": async (sql, table) =>
    (await seenBy(sql, table, { role: "syncline_tenant", organizationId: theirs.scope.organizationId })) > 0,
  "another organization finds none of them": async (sql, table) =>
    (await seenBy(sql, table, { role: "syncline_tenant", organizationId: own.organizationId })) === 0,
  "the service finds them": async (sql, table) =>
    (await seenBy(sql, table, { role: "syncline_service", organizationId: "" })) > 0,
  "the owner of the tables finds none without a role": async (sql, table) =>
    table === "audit_heads" || (await seenBy(sql, table, { role: login.role, organizationId: "" })) === 0,
};

const MUTATIONS: Readonly<Record<string, (table: string) => string>> = {
  "its organizations' policy is dropped": (table) => `DROP POLICY tenant ON ${table}`,
  "its organizations' policy lets everything through": (table) =>
    `ALTER POLICY tenant ON ${table} USING (true)`,
  "its service's policy is dropped": (table) => `DROP POLICY service ON ${table}`,
  "its service's policy holds for whoever inherits it": (table) =>
    `ALTER POLICY service ON ${table} USING (true)`,
  "row security is off": (table) => `ALTER TABLE ${table} DISABLE ROW LEVEL SECURITY`,
  "row security is off for the owner": (table) => `ALTER TABLE ${table} NO FORCE ROW LEVEL SECURITY`,
};
/** For the owner its policies do not hold anyway. */
const OF_OWNER = ["its service's policy holds for whoever inherits it", "row security is off for the owner"];

it("a question turns red when a policy is dropped, widened or switched off, on every table", async () => {
  const sql = postgres(login.database.url, { max: 1, onnotice: () => {} });
  const unnoticed: string[] = [];
  const failures: string[] = [];
  const red = new Map<string, number>();
  let mutations = 0;
  const ask = async (table: string, mutation: string | null) => {
    const found: string[] = [];
    for (const [question, answer] of Object.entries(QUESTIONS)) {
      const asked = sql.begin(async (tx) => {
        if (mutation !== null) await tx.unsafe(mutation);
        const right = await answer(tx as unknown as Sql, table);
        throw Object.assign(new Error("rolled back"), { right });
      });
      if ((await asked.catch((error: { right?: boolean }) => error.right)) !== true) found.push(question);
    }
    return found;
  };
  for (const table of ["organizations", ...(await ownedTables(cp.sql))]) {
    for (const question of await ask(table, null)) failures.push(`${table}: ${question}`);
    for (const [name, mutate] of Object.entries(MUTATIONS)) {
      if (table === "audit_heads" && OF_OWNER.includes(name)) continue;
      mutations += 1;
      const found = await ask(table, mutate(`syncline_control.${table}`));
      if (found.length === 0) unnoticed.push(`${table}: ${name}`);
      for (const question of found) red.set(question, (red.get(question) ?? 0) + 1);
    }
  }
  await sql.end();
  recordGuarantee({
    id: "G23",
    claim: "Deleting, widening or switching off one policy of the control database turns a question red.",
    figure: `${mutations} changed policies`,
    failures: unnoticed.length + failures.length,
    details: [...red].map(([question, count]) => `${question}: ${count} red`).join("; "),
  });
  expect({ failures, unnoticed }).toEqual({ failures: [], unnoticed: [] });
  expect([...red.keys()].sort()).toEqual(Object.keys(QUESTIONS).sort());
});

/** Comparisons whose loss nobody notices even without row security, by file: how many, and why. */
const WITHOUT_EFFECT: Readonly<Record<string, { readonly sites: number; readonly because: string }>> = {
  "people/lock-organization.ts": { sites: 1, because: "it locks a row and reads nothing of it" },
  "queries/list-signers.ts": { sites: 2, because: "each of the two suffices" },
  "queries/read-audit-chain.ts": { sites: 2, because: "they give a place in a chain, which is a number" },
  "reviews/counting-approvals.ts": {
    sites: 1,
    because: "the foreign key refuses a role of a person of another organization",
  },
  "verbs/create-api-key.ts": {
    sites: 1,
    because: "the foreign key refuses a project of another organization",
  },
  "verbs/create-run.ts": { sites: 1, because: "the foreign key refuses a project of another organization" },
  "verbs/end-session.ts": { sites: 1, because: "what is ended is compared again" },
  "verbs/open-review.ts": { sites: 1, because: "it gives the next number" },
};

/** Both in the one's own project, and in the one of the others. */
const scopes = () => [own, { ...own, projectId: theirs.scope.projectId }];

/** What is wrong when probes are asked. */
async function findings(asked: typeof ASKED, plane: ControlPlane): Promise<string[]> {
  const wrong: string[] = [];
  for (const [name, probe] of asked)
    for (const scope of scopes()) {
      const asking = { cp: plane, call: { scope, actor: "intruder" }, scope, theirs };
      const finding = await findingOf(asking, [name, probe]);
      if (finding !== null) wrong.push(`${name} ${finding.slice(0, 200)}`);
    }
  return wrong;
}

/** Which probes come by which places. */
async function sitesOfProbes(): Promise<Map<string, typeof ASKED>> {
  const found = new Map<string, [...typeof ASKED]>();
  for (const each of ASKED) {
    sites.met.clear();
    expect(await findings([each], cp)).toEqual([]);
    for (const site of sites.met) found.set(site, [...(found.get(site) ?? []), each]);
  }
  return found;
}

async function withoutRowSecurity(): Promise<TestDatabase> {
  await cp.close();
  const database = await createTestDatabase("control_no_rls", { template: login.database.name });
  for (const table of ["organizations", ...(await ownedNames(database))])
    await database.query(`ALTER TABLE syncline_control.${table} DISABLE ROW LEVEL SECURITY`);
  cp = await open(login.database.url);
  return database;
}

const ownedNames = async (database: TestDatabase) => {
  const rows = await database.query<{ name: string }>(
    "SELECT table_name AS name FROM information_schema.columns WHERE table_schema = 'syncline_control' AND column_name = 'organization_id'",
  );
  return rows.map(({ name }) => name);
};

it("nothing leaks when a predicate is deleted; without row security a probe turns red", async () => {
  const probesOf = await sitesOfProbes();
  const all = [...probesOf.keys()].sort();
  const order =
    fc.sample(fc.shuffledSubarray(all, { minLength: all.length }), { numRuns: 1, seed })[0] ?? all;
  const tried = order.slice(0, Math.min(all.length, Math.max(5, scaled(all.length))));
  const bareDatabase = await withoutRowSecurity();
  const failures: string[] = [];
  const unnoticed: string[] = [];
  const bare = await open(bareDatabase.url);
  failures.push(...(await findings(ASKED, bare)).map((finding) => `predicates alone: ${finding}`));
  await bare.close();
  for (const site of tried) {
    const asked = probesOf.get(site) ?? [];
    sites.without = site;
    failures.push(...(await findings(asked, cp)).map((finding) => `${site}: ${finding}`));
    sites.without = null;
    const copy = await createTestDatabase("control_site", { template: bareDatabase.name });
    const plane = await open(copy.url);
    sites.without = site;
    if ((await findings(asked, plane)).length === 0) unnoticed.push(site);
    sites.without = null;
    await plane.close();
    await copy.drop();
  }
  await bareDatabase.drop();
  recordGuarantee({
    id: "G23",
    claim:
      "Row security holds where a query forgets its organization; without it a probe finds every such query.",
    figure: `${tried.length} deleted predicates`,
    failures: failures.length,
    details: `${unnoticed.length} of them have no effect without row security either, each with its reason in the test; ${ASKED.length} probes come by ${all.length} comparisons of an organization, and ${notMet(all)} others are reached with one's own rows alone or are of the service`,
  });
  expect(failures).toEqual([]);
  const byFile = Map.groupBy(unnoticed, (site) => /src\/([^:]+)/.exec(site)?.[1] ?? "");
  const unexplained = [...byFile].filter(
    ([file, found]) => found.length > (WITHOUT_EFFECT[file]?.sites ?? 0),
  );
  expect(unexplained).toEqual([]);
}, 900_000);

/** How many comparisons of the source no probe comes by. */
function notMet(met: readonly string[]): number {
  const files = globSync(["**/*.ts"], { cwd: import.meta.dirname }).filter(
    (file) => !/\.test\.ts$|^testing\/|^migrations\/|^schema\//.test(file),
  );
  const missing = files.map((file) => {
    const text = readFileSync(join(import.meta.dirname, file), "utf8");
    const count = [...text.matchAll(COMPARISON)].length;
    return Math.max(0, count - met.filter((site) => site.includes(`src/${file}`)).length);
  });
  return missing.reduce((sum, count) => sum + count, 0);
}

/** With a value: one with another column joins two tables. */
const COMPARISON = /\beq\(\s*\w+\.organizationId,\s*(?:organizationId|\w+\.scope\.|scope\.|input\.|run\.)/g;
