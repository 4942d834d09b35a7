import { randomBytes } from "node:crypto";
import { sql } from "drizzle-orm";
import postgres, { type Sql } from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Call, ControlPlane, Scope } from "../control-plane.ts";
import { openControlPlane } from "../open-control-plane.ts";
import { MasterKey } from "../sealing/master-key.ts";
import { createPlainLogin, type PlainLogin } from "../testing/plain-login.ts";
import { copyJob, diffJob } from "../testing/sample-jobs.ts";
import { createApiKey } from "../verbs/create-api-key.ts";
import { createJob } from "../verbs/create-job.ts";
import { createOrganization } from "../verbs/create-organization.ts";
import { createRun } from "../verbs/create-run.ts";
import { joining, read, SERVICE, transact } from "./transact.ts";
import { actAs } from "./who.ts";

/** What each role may do to a table: select, insert, update, delete. Nothing else, and no table besides. */
const ALLOWED: Readonly<Record<string, { readonly tenant: string; readonly service: string }>> = {
  api_keys: { tenant: "SIU", service: "SIUD" },
  attempts: { tenant: "SIU", service: "SIUD" },
  audit_checkpoints: { tenant: "SI", service: "SI" },
  audit_entries: { tenant: "SI", service: "SI" },
  audit_heads: { tenant: "S", service: "S" },
  conflicts: { tenant: "SIU", service: "SIUD" },
  deliveries: { tenant: "SIU", service: "SIUD" },
  environments: { tenant: "SIUD", service: "SIUD" },
  events: { tenant: "SI", service: "SIUD" },
  idempotency_keys: { tenant: "SIU", service: "SIUD" },
  identity: { tenant: "", service: "SU" },
  invitations: { tenant: "SIU", service: "SIUD" },
  jobs: { tenant: "SIU", service: "SIUD" },
  oidc_identities: { tenant: "SID", service: "SIUD" },
  oidc_sign_ins: { tenant: "", service: "SIUD" },
  organizations: { tenant: "SU", service: "SIUD" },
  pairs: { tenant: "SIUD", service: "SIUD" },
  patches: { tenant: "SIU", service: "SIUD" },
  projects: { tenant: "SIU", service: "SIUD" },
  resolutions: { tenant: "SI", service: "SIUD" },
  review_comments: { tenant: "SIU", service: "SIUD" },
  review_decisions: { tenant: "SIU", service: "SIUD" },
  reviews: { tenant: "SIU", service: "SIUD" },
  role_bindings: { tenant: "SIUD", service: "SIUD" },
  runs: { tenant: "SIU", service: "SIUD" },
  schedule_slots: { tenant: "S", service: "SIUD" },
  schedules: { tenant: "SIUD", service: "SIUD" },
  servers: { tenant: "SIUD", service: "SIUD" },
  sessions: { tenant: "SIU", service: "SIUD" },
  sign_in_failures: { tenant: "", service: "SIUD" },
  signing_keys: { tenant: "SIU", service: "SIUD" },
  snapshot_holders: { tenant: "SD", service: "SIUD" },
  target_locks: { tenant: "SD", service: "SIUD" },
  users: { tenant: "SIU", service: "SIUD" },
  webhooks: { tenant: "SIUD", service: "SIUD" },
  work_units: { tenant: "SIUD", service: "SIUD" },
  workers: { tenant: "", service: "SIUD" },
};

/** Written by the trigger that chains the audit log, as the owner. */
const OF_OWNER: ReadonlySet<string> = new Set(["audit_heads"]);

const LETTERS: Readonly<Record<string, string>> = { SELECT: "S", INSERT: "I", UPDATE: "U", DELETE: "D" };

let login: PlainLogin;
let cp: ControlPlane;
let call: Call;
let theirs: Scope;
let owner: Sql;

