import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import postgres, { type Sql } from "postgres";
import { afterEach, expect, it } from "vitest";
import type { ControlPlane } from "../control-plane.ts";
import { migrate } from "../migrations/migrate.ts";
import { MIGRATIONS } from "../migrations/migrations.ts";
import { openControlPlane } from "../open-control-plane.ts";
import { listJobs } from "../queries/list-jobs.ts";
import { MasterKey } from "../sealing/master-key.ts";
import { createPlainLogin, type PlainLogin } from "../testing/plain-login.ts";
import { diffJob } from "../testing/sample-jobs.ts";
import { createJob } from "../verbs/create-job.ts";
import { enforceRowSecurity } from "../verbs/enforce-row-security.ts";

/** What a replica that never takes a role was made with. */
const BEFORE = MIGRATIONS.slice(0, 1);

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** What a replica does that never takes a role: it connects, registers, and works as the owner of the tables. */
class OlderReplica {
  readonly sql: Sql;
  readonly failures: string[] = [];
  rounds = 0;
  #workerId = "";
  #ended = false;
  #working: Promise<unknown> = Promise.resolve();

  constructor(url: string) {
    this.sql = postgres(url, {
      max: 4,
      onnotice: () => {},
      connection: { application_name: "syncline server control" },
    });
  }

  async start(): Promise<void> {
    const [worker] = await this.sql<{ id: string }[]>`
      INSERT INTO syncline_control.workers (name, version) VALUES ('older', '0') RETURNING id`;
    this.#workerId = worker?.id ?? "";
    this.#working = Promise.all([this.#write(), this.#read(), this.#read()]);
  }

  async #write(): Promise<void> {
    while (!this.#ended) {
      await this.sql
        .begin(async (tx) => {
          await tx`UPDATE syncline_control.workers SET heartbeat_at = now() WHERE id = ${this.#workerId}`;
          const [project] = await tx<{ id: string; organization_id: string }[]>`
            SELECT id, organization_id FROM syncline_control.projects LIMIT 1 FOR UPDATE`;
          if (project === undefined) throw new Error("no project was found");
          const [job] = await tx<{ id: string }[]>`
            INSERT INTO syncline_control.jobs (organization_id, project_id, name, kind, definition, origin)
            VALUES (${project.organization_id}, ${project.id}, gen_random_uuid()::text, 'diff', '{}', 'api') RETURNING id`;
          await tx`INSERT INTO syncline_control.events (organization_id, type, payload)
            VALUES (${project.organization_id}, 'job.created', '{}')`;
          await tx`INSERT INTO syncline_control.audit_entries (organization_id, actor, action, subject_kind, subject_id, detail)
            VALUES (${project.organization_id}, 'older', 'job.create', 'job', ${job?.id ?? ""}, '{}')`;
        })
        .catch((error: unknown) => this.failures.push(String(error)));
      this.rounds += 1;
      await sleep(2);
    }
  }

  async #read(): Promise<void> {
    while (!this.#ended) {
      await this.sql`SELECT j.id FROM syncline_control.jobs j
          JOIN syncline_control.projects p ON p.id = j.project_id
          JOIN syncline_control.organizations o ON o.id = j.organization_id
          LEFT JOIN syncline_control.runs r ON r.job_id = j.id LIMIT 5`.catch((error: unknown) =>
        this.failures.push(String(error)),
      );
      await sleep(1);
    }
  }

  /** Goes on for so many rounds, without a failure. */
  async worksOn(rounds = 5): Promise<void> {
    const before = this.rounds;
    for (let tries = 0; this.rounds < before + rounds && tries < 500; tries += 1) await sleep(10);
    expect(this.rounds).toBeGreaterThanOrEqual(before + rounds);
    expect(this.failures).toEqual([]);
  }

  async end(): Promise<void> {
    this.#ended = true;
    await this.#working;
    await this.sql.end();
  }
}

async function begin(login: PlainLogin): Promise<OlderReplica> {
  const migrating = postgres(login.url, { max: 1, onnotice: () => {} });
  await migrate(migrating, BEFORE);
  await migrating`INSERT INTO syncline_control.organizations (slug, name) VALUES ('default', 'default')`;
  await migrating`INSERT INTO syncline_control.projects (organization_id, slug, name)
    SELECT id, 'default', 'default' FROM syncline_control.organizations`;
  await migrating.end();
  return startOlder(login);
}

async function startOlder({ url }: PlainLogin): Promise<OlderReplica> {
  const older = new OlderReplica(url);
  closing.push(() => older.end());
  await older.start();
  await older.worksOn();
  return older;
}

async function openNewer({ url }: PlainLogin, masterKey: MasterKey): Promise<ControlPlane> {
  const cp = await openControlPlane({ url, masterKey, applicationName: "syncline server" });
  closing.push(() => cp.close());
  return cp;
}

