import { fork } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, expect, it } from "vitest";
import { connect } from "../database/connect.ts";
import { getRun } from "../queries/get-run.ts";
import { listJobs } from "../queries/list-jobs.ts";
import { copyJob } from "../testing/sample-jobs.ts";
import { claim, newWorker, OUTPUT, unitIds } from "../testing/run-steps.ts";
import { openTestControlPlane } from "../testing/test-control-plane.ts";
import { createJob } from "../verbs/create-job.ts";
import { createRun } from "../verbs/create-run.ts";
import { finishUnit } from "../verbs/finish-unit.ts";
import { sweep } from "../verbs/sweep.ts";
import { migrate } from "./migrate.ts";
import type { Migration } from "./migration.ts";
import { openControlPlane } from "../open-control-plane.ts";
import { MasterKey } from "../sealing/master-key.ts";
import { MIGRATIONS } from "./migrations.ts";
import { migrationsModule } from "./write-migrations.ts";

let empty: TestDatabase;
beforeAll(async () => {
  empty = await createTestDatabase("control_migrations");
});
afterAll(() => empty.drop());

it("has a module that is its SQL files, and no schema of its own to make", () => {
  const written = readFileSync(join(import.meta.dirname, "migrations.ts"), "utf8");
  const statements = MIGRATIONS.flatMap((migration) => migration.statements);
  expect(evaluate(written)).toEqual(evaluate(migrationsModule(import.meta.dirname)));
  expect(statements.filter((statement) => statement.startsWith("CREATE SCHEMA"))).toEqual([]);
});

/** The array in the module, whatever its layout. */
function evaluate(text: string): unknown {
  const start = text.indexOf("= [") + 2;
  return JSON.parse(text.slice(start, text.lastIndexOf("]") + 1));
}

it("only adds: nothing that an older replica uses is dropped or renamed", () => {
  const [, ...later] = MIGRATIONS;
  const removing = /\b(DROP (TABLE|COLUMN|SCHEMA|SEQUENCE|TYPE)|RENAME|SET NOT NULL|ALTER COLUMN \S+ SET DATA TYPE)\b/i;
  const found = later.flatMap(({ name, statements }) =>
    statements.filter((statement) => removing.test(statement)).map((statement) => `${name}: ${statement}`),
  );
  expect(found).toEqual([]);
});

/** What a process of its own tells that opens the control plane. */
async function openElsewhere(): Promise<unknown> {
  const program = join(import.meta.dirname, "../testing/open-and-tell.fixture.ts");
  const child = fork(program, [empty.url], { stdio: ["ignore", "pipe", "pipe", "ipc"] });
  let errors = "";
  child.stderr?.on("data", (chunk) => {
    errors += String(chunk);
  });
  const ended = once(child, "exit").then(([code]) => [`exit ${code}: ${errors}`]);
  const [message] = (await Promise.race([once(child, "message"), ended])) as [unknown];
  await ended;
  return message;
}

async function openHere(): Promise<unknown> {
  const masterKey = new MasterKey(Buffer.alloc(32, 7));
  const cp = await openControlPlane({ url: empty.url, masterKey, applicationName: "replica" });
  await cp.close();
  return { id: cp.id, ...cp.defaultScope };
}

it("lets four replicas in three processes that start at once all pass, and migrates once", async () => {
  const told = await Promise.all([openElsewhere(), openElsewhere(), openHere(), openHere()]);
  expect(new Set(told.map((each) => JSON.stringify(each))).size).toBe(1);
  expect(told[0]).toMatchObject({ id: expect.any(String), organizationId: expect.any(String) });
  expect(await empty.query("SELECT name FROM syncline_control.migrations ORDER BY name")).toEqual(
    MIGRATIONS.map(({ name }) => ({ name })),
  );
  expect(await empty.query("SELECT count(*)::int AS n FROM syncline_control.organizations")).toEqual([{ n: 1 }]);
});

const NEXT: Migration = {
  name: "9999_next",
  hash: "next",
  statements: [
    "ALTER TABLE syncline_control.runs ADD COLUMN priority integer NOT NULL DEFAULT 5",
    "ALTER TABLE syncline_control.jobs ADD COLUMN labels text[]",
    "CREATE TABLE syncline_control.labels (id uuid PRIMARY KEY, run_id uuid REFERENCES syncline_control.runs (id))",
    "CREATE INDEX runs_by_priority ON syncline_control.runs (priority)",
  ],
};