beforeAll(async () => {
  login = await createPlainLogin("control_row_security", { granted: true });
  const masterKey = new MasterKey(randomBytes(32));
  cp = await openControlPlane({ url: login.url, masterKey, applicationName: "syncline-test" });
  call = { scope: cp.defaultScope, actor: "tester" };
  theirs = await createOrganization(cp, { slug: "theirs", actor: "tester" });
  for (const scope of [call.scope, theirs]) {
    await createJob(cp, { ...call, scope }, { definition: copyJob() });
    await createRun(cp, { ...call, scope }, { definition: diffJob(), trigger: "manual" });
    await createApiKey(cp, { ...call, scope }, { name: "a key", scopes: ["*"] });
  }
  owner = postgres(login.url, { max: 1, onnotice: () => {} });
});
afterAll(async () => {
  await owner.end();
  await cp.close();
  await login.drop();
});

interface TableFacts {
  readonly name: string;
  readonly owned: boolean;
  readonly enabled: boolean;
  readonly forced: boolean;
  readonly policies: readonly string[] | null;
}

async function tables(): Promise<readonly TableFacts[]> {
  return login.database.query<TableFacts>(`
    SELECT c.relname AS name, c.relrowsecurity AS enabled, c.relforcerowsecurity AS forced,
      c.relname = 'organizations' OR EXISTS (
        SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'organization_id') AS owned,
      (SELECT array_agg(concat_ws(' ', p.polname, p.polpermissive, p.polcmd, p.polroles::regrole[],
                pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)) ORDER BY p.polname)
       FROM pg_policy p WHERE p.polrelid = c.oid) AS policies
    FROM pg_class c WHERE c.relnamespace = 'syncline_control'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    ORDER BY 1`);
}

const policiesOf = (column: string) => [
  "service t * {syncline_service} CASE WHEN (CURRENT_USER = 'syncline_service'::name) THEN true ELSE false END",
  `tenant t * {syncline_tenant} (${column} = (NULLIF(current_setting('syncline.organization'::text, true), ''::text))::uuid)`,
];

describe("every table", () => {
  it("with an organization has row security, for its owner too, and these two policies", async () => {
    const found = await tables();
    expect(found.length).toBeGreaterThan(35);
    const onOneLine = (policies: readonly string[] | null) =>
      policies?.map((text) => text.replace(/\s+/g, " ")) ?? null;
    for (const { name, owned, policies, ...facts } of found)
      expect({ name, ...facts, policies: onOneLine(policies) }).toEqual({
        name,
        enabled: owned,
        forced: owned && !OF_OWNER.has(name),
        policies: owned ? policiesOf(name === "organizations" ? "id" : "organization_id") : null,
      });
  });

  it("gives the two roles what is listed here and nobody else anything", async () => {
    const grants = await login.database.query<{ name: string; grantee: string; kinds: string[] }>(`
      SELECT c.relname AS name, coalesce(r.rolname, 'PUBLIC') AS grantee, array_agg(a.privilege_type::text) AS kinds
      FROM pg_class c CROSS JOIN LATERAL aclexplode(c.relacl) a LEFT JOIN pg_roles r ON r.oid = a.grantee
      WHERE c.relnamespace = 'syncline_control'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
        AND a.grantee <> c.relowner GROUP BY 1, 2`);
    const given = (name: string, grantee: string) => {
      const kinds = grants.find((each) => each.name === name && each.grantee === grantee)?.kinds ?? [];
      return Object.entries(LETTERS).reduce(
        (letters, [kind, letter]) => letters.replace(kind, letter),
        kinds.toSorted((one, other) => order(one) - order(other)).join(""),
      );
    };
    const order = (kind: string) => [...Object.keys(LETTERS), kind].indexOf(kind);
    const found = Object.fromEntries(
      [...new Set(grants.map(({ name }) => name))].map((name) => [
        name,
        { tenant: given(name, "syncline_tenant"), service: given(name, "syncline_service") },
      ]),
    );
    expect(found).toEqual(ALLOWED);
    expect(new Set(grants.map(({ grantee }) => grantee))).toEqual(
      new Set(["syncline_tenant", "syncline_service"]),
    );
    const columns = await login.database.query(
      "SELECT attrelid::regclass::text FROM pg_attribute JOIN pg_class c ON c.oid = attrelid WHERE attacl IS NOT NULL AND relnamespace = 'syncline_control'::regnamespace",
    );
    expect(columns).toEqual([]);
  });

  it("is the login's: the two roles own nothing, cannot log in and are not above row security", async () => {
    const [row] = await login.database.query<Record<string, unknown>>(`
      SELECT count(*) FILTER (WHERE rolcanlogin OR rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb)::int AS powers,
        (SELECT count(*)::int FROM pg_shdepend d WHERE d.refobjid = ANY (array_agg(r.oid)) AND d.deptype = 'o'
          AND d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database())) AS owned,
        (SELECT count(*)::int FROM pg_auth_members m WHERE m.member = ANY (array_agg(r.oid))) AS memberships
      FROM pg_roles r WHERE rolname IN ('syncline_tenant', 'syncline_service')`);
    expect(row).toEqual({ powers: 0, owned: 0, memberships: 0 });
  });
});