async function forced({ database }: PlainLogin): Promise<number> {
  const [row] = await database.query<{ tables: number }>(
    "SELECT count(*)::int AS tables FROM pg_class WHERE relnamespace = 'syncline_control'::regnamespace AND relforcerowsecurity",
  );
  return row?.tables ?? -1;
}

const heartbeatsAge = ({ database }: PlainLogin) =>
  database.query("UPDATE syncline_control.workers SET heartbeat_at = now() - interval '1 hour'");

async function login(): Promise<PlainLogin> {
  const plain = await createPlainLogin("row_security_upgrade", { granted: true });
  closing.push(() => plain.drop());
  return plain;
}

it("an older replica that owns the tables works on while and after a newer one migrates, and back again", async () => {
  const plain = await login();
  const masterKey = new MasterKey(randomBytes(32));
  const older = await begin(plain);
  const newer = await openNewer(plain, masterKey);
  await older.worksOn();
  expect(await forced(plain)).toBe(0);
  expect(await enforceRowSecurity(newer)).toEqual({ kind: "awaited", reason: "older-replicas" });
  const call = { scope: newer.defaultScope, actor: "tester" };
  await createJob(newer, call, { definition: diffJob({ name: "of-the-newer" }) });
  expect((await listJobs(newer, call.scope)).items.length).toBeGreaterThan(1);
  // Its sessions are gone, and its heartbeat is still fresh: it may only have lost its connection.
  await older.end();
  expect(await enforceRowSecurity(newer)).toEqual({ kind: "awaited", reason: "older-replicas" });
  await heartbeatsAge(plain);
  const idle = postgres(plain.url, { max: 1, connection: { application_name: "syncline keys control" } });
  await idle`SELECT 1`;
  expect(await enforceRowSecurity(newer)).toEqual({ kind: "awaited", reason: "older-replicas" });
  expect(await forced(plain)).toBe(0);
  await idle.end();
  expect(await enforceRowSecurity(newer)).toMatchObject({ kind: "forced", tables: expect.any(Array) });
  expect(await forced(plain)).toBeGreaterThan(30);
  expect(await enforceRowSecurity(newer)).toEqual({ kind: "forced", tables: [] });

  const blind = postgres(plain.url, { max: 1, onnotice: () => {} });
  closing.push(() => blind.end());
  expect(await blind`SELECT id FROM syncline_control.jobs`).toHaveLength(0);
  await blind`CALL syncline_control.lift_row_security()`;
  expect(await forced(plain)).toBe(0);
  const back = await startOlder(plain);
  await createJob(newer, call, { definition: diffJob({ name: "while-it-was-lifted" }) });
  await openNewer(plain, masterKey);
  expect(await enforceRowSecurity(newer)).toEqual({ kind: "awaited", reason: "lifted" });
  await plain.database.query(
    "UPDATE syncline_control.identity SET row_security_lifted_at = now() - interval '2 hours'",
  );
  expect(await enforceRowSecurity(newer)).toEqual({ kind: "awaited", reason: "older-replicas" });
  await back.worksOn();
  await back.end();
  await heartbeatsAge(plain);
  expect(await enforceRowSecurity(newer)).toMatchObject({ kind: "forced" });
  expect(await forced(plain)).toBeGreaterThan(30);
});

it("a replica of the version before that starts where row security holds fails, and says so", async () => {
  const plain = await login();
  await openNewer(plain, new MasterKey(randomBytes(32)));
  expect(await forced(plain)).toBeGreaterThan(30);
  const older = postgres(plain.url, { max: 1 });
  closing.push(() => older.end());
  await expect(
    older`INSERT INTO syncline_control.organizations (slug, name) VALUES ('default', 'default') ON CONFLICT DO NOTHING`,
  ).rejects.toMatchObject({ code: "42501" });
});

it("row security is lifted and put back while many work, without a failure", async () => {
  const plain = await login();
  const cp = await openNewer(plain, new MasterKey(randomBytes(32)));
  const call = { scope: cp.defaultScope, actor: "tester" };
  let working = true;
  const workers = Array.from({ length: 4 }, async () => {
    for (let round = 0; working || round < 3; round += 1) {
      await createJob(cp, call, { definition: diffJob() });
      await listJobs(cp, call.scope);
    }
  });
  const administrator = postgres(plain.url, { max: 1, onnotice: () => {} });
  for (let round = 0; round < 3; round += 1) {
    await administrator`CALL syncline_control.lift_row_security()`;
    await administrator`UPDATE syncline_control.identity SET row_security_lifted_at = NULL`;
    expect(await enforceRowSecurity(cp)).toMatchObject({ kind: "forced" });
  }
  working = false;
  await Promise.all(workers);
  await administrator.end();
  expect(await forced(plain)).toBeGreaterThan(30);
});
