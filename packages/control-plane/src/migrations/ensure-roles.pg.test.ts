import { randomBytes } from "node:crypto";
import {
  createTestDatabase,
  findInstalledBinDir,
  startSecondServer,
  startTestServer,
} from "@syncline/tooling-test-postgres";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openControlPlane } from "../open-control-plane.ts";
import { MasterKey } from "../sealing/master-key.ts";
import { createPlainLogin, type PlainLogin } from "../testing/plain-login.ts";
import { diffJob } from "../testing/sample-jobs.ts";
import { createJob } from "../verbs/create-job.ts";

const SERVERS = [
  {
    label: "the newest server",
    // The roles of a server that is given are not for a test to drop.
    present: (process.env["TEST_DATABASE_URL"] ?? "") === "",
    start: async () => {
      const server = await startTestServer();
      return { url: server.url, stop: () => server.stop() };
    },
  },
  {
    label: "PostgreSQL 15, where membership is inherited",
    present: findInstalledBinDir(15) !== null,
    start: async () => {
      const server = await startSecondServer({ major: 15 });
      if (server === null) throw new Error("there is no PostgreSQL 15");
      return { url: server.url(), stop: () => server.stop("immediate") };
    },
  },
];

const open = async (url: string) =>
  openControlPlane({ url, masterKey: new MasterKey(randomBytes(32)), applicationName: "roles" });

/** Opens, works, and gives how many jobs the login itself sees without a role. */
async function work({ url }: Pick<PlainLogin, "url">): Promise<number> {
  const cp = await open(url);
  const call = { scope: cp.defaultScope, actor: "tester" };
  await createJob(cp, call, { definition: diffJob() });
  await cp.close();
  const login = postgres(url, { max: 1 });
  const [row] = await login<{ jobs: number }[]>`SELECT count(*)::int AS jobs FROM syncline_control.jobs`;
  await login.end();
  return row?.jobs ?? -1;
}

// Of its own: the roles of a server that others use are there already.
describe.each(SERVERS.filter(({ present }) => present))("on $label", ({ start }) => {
  let server: Awaited<ReturnType<typeof start>>;
  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.stop());

  it("a login that may make no roles is told what to run, and works when that was run", async () => {
    const login = await createPlainLogin("roles_none", { granted: false, serverUrl: server.url });
    const refused = await open(login.url).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      code: "permission.denied",
      message: expect.stringContaining(`"${login.role}"`),
      hint: expect.stringMatching(/^Run once .*leaving out what is there: CREATE ROLE/),
    });
    const statements = (refused as { hint: string }).hint.replace(/^.*?: /, "");
    await login.database.query(statements);
    expect(await work(login)).toBe(0);
    await login.database.query("DROP OWNED BY syncline_tenant, syncline_service");
    await login.drop();
    const admin = await createTestDatabase("roles_gone", { serverUrl: server.url });
    await admin.query("DROP ROLE syncline_tenant, syncline_service");
    await admin.drop();
  });

  it("a login that may make roles makes them, in several databases at once", async () => {
    const first = await createPlainLogin("roles_made", {
      granted: false,
      rights: "CREATEROLE",
      serverUrl: server.url,
    });
    // One login in several databases: whoever makes the roles may also take them everywhere.
    const others = await Promise.all(
      [1, 2, 3].map(async () => {
        const database = await createTestDatabase("roles_made", { serverUrl: server.url });
        await database.query(`GRANT CREATE ON DATABASE "${database.name}" TO ${first.role}`);
        const url = new URL(first.url);
        url.pathname = `/${database.name}`;
        return { url: url.href, database };
      }),
    );
    const counts = await Promise.all([first, ...others].map(work));
    expect(counts).toEqual([0, 0, 0, 0]);
    const again = await Promise.all([first, ...others].map(({ url }) => open(url).catch((error) => error)));
    expect(again.map(({ code }) => code)).toEqual(again.map(() => "encryption.wrong_key"));
  });

  it("a role that is above row security is refused", async () => {
    const login = await createPlainLogin("roles_above", { granted: true, serverUrl: server.url });
    await login.database.query("ALTER ROLE syncline_tenant BYPASSRLS");
    await expect(open(login.url)).rejects.toMatchObject({
      code: "permission.denied",
      hint: expect.stringContaining("NOBYPASSRLS"),
    });
    await login.database.query("ALTER ROLE syncline_tenant NOBYPASSRLS");
    expect(await work(login)).toBe(0);
  });

  it("a database that was restored without the roles is refused, and not half used", async () => {
    const login = await createPlainLogin("roles_lost", { granted: true, serverUrl: server.url });
    expect(await work(login)).toBe(0);
    for (const [table, lost] of [
      ["jobs", "DROP POLICY tenant ON syncline_control.jobs"],
      ["runs", "DROP POLICY service ON syncline_control.runs"],
      ["servers", "REVOKE ALL ON syncline_control.servers FROM syncline_tenant"],
    ]) {
      await login.database.query(`${lost}`);
      await expect(open(login.url)).rejects.toMatchObject({
        code: "control.damaged",
        message: expect.stringContaining(`"${table}"`),
        hint: expect.stringContaining("restore it again"),
      });
      await login.database.query(
        `SELECT syncline_control.secure_table('syncline_control.${table}', 'SELECT', 'SELECT')`,
      );
      await expect(open(login.url)).rejects.toMatchObject({ code: "encryption.wrong_key" });
    }
  });
});