it("serves with the current code while, and after, a newer one migrates", async () => {
  const { cp, call, close, database } = await openTestControlPlane("control_newer");
  const workerId = await newWorker(cp);
  const sql = connect({ url: database.url, applicationName: "newer", max: 1 });
  let migrating = true;
  const before = Promise.resolve().then(async () => {
    let rounds = 0;
    while (migrating || rounds < 2) {
      await work();
      rounds += 1;
    }
  });
  async function work() {
    await createJob(cp, call, { definition: copyJob() });
    const run = await createRun(cp, call, { definition: copyJob(), trigger: "manual" });
    const [unitId = ""] = await unitIds(cp, run.id);
    const { token } = await claim(cp, { unitId, workerId });
    await finishUnit(cp, { unitId, token, outcome: { kind: "done", output: OUTPUT } });
    await sweep(cp);
    expect(await getRun(cp, call.scope, { runId: run.id })).toMatchObject({ state: "succeeded" });
  }
  expect(await migrate(sql, [...MIGRATIONS, NEXT])).toEqual(["9999_next"]);
  migrating = false;
  await before;
  await work();
  expect((await listJobs(cp, call.scope)).items.length).toBeGreaterThan(2);
  expect(await database.query("SELECT DISTINCT priority FROM syncline_control.runs")).toEqual([{ priority: 5 }]);
  // A replica of the older code that starts now leaves what it does not know alone.
  expect(await migrate(sql, MIGRATIONS)).toEqual([]);
  await sql.end();
  await close();
});

it("steps back when a lock is held, lets others pass, and migrates when it is free", async () => {
  const sql = connect({ url: empty.url, applicationName: "waiting", max: 1 });
  const holder = connect({ url: empty.url, applicationName: "holder", max: 1 });
  let release: () => void = () => {};
  const held = holder.begin(async (tx) => {
    await tx`SELECT 1 FROM syncline_control.runs LIMIT 1`;
    await new Promise<void>((resolve) => {
      release = resolve;
    });
  });
  const done = migrate(sql, [...MIGRATIONS, NEXT], { lockTimeoutMs: 200 });
  setTimeout(() => release(), 500);
  expect(await done).toEqual(["9999_next"]);
  await held;
  await sql.end();
  await holder.end();
});

it("refuses a database whose migration was changed after it ran, and leaves no half of one that fails", async () => {
  const sql = connect({ url: empty.url, applicationName: "changed", max: 1 });
  const [first] = MIGRATIONS;
  const changed = { name: first?.name ?? "", hash: "other", statements: [] };
  await expect(migrate(sql, [changed])).rejects.toMatchObject({ code: "control.damaged" });
  const broken = { name: "9998_broken", hash: "x", statements: ["CREATE TABLE syncline_control.half (a int)", "SELECT 1/0"] };
  await expect(migrate(sql, [...MIGRATIONS, broken])).rejects.toMatchObject({ code: "internal" });
  expect(await empty.query("SELECT to_regclass('syncline_control.half') AS half")).toEqual([{ half: null }]);
  await sql.end();
});

it("says what is wrong when the role may not create the schema", async () => {
  const database = await createTestDatabase("control_role");
  const role = `poor_${database.name}`;
  await database.query(`CREATE ROLE "${role}" LOGIN PASSWORD 'x'; REVOKE CREATE ON DATABASE "${database.name}" FROM PUBLIC`);
  const url = new URL(database.url);
  url.username = role;
  url.password = "x";
  const sql = connect({ url: url.href, applicationName: "poor", max: 1 });
  await expect(migrate(sql, MIGRATIONS)).rejects.toMatchObject({
    code: "permission.denied",
    hint: expect.stringContaining(`GRANT syncline_tenant, syncline_service TO "${role}"`),
  });
  await database.query(`GRANT syncline_tenant, syncline_service TO "${role}"`);
  await expect(migrate(sql, MIGRATIONS)).rejects.toMatchObject({
    code: "permission.denied",
    hint: expect.stringContaining('must own the schema "syncline_control"'),
  });
  await database.query(`CREATE SCHEMA syncline_control AUTHORIZATION "${role}"`);
  expect(await migrate(sql, MIGRATIONS)).toEqual(MIGRATIONS.map(({ name }) => name));
  await sql.end();
  await database.query(`DROP OWNED BY "${role}"; DROP ROLE "${role}"`);
  await database.drop();
});