/** Of every table with an organization, how many rows of how many organizations a query without any predicate sees. */
async function seen(run: (text: string) => Promise<readonly unknown[]>): Promise<Record<string, unknown>> {
  const counts: Record<string, unknown> = {};
  for (const { name, owned } of await tables()) {
    if (!owned) continue;
    const column = name === "organizations" ? "id" : "organization_id";
    const [row] = await run(
      `SELECT count(*)::int AS rows, coalesce(string_agg(DISTINCT ${column}::text, ' '), '') AS of FROM syncline_control.${name}`,
    );
    counts[name] = row;
  }
  return counts;
}

const FILLED = [
  "api_keys",
  "audit_entries",
  "audit_heads",
  "events",
  "jobs",
  "organizations",
  "projects",
  "runs",
  "work_units",
];

describe("a query that forgets whose rows it is about", () => {
  it("finds those of the organization that its transaction is for, in every table", async () => {
    for (const { organizationId } of [call.scope, theirs]) {
      const counts = await seen((text) => read(cp, organizationId, (db) => db.execute(sql.raw(text))));
      for (const [table, row] of Object.entries(counts))
        expect({ table, row }).toEqual({
          table,
          row: FILLED.includes(table)
            ? { rows: expect.any(Number), of: organizationId }
            : { rows: 0, of: "" },
        });
    }
  });

  it("finds all of them for the service", async () => {
    const counts = await seen((text) => read(cp, SERVICE, (db) => db.execute(sql.raw(text))));
    const both = [call.scope.organizationId, theirs.organizationId].sort().join(" ");
    for (const table of FILLED)
      expect({ table, row: counts[table] }).toMatchObject({ table, row: { of: both } });
  });

  it("finds nothing, without an error, where no organization or an empty one is set", async () => {
    for (const setting of ["", "SET LOCAL syncline.organization = ''"]) {
      const counts = await owner.begin(async (tx) => {
        await tx.unsafe(`SET LOCAL ROLE syncline_tenant; ${setting}`);
        return seen((text) => tx.unsafe(text));
      });
      for (const [table, row] of Object.entries(counts))
        expect({ table, row }).toEqual({ table, row: { rows: 0, of: "" } });
    }
  });

  it("finds nothing where no role was taken, though the login owns the tables and may take the roles", async () => {
    const counts = await seen((text) => owner.unsafe(text));
    for (const [table, row] of Object.entries(counts))
      if (!OF_OWNER.has(table)) expect({ table, row }).toEqual({ table, row: { rows: 0, of: "" } });
    await expect(
      owner`INSERT INTO syncline_control.organizations (slug, name) VALUES ('mine', 'mine')`,
    ).rejects.toMatchObject({ code: "42501" });
  });

  it("leaves nothing behind on its connection", async () => {
    const few = await openControlPlane({
      url: login.url,
      masterKey: new MasterKey(randomBytes(32)),
      applicationName: "one",
      maxConnections: 1,
    }).catch((error: unknown) => error);
    expect(few).toMatchObject({ code: "encryption.wrong_key" });
    await cp.sessions.read(theirs.organizationId, (db) => db.execute(sql`SELECT 1`));
    const rows = await cp.sessions.bare((db) =>
      db.execute(
        sql`SELECT current_user = session_user AS login, current_setting('syncline.organization', true) AS of`,
      ),
    );
    expect([...rows]).toEqual([{ login: true, of: expect.toBeOneOf(["", null]) }]);
  });
});

describe("an organization", () => {
  it("can neither write rows of another nor give its own away", async () => {
    const { organizationId } = call.scope;
    const write = (text: string) =>
      transact(cp, organizationId, async ({ tx }) => [...(await tx.execute(sql.raw(text)))]);
    const gone = `UPDATE syncline_control.jobs SET organization_id = '${theirs.organizationId}', project_id = '${theirs.projectId}'`;
    for (const refused of [
      `INSERT INTO syncline_control.projects (organization_id, slug, name) VALUES ('${theirs.organizationId}', 'x', 'x')`,
      `INSERT INTO syncline_control.events (organization_id, type, payload) VALUES ('${theirs.organizationId}', 'x', '{}')`,
      gone,
      "DELETE FROM syncline_control.jobs",
      "UPDATE syncline_control.audit_entries SET actor = 'x'",
      "DELETE FROM syncline_control.audit_entries",
      "UPDATE syncline_control.audit_heads SET seq = 0",
      "SELECT FROM syncline_control.identity",
      "SELECT FROM syncline_control.workers",
      "SELECT FROM syncline_control.sign_in_failures",
      "TRUNCATE syncline_control.jobs",
      "SET LOCAL ROLE syncline_service; CREATE TABLE syncline_control.mine (id int)",
    ])
      await expect(write(refused), refused).rejects.toMatchObject({ code: "permission.denied" });
    await write("UPDATE syncline_control.jobs SET name = 'mine'");
    const names = await login.database.query(
      "SELECT organization_id AS of, name FROM syncline_control.jobs WHERE name = 'mine'",
    );
    expect(names).toEqual([{ of: organizationId, name: "mine" }]);
  });

  it("is named by a UUID and nothing else, since it becomes part of a statement", async () => {
    for (const wrong of [
      "",
      "x",
      `${theirs.organizationId}'; RESET ROLE; --`,
      `${theirs.organizationId}\n`,
    ]) {
      expect(() => actAs(wrong)).toThrow("is not a UUID");
      await expect(read(cp, wrong, (db) => db.execute(sql`SELECT 1`))).rejects.toThrow("is not a UUID");
    }
  });

  it("joins its own transaction alone; the service within it sees no more", async () => {
    const { organizationId } = call.scope;
    await transact(cp, organizationId, async (change) => {
      const joined = joining(cp, change);
      const other = { ...call, scope: theirs };
      await expect(createJob(joined, other, { definition: diffJob() })).rejects.toThrow(
        "joined the transaction",
      );
      await expect(read(joined, theirs.organizationId, async () => 1)).rejects.toThrow(
        "joined the transaction",
      );
      const rows = await read(joined, SERVICE, (db) =>
        db.execute(sql`SELECT id FROM syncline_control.organizations`),
      );
      expect([...rows]).toEqual([{ id: organizationId }]);
    });
    await expect(
      transact(cp, SERVICE, (change) => createJob(joining(cp, change), call, { definition: diffJob() })),
    ).rejects.toThrow("joined a transaction of the service");
  });

  it("cannot write in what only reads", async () => {
    const write = read(cp, call.scope.organizationId, (db) =>
      db.execute(sql`UPDATE syncline_control.jobs SET name = 'read'`),
    );
    await expect(write).rejects.toMatchObject({ details: { sqlState: "25006" } });
  });
});
