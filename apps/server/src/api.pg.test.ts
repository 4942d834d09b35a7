import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { createClient } from "@syncline/api/client";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { placesConfig, startTestService, type TestService } from "./testing/start-test-service.ts";

/** The test server is on this machine. */
const ALLOWED = 'alerts: {allowAddresses: ["127.0.0.0/8"]}\n';

let server: TestService;
let rows: TestDatabase;
let guarded: TestDatabase;
const client = () => createClient({ url: server.url, apiKey: server.key });

beforeAll(async () => {
  rows = await createTestDatabase("api_rows");
  await rows.query(`
    CREATE SCHEMA src; CREATE SCHEMA dst; CREATE SCHEMA fill;
    CREATE TABLE src.users (id int PRIMARY KEY, name text, points int);
    CREATE TABLE dst.users (LIKE src.users INCLUDING ALL);
    CREATE TABLE fill.users (LIKE src.users INCLUDING ALL);
    INSERT INTO src.users SELECT n, 'name ' || n, n FROM generate_series(1, 50) n;
    INSERT INTO dst.users SELECT id, name, points FROM src.users WHERE id <= 45;
    UPDATE dst.users SET name = 'other' WHERE id <= 3;
    INSERT INTO dst.users VALUES (99, 'gone', 0);`);
  guarded = await createTestDatabase("api_guarded");
  await guarded.query("CREATE TABLE users (id int PRIMARY KEY, name text, points int)");
  const prod = `  prod: {url: "${guarded.url}", protection: protected}\n`;
  server = await startTestService({ label: "api", config: () => placesConfig(rows.url, prod + ALLOWED) });
});
afterAll(async () => {
  await server.stop();
  await Promise.all([rows.drop(), guarded.drop()]);
});

const inTarget = () => rows.query("SELECT * FROM dst.users ORDER BY id");

describe("compare, look, apply, undo", () => {
  let patchId = "";

  it("a comparison is kept as a patch", async () => {
    const run = await client().diffs.startDiff({
      body: { source: "a:src:users", target: "a:dst:users" },
      query: { wait: 30 },
    });
    expect(run).toMatchObject({ state: "succeeded", kind: "diff", error: null });
    expect(run.summary?.counts).toMatchObject({ inserted: 5, updated: 3, deleted: 1 });
    patchId = run.summary?.patchId ?? "";
    expect(await client().diffs.getPatch({ params: { id: patchId } })).toMatchObject({
      operations: 9,
      complete: true,
      origin: "diff",
    });
    const { items } = await client().runs.listUnits({ params: { id: run.id } });
    expect(items.map(({ state }) => state)).toEqual(["done"]);
    expect((await client().runs.listAttempts({ params: { id: run.id } })).items).toHaveLength(1);
  });

  it("its changes are listed, filtered and paged", async () => {
    const list = (query: Record<string, unknown>) =>
      client().diffs.listChanges({ params: { id: patchId }, query });
    const all: number[] = [];
    for (let after: string | undefined; ; ) {
      const page = await list({ limit: 4, ...(after === undefined ? {} : { after }) });
      all.push(...page.items.map(({ n }) => n));
      if (page.next === null) break;
      after = page.next;
    }
    expect(new Set(all).size).toBe(9);
    expect((await list({ kind: "update", column: "name" })).items).toHaveLength(3);
    expect((await list({ text: "gone" })).items).toMatchObject([
      { kind: "delete", key: { id: "99" }, before: { name: "gone" }, after: null },
    ]);
    const [first] = (await list({ key: "1", kind: "update" })).items;
    expect(await client().diffs.getChange({ params: { id: patchId, n: first?.n ?? -1 } })).toMatchObject({
      key: { id: "1" },
      before: { name: "other" },
      after: { name: "name 1" },
    });
    await expect(list({ table: "nothing" })).rejects.toMatchObject({ code: "table.not_found" });
  });

  it("is applied once under one key, found in the log, and undone", async () => {
    const before = await inTarget();
    const body = { patch: patchId, target: "a:dst:users", confirm: "a" };
    const ask = { body, query: { wait: 30 }, idempotencyKey: "apply-once" };
    const run = await client().transfers.applyPatch(ask);
    expect(run).toMatchObject({ state: "succeeded" });
    expect(await inTarget()).toEqual(await rows.query("SELECT * FROM src.users ORDER BY id"));
    expect((await client().transfers.applyPatch(ask)).id).toBe(run.id);
    await expect(
      client().transfers.applyPatch({ ...ask, body: { ...body, dryRun: true } }),
    ).rejects.toMatchObject({ code: "idempotency.mismatch" });
    const { items } = await client().transfers.readLog({ query: { target: "a:dst:users" } });
    expect(items).toHaveLength(1);
    const [ledgerId = ""] = run.summary?.ledgerIds ?? [];
    expect(items[0]?.id).toBe(ledgerId);
    const undone = await client().transfers.undo({
      body: { ledgerId, target: "a:dst:users", confirm: "a" },
      query: { wait: 30 },
    });
    expect(undone).toMatchObject({ state: "succeeded" });
    expect(await inTarget()).toEqual(before);
  });

  it("a stored file that was replaced by another sound patch is not applied", async () => {
    const compared = await client().diffs.startDiff({
      body: { source: "a:src:users", target: "a:dst:users", filter: { where: { id: { $lte: 3 } } } },
      query: { wait: 30 },
    });
    const one = compared.summary?.patchId ?? "";
    const [row] = await server.database.query<{ key: string; hash: string }>(
      "SELECT object_key AS key, hash FROM syncline_control.patches WHERE id = $1",
      [one],
    );
    const [other] = await server.database.query<{ key: string }>(
      "SELECT object_key AS key FROM syncline_control.patches WHERE id = $1",
      [patchId],
    );
    const path = (key: string | undefined) => join(server.folder, "state", "objects", key ?? "");
    await copyFile(path(other?.key), path(row?.key));
    const before = await inTarget();
    const run = await client().transfers.applyPatch({
      body: { patch: one, target: "a:dst:users", confirm: "a" },
      query: { wait: 30 },
    });
    expect(run).toMatchObject({ state: "failed", error: { code: "file.damaged" } });
    expect(run.error?.message).toContain(row?.hash.slice(0, 12));
    expect(await inTarget()).toEqual(before);
  });

  it("fills an empty table", async () => {
    const run = await client().transfers.copy({
      body: { source: "a:src:users", target: "b:fill:users", strategy: "replace" },
      query: { wait: 30 },
    });
    expect(run).toMatchObject({ state: "succeeded" });
    expect(await rows.query("SELECT count(*)::int AS n FROM fill.users")).toEqual([{ n: 50 }]);
  });

  it("a protected target wants its name", async () => {
    const copied = async (more: { readonly confirm?: string }) => {
      const body = {
        source: "a:src:users",
        target: "prod:public:users",
        strategy: "replace" as const,
        ...more,
      };
      const run = await client().transfers.copy({ body, query: { wait: 30 } });
      const [found] = await guarded.query("SELECT count(*)::int AS n FROM users");
      return [run.state, run.error?.code ?? null, found];
    };
    expect(await copied({})).toEqual(["failed", "target.protected", { n: 0 }]);
    expect(await copied({ confirm: "b" })).toEqual(["failed", "target.protected", { n: 0 }]);
    expect(await copied({ confirm: "prod" })).toEqual(["succeeded", null, { n: 50 }]);
  });

  it("the file is downloaded, uploaded again and applied", async () => {
    const file = await client().diffs.downloadPatch({ params: { id: patchId } });
    const bytes = new Uint8Array(await file.arrayBuffer());
    expect(new TextDecoder().decode(bytes.slice(0, 40))).toContain("syncline-patch");
    const stored = await client().diffs.uploadPatch({ body: bytes });
    expect(stored).toMatchObject({ origin: "upload", operations: 9 });
    const cut = bytes.slice(0, bytes.length - 30);
    await expect(client().diffs.uploadPatch({ body: cut })).rejects.toMatchObject({ code: "file.damaged" });
    const run = await client().transfers.applyFile({
      body: bytes,
      query: { target: "b:dst:users", wait: 30, dryRun: "true" },
    });
    expect(run).toMatchObject({ state: "succeeded" });
    await client().diffs.deletePatch({ params: { id: stored.id } });
    await expect(client().diffs.downloadPatch({ params: { id: stored.id } })).rejects.toMatchObject({
      code: "resource.not_found",
    });
  });
});

describe("single rows and files", () => {
  it("a batch says of each row what became of it, and happens once under one key", async () => {
    const body = {
      target: "b:fill:users",
      operations: [
        { op: "insert", table: "users", new: { id: "1000", name: "new" } },
        { op: "update", table: "users", key: { id: "1" }, new: { name: "changed" } },
        { op: "delete", table: "users", key: { id: "2" } },
      ],
    } as const;
    const ask = { body: { ...body, operations: [...body.operations] }, idempotencyKey: "batch-once" };
    const done = await client().transfers.applyBatch(ask);
    expect(done).toMatchObject({
      outcome: "applied",
      items: [{ status: "applied" }, { status: "applied" }, { status: "applied" }],
    });
    const state = () => rows.query("SELECT id, name FROM fill.users WHERE id IN (1, 2, 1000) ORDER BY id");
    expect(await state()).toEqual([
      { id: 1, name: "changed" },
      { id: 1000, name: "new" },
    ]);
    await rows.query("UPDATE fill.users SET name = 'since' WHERE id = 1");
    await client().transfers.applyBatch(ask);
    expect((await state())[0]).toEqual({ id: 1, name: "since" });
    const missing = await client().transfers.applyBatch({
      body: {
        target: "b:fill:users",
        operations: [
          { op: "insert", table: "users", new: { id: "1001", name: "held" } },
          { op: "update", table: "users", key: { id: "7777" }, new: { name: "x" } },
        ],
      },
    });
    expect(missing).toMatchObject({
      outcome: "refused",
      items: [{ status: "held" }, { status: "conflict" }],
    });
    expect(await rows.query("SELECT 1 FROM fill.users WHERE id = 1001")).toEqual([]);
  });

  it("an export streams out and an import streams in", async () => {
    const response = await client().transfers.exportRows({
      body: { source: "a:src:users", format: "ndjson" },
    });
    expect(response.headers.get("content-type")).toBe("application/x-ndjson");
    const bytes = new Uint8Array(await response.arrayBuffer());
    await rows.query("DELETE FROM fill.users");
    const { summary } = await client().transfers.importRows({
      body: bytes,
      contentType: "application/x-ndjson",
      query: { target: "b:fill:users" },
    });
    expect(summary.counts.inserted).toBe(50);
    expect(await rows.query("SELECT * FROM fill.users ORDER BY id")).toEqual(
      await rows.query("SELECT * FROM src.users ORDER BY id"),
    );
    const before = await rows.query("SELECT count(*)::int AS n FROM fill.users");
    await expect(
      client().transfers.importRows({
        body: bytes.slice(0, bytes.length - 50),
        contentType: "application/x-ndjson",
        query: { target: "b:fill:users" },
      }),
    ).rejects.toMatchObject({ code: "file.damaged" });
    expect(await rows.query("SELECT count(*)::int AS n FROM fill.users")).toEqual(before);
  });

  it("rows of a place stream to other servers", async () => {
    const response = await client().transfers.readRows({ query: { locator: "a:src:users" } });
    const lines = (await response.text()).trim().split("\n");
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ format: "syncline-export" });
    expect(JSON.parse(lines.at(-1) ?? "")[0]).toBe("end");
  });
});

describe("jobs", () => {
  it("are made, run, changed and deleted", async () => {
    const job = await client().jobs.createJob({
      body: {
        name: "nightly",
        kind: "diff",
        source: "a:src:users",
        target: "a:dst:users",
        schedule: { cron: "0 3 * * *", timeZone: "Europe/Berlin", missed: "once" },
      },
    });
    expect(job).toMatchObject({ origin: "api", version: 1, hasHook: false });
    const { times } = await client().jobs.previewJobSchedule({ params: { id: job.id } });
    expect(times).toHaveLength(5);
    expect(new Date(times[0] ?? 0).getTime()).toBeGreaterThan(Date.now());
    const run = await client().jobs.runJob({ params: { id: job.id }, query: { wait: 30 } });
    expect(run).toMatchObject({ state: "succeeded", jobId: job.id, trigger: "manual" });
    const { items } = await client().runs.listRuns({ query: { jobId: job.id } });
    expect(items.map(({ id }) => id)).toEqual([run.id]);
    const definition = { ...job.definition, enabled: false };
    const changed = await client().jobs.updateJob({
      params: { id: job.id },
      body: { version: 1, definition },
    });
    expect(changed).toMatchObject({ version: 2, enabled: false });
    await expect(
      client().jobs.updateJob({ params: { id: job.id }, body: { version: 1, definition } }),
    ).rejects.toMatchObject({ code: "resource.changed" });
    await client().jobs.deleteJob({ params: { id: job.id } });
    await expect(client().jobs.getJob({ params: { id: job.id } })).rejects.toMatchObject({
      code: "resource.not_found",
    });
    await expect(client().runs.cancelRun({ params: { id: run.id } })).rejects.toMatchObject({
      code: "run.state_refused",
    });
  });

  it("are found by what they are called, whether they are on, and how they ended last", async () => {
    const body = { kind: "diff", source: "a:src:users", target: "a:dst:users" } as const;
    const made = await client().jobs.createJob({
      body: { ...body, name: "found-1", description: "Ünique words" },
    });
    await client().jobs.createJob({ body: { ...body, name: "found-2", enabled: false } });
    const run = await client().jobs.runJob({ params: { id: made.id }, query: { wait: 30 } });
    const names = async (query: object) =>
      (await client().jobs.listJobs({ query })).items.map(({ name }) => name);
    expect(await names({ text: "FOUND-" })).toEqual(["found-2", "found-1"]);
    expect(await names({ text: "nique WORDS" })).toEqual(["found-1"]);
    expect(await names({ text: "found", enabled: "false" })).toEqual(["found-2"]);
    expect(await names({ text: "found", lastState: ["succeeded", "failed"] })).toEqual(["found-1"]);
    expect(await names({ text: "found", lastState: ["failed"] })).toEqual([]);
    const { items } = await client().jobs.listJobs({ query: { text: "found-" } });
    expect(items.map(({ lastRun }) => lastRun?.id ?? null)).toEqual([null, run.id]);
  });

  it("are tried without being saved and without writing a row", async () => {
    const before = await inTarget();
    const definition = { name: "try", source: "a:src:users", target: "a:dst:users" } as const;
    const saved = (await client().jobs.listJobs()).items.length;
    const tried = await client().jobs.tryJob({
      body: { definition: { ...definition, kind: "copy", schedule: { every: "1h" } } },
      query: { wait: 30 },
    });
    expect(tried).toMatchObject({ state: "succeeded", jobId: null, definition: { dryRun: true } });
    expect(tried.definition.schedule).toBeUndefined();
    expect(tried.summary?.counts.deleted).toBe(before.filter(({ id }) => id === 99).length);
    expect(await inTarget()).toEqual(before);
    const merged = await client().jobs.tryJob({
      body: { definition: { ...definition, kind: "merge", base: "a:fill:users" } },
      query: { wait: 30 },
    });
    expect(merged.definition).toMatchObject({ kind: "merge", dryRun: true });
    expect(await inTarget()).toEqual(before);
    expect((await client().jobs.listJobs()).items).toHaveLength(saved);
    for (const kind of ["export", "bi-sync"] as const)
      await expect(
        client().jobs.tryJob({ body: { definition: { ...definition, kind, file: "x.ndjson" } as never } }),
      ).rejects.toMatchObject({ code: "request.invalid" });
  });

  it("an incoming webhook starts the job by its token alone, once under one key", async () => {
    const job = await client().jobs.createJob({
      body: { name: "hooked", kind: "diff", source: "a:src:users", target: "a:dst:users" },
    });
    const { token, path } = await client().jobs.rotateHook({ params: { id: job.id } });
    const call = (to: string) =>
      server.ask("POST", to, { key: null, headers: { "Idempotency-Key": "delivery-1" } });
    const first = await call(path);
    expect(first.status).toBe(202);
    expect((await call(path)).json.runId).toBe(first.json.runId);
    const other = await server.ask("POST", path, { key: null });
    expect(other.json.runId).not.toBe(first.json.runId);
    await client().jobs.rotateHook({ params: { id: job.id } });
    expect((await call(path)).status).toBe(404);
    expect(server.log()).not.toContain(token);
    const audit = await client().audit.listAudit({ query: { subjectId: first.json.runId } });
    expect(audit.items).toContainEqual(
      expect.objectContaining({ actor: `hook:${job.id}`, action: "run.create" }),
    );
  });
});

describe("servers, keys, webhooks", () => {
  it("a server is stored sealed, usable by name, and never shows its password", async () => {
    const url = rows.url.replace("://", "://").replace("postgres@", "postgres:c4n4ry-pw@");
    const made = await client().databases.createServer({ body: { name: "stored", url } });
    expect(JSON.stringify(made)).not.toContain("c4n4ry");
    const tested = await client().databases.testDatabase({ body: { server: "stored" } });
    expect(tested).toMatchObject({ ok: true, problem: null });
    expect(tested.version).toMatch(/^PostgreSQL \d/);
    const { items } = await client().databases.listDatabases({ query: { tenants: "true" } });
    expect(items.map(({ server: name }) => name).sort()).toEqual(["a", "b", "prod", "stored"]);
    expect(items.find(({ server: name }) => name === "stored")).toMatchObject({
      origin: "api",
      tenants: expect.arrayContaining(["src", "dst"]),
    });
    const run = await client().diffs.startDiff({
      body: { source: "stored:src:users", target: "a:dst:users" },
      query: { wait: 30 },
    });
    expect(run.state).toBe("succeeded");
    const dump = await server.database.query<{ text: string }>(
      "SELECT string_agg(s::text, '') AS text FROM syncline_control.servers s",
    );
    expect(dump[0]?.text).not.toContain("c4n4ry");
    expect(server.log()).not.toContain("c4n4ry");
    await client().databases.removeServer({ params: { id: made.id } });
    await expect(client().databases.testDatabase({ body: { server: "stored" } })).rejects.toMatchObject({
      code: "server.not_found",
    });
  });

  it("a connection that fails is an answer, without secrets", async () => {
    const { id } = await client().databases.createServer({
      body: { name: "silent", url: "postgres://u:c4n4ry-pw@127.0.0.1:1/none" },
    });
    const tested = await client().databases.testDatabase({ body: { locator: "silent:public:users" } });
    expect(tested).toMatchObject({ ok: false, version: null, problem: { code: "connection.refused" } });
    expect(JSON.stringify(tested)).not.toContain("c4n4ry");
    await client().databases.removeServer({ params: { id } });
  });

  it("a server that is not there is said so, without the operator's files", async () => {
    await expect(client().databases.testDatabase({ body: { server: "absent" } })).rejects.toMatchObject({
      code: "server.not_found",
      hint: "GET /api/v1/databases lists the servers.",
    });
  });

  it("a place is tested with its tenant and its tables", async () => {
    const test = (locator: string) => client().databases.testDatabase({ body: { locator } });
    expect(await test("a:src:users")).toMatchObject({ ok: true, problem: null });
    expect(await test("a:absent:*")).toMatchObject({ ok: false, problem: { code: "tenant.not_found" } });
    expect(await test("a:src:absent")).toMatchObject({ ok: false, problem: { code: "table.not_found" } });
  });

  it("a server is tested before it is added, and nothing of it is kept", async () => {
    const url = rows.url.replace("postgres@", "postgres:c4n4ry-pw@");
    const test = (body: { readonly url: string; readonly name?: string }) =>
      client().databases.testServerUrl({ body });
    expect(await test({ url })).toMatchObject({ ok: true, version: expect.stringMatching(/^PostgreSQL/) });
    const wrong = await test({ url: "postgres://u:c4n4ry-pw@127.0.0.1:1/none", name: "fresh" });
    expect(wrong).toMatchObject({ ok: false, problem: { code: "connection.refused" } });
    const taken = await test({ url: "postgres://u:c4n4ry-pw@127.0.0.1:1/none", name: "a" });
    expect(taken).toMatchObject({ ok: false, address: "127.0.0.1:1/none" });
    expect(JSON.stringify([wrong, taken])).not.toContain("c4n4ry");
    await expect(test({ url: "mysql://u@127.0.0.1/x" })).rejects.toMatchObject({ code: "request.invalid" });
    await expect(test({ url: "postgres://u@169.254.169.254/x" })).rejects.toMatchObject({
      code: "egress.refused",
    });
    expect((await client().databases.listServers()).items).toEqual([]);
    const entries = await server.database.query<{ detail: string }>(
      "SELECT detail::text FROM syncline_control.audit_entries WHERE action = 'server.test' ORDER BY seq",
    );
    expect(entries[1]).toEqual({ detail: '{"address": "127.0.0.1:1/none"}' });
    expect(entries).toHaveLength(3);
  });

  it("tables of a place come with their keys, or why they have none, and never with rows", async () => {
    await rows.query(`
      CREATE SCHEMA look;
      CREATE TABLE look.late (n int UNIQUE DEFERRABLE, secret text DEFAULT 'c4n4ry');
      CREATE TABLE look.loose (a int, b numeric(10,2) NOT NULL, c int GENERATED ALWAYS AS (a + 1) STORED);
      CREATE TABLE look.some (a int); CREATE UNIQUE INDEX some_a ON look.some (a) WHERE a > 0;
      CREATE TABLE look.unique_only (a int UNIQUE, b int NOT NULL UNIQUE);
      CREATE TABLE look.users (tenant int, id int, name text, PRIMARY KEY (tenant, id));
      CREATE VIEW look.view_of AS SELECT * FROM look.users;
      INSERT INTO look.users SELECT 1, n, 'c4n4ry' FROM generate_series(1, 300) n; ANALYZE look.users`);
    const list = (query: { readonly locator: string; readonly name?: string; readonly limit?: number }) =>
      client().databases.listTables({ query });
    const all = await list({ locator: "a:look:*" });
    expect(all).toMatchObject({ place: "a:look:*", schema: "look", tenantColumn: null, total: 5 });
    expect(all.items.map(({ name, withoutKey }) => [name, withoutKey])).toEqual([
      ["late", 'no primary key, and the unique index "late_n_key" is deferrable'],
      ["loose", "no primary key and no unique index"],
      ["some", 'no primary key, and the unique index "some_a" covers some rows only'],
      ["unique_only", null],
      ["users", null],
    ]);
    expect(all.items[3]?.key).toMatchObject({ kind: "unique", columns: ["b"], nullable: false });
    expect(all.items[4]).toMatchObject({
      key: { kind: "primary", columns: ["tenant", "id"] },
      estimatedRows: 300,
      unreadable: null,
    });
    expect(all.items[0]?.estimatedRows).toBeNull();
    expect(all.items[4]?.bytes).toBeGreaterThan(8000);
    expect(all.items[1]?.columns).toEqual([
      { name: "a", type: "integer", nullable: true, generated: false },
      { name: "b", type: "numeric(10,2)", nullable: false, generated: false },
      { name: "c", type: "integer", nullable: true, generated: true },
    ]);
    expect(JSON.stringify(all)).not.toContain("c4n4ry");
    expect(await list({ locator: "a:look:*", name: "US", limit: 1 })).toMatchObject({
      total: 1,
      items: [{ name: "users" }],
    });
    const view = await list({ locator: "a:look:view_of" });
    expect(view.items).toMatchObject([{ kind: "view", withoutKey: "a view has no key of its own" }]);
  });

  it("tables that cannot be listed are refused with the reason, and a locked one does not hang", async () => {
    const list = (locator: string) => client().databases.listTables({ query: { locator } });
    await expect(list("a:absent:*")).rejects.toMatchObject({ code: "tenant.not_found" });
    await expect(list("a:src:absent")).rejects.toMatchObject({ code: "table.not_found" });
    await expect(list("absent:src:*")).rejects.toMatchObject({ code: "server.not_found" });
    await expect(list("postgres://u@127.0.0.1/x#a:*")).rejects.toMatchObject({ code: "locator.invalid" });
    const { id } = await client().databases.createServer({
      body: { name: "silent", url: "postgres://u:c4n4ry-pw@127.0.0.1:1/none" },
    });
    const refused = await list("silent:public:*").catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: "connection.refused" });
    expect(String((refused as Error).message)).not.toContain("c4n4ry");
    await client().databases.removeServer({ params: { id } });
    const blocker = new Client({ connectionString: rows.url });
    await blocker.connect();
    await blocker.query("BEGIN; LOCK TABLE src.users IN ACCESS EXCLUSIVE MODE");
    await expect(list("a:src:*")).rejects.toMatchObject({ code: "target.locked" });
    await blocker.query("ROLLBACK");
    await blocker.end();
    expect((await list("a:src:*")).total).toBe(1);
  });

  it("tables that the role may not read are listed as such", async () => {
    await rows.query(`CREATE ROLE api_narrow LOGIN; GRANT USAGE ON SCHEMA src TO api_narrow;
      CREATE TABLE src.half (id int PRIMARY KEY, hidden text); GRANT SELECT (id) ON src.half TO api_narrow`);
    const { id } = await client().databases.createServer({
      body: { name: "narrow", url: rows.url.replace("postgres@", "api_narrow@") },
    });
    const { items } = await client().databases.listTables({ query: { locator: "narrow:src:*" } });
    expect(items.map(({ name, unreadable }) => [name, unreadable])).toEqual([
      ["half", 'Role "api_narrow" may not read "hidden".'],
      ["users", 'Role "api_narrow" may not read "id", "name", "points".'],
    ]);
    await expect(client().databases.listTables({ query: { locator: "narrow:dst:*" } })).rejects.toMatchObject(
      { code: "permission.denied" },
    );
    await client().databases.removeServer({ params: { id } });
    await rows.query("DROP TABLE src.half; DROP OWNED BY api_narrow; DROP ROLE api_narrow");
  });

  it("keys rotate with two live ones, and end at once when revoked", async () => {
    const { key, record } = await client().access.createKey({ body: { name: "ci", scopes: ["jobs:read"] } });
    const mine = createClient({ url: server.url, apiKey: key });
    expect(await mine.access.me()).toMatchObject({ scopes: ["jobs:read"] });
    const next = await client().access.rotateKey({ params: { id: record.id }, body: { overlapSeconds: 60 } });
    expect(next.record.rotates).toBe(record.id);
    expect((await mine.jobs.listJobs()).items.length).toBeGreaterThan(0);
    await client().access.revokeKey({ params: { id: record.id } });
    await expect(mine.jobs.listJobs()).rejects.toMatchObject({ code: "auth.required" });
    const { items } = await client().access.listKeys();
    expect(JSON.stringify(items)).not.toContain(key.slice(key.indexOf("_", 4) + 1));
  });

  it("webhooks show their secret once and no query", async () => {
    const { secret, webhook } = await client().webhooks.createWebhook({
      body: { name: "ops", url: "https://127.0.0.1:18443/in?token=c4n4ry", events: ["run.failed"] },
    });
    expect(secret).toMatch(/^whsec_/);
    const { items } = await client().webhooks.listWebhooks();
    expect(JSON.stringify(items)).not.toMatch(/c4n4ry|whsec_/);
    const { deliveryId } = await client().webhooks.testWebhook({ params: { id: webhook.id } });
    const deliveries = await client().webhooks.listDeliveries({ params: { id: webhook.id } });
    expect(deliveries.items[0]).toMatchObject({ id: deliveryId, eventType: "test" });
    await client().webhooks.removeWebhook({ params: { id: webhook.id } });
  });
});

describe("settings", () => {
  it("say what holds and where it was set, to who sees the project, without secrets and paths", async () => {
    const found = await client().settings.getSettings();
    expect(found.limits.find(({ key }) => key === "limits.workUnits")).toMatchObject({
      value: 2,
      origin: "default",
      variable: "SYNCLINE_WORK_UNITS",
    });
    expect(found).toMatchObject({
      version: "0.0.0-test",
      configFile: "syncline.yaml",
      signIn: { password: true, oidc: null, idleSeconds: 1800 },
      storage: { database: "external", objects: "disk" },
      fixed: { servers: ["a", "b", "prod"], jobs: [], webhooks: [] },
    });
    expect(found.features.find(({ name }) => name === "profiling")).toMatchObject({
      on: true,
      origin: "default",
    });
    const text = JSON.stringify(found);
    for (const hidden of [server.folder, rows.url, server.database.url]) expect(text).not.toContain(hidden);
    const project = await client().access.createProject({ body: { slug: "other", name: "O" } });
    const elsewhere = createClient({ url: server.url, apiKey: server.key, project: project.slug });
    expect((await elsewhere.settings.getSettings()).fixed.servers).toEqual([]);
  });
});

describe("documents and probes", () => {
  it("the OpenAPI document has every route and the short paths answer alike", async () => {
    const { json } = await server.ask("GET", "/openapi.json", { key: null });
    expect(json.openapi).toBe("3.1.1");
    expect(Object.keys(json.paths)).toContain("/runs/{id}/events");
    for (const [long, short] of [
      ["/api/v1/jobs", "/api/jobs"],
      ["/api/v1/databases", "/api/databases"],
    ] as const)
      expect((await server.ask("GET", short)).json).toEqual((await server.ask("GET", long)).json);
    expect((await server.ask("GET", "/api/jobs", { key: null })).status).toBe(401);
  });

  it("the viewer asks nobody but this server", async () => {
    const page = await server.ask("GET", "/docs", { key: null });
    expect(page.headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(page.text).not.toMatch(/https?:\/\//);
    expect((await server.ask("GET", "/docs/viewer.js", { key: null })).text.length).toBeGreaterThan(1e6);
  });

  it("metrics need their scope", async () => {
    expect((await server.ask("GET", "/metrics", { key: null })).status).toBe(401);
    const { text } = await server.ask("GET", "/metrics");
    expect(text).toMatch(/syncline_runs_finished_total\{kind="diff",outcome="succeeded"\} [1-9]/);
    expect(text).toContain('syncline_http_requests_total{route="POST /diff",status="202"}');
  });

  it("metrics tell of runs that no worker ends, and of work that nobody takes", async () => {
    const counted = async (name: string) => {
      const { text } = await server.ask("GET", "/metrics");
      return Number(
        text
          .split("\n")
          .find((line) => line.startsWith(`${name} `))
          ?.split(" ")[1] ?? 0,
      );
    };
    const cancelled = 'syncline_runs_finished_total{kind="diff",outcome="cancelled"}';
    const body = { source: "a:src:users", target: "a:dst:users" };
    const { id } = await client().diffs.startDiff({ body, query: { wait: 30 } });
    const before = await counted(cancelled);
    await server.database.query(
      `UPDATE syncline_control.runs SET state = 'queued', finished_at = NULL WHERE id = $1`,
      [id],
    );
    await server.database.query(
      `UPDATE syncline_control.work_units SET state = 'ready', dispatched_at = now() + interval '1 day' WHERE run_id = $1`,
      [id],
    );
    await server.database.query(
      `UPDATE syncline_control.attempts SET finished_at = now() - interval '90 s' WHERE run_id = $1`,
      [id],
    );
    await server.database.query(
      `UPDATE syncline_control.runs SET created_at = now() - interval '90 s' WHERE id = $1`,
      [id],
    );
    await server.database.query(
      `UPDATE syncline_control.work_units SET created_at = now() - interval '90 s' WHERE run_id = $1`,
      [id],
    );
    const lag = await counted("syncline_queue_lag_seconds");
    expect(lag).toBeGreaterThan(89);
    await client().runs.cancelRun({ params: { id } });
    expect(await counted(cancelled)).toBe(before + 1);
    // By the sweeper, when whoever had the work is gone.
    await server.database.query(
      `UPDATE syncline_control.runs SET state = 'cancelling', finished_at = NULL WHERE id = $1`,
      [id],
    );
    await expect.poll(() => counted(cancelled), { timeout: 10_000 }).toBe(before + 2);
  });

  it("metrics count rows that were written, not those of a trial", async () => {
    const written = async () => {
      const { text } = await server.ask("GET", "/metrics");
      return text.split("\n").filter((line) => line.startsWith('syncline_rows_total{kind="copy"'));
    };
    const before = await written();
    await rows.query("UPDATE src.users SET points = points + 1000");
    const body = { source: "a:src:users", target: "a:fill:users", strategy: "merge", dryRun: true } as const;
    const { items } = await client().jobs.listJobs({ query: { name: "trial" } });
    const job =
      items[0] ?? (await client().jobs.createJob({ body: { ...body, kind: "copy", name: "trial" } }));
    const run = await client().jobs.runJob({ params: { id: job.id }, query: { wait: 30 } });
    expect(run.state).toBe("succeeded");
    expect((run.summary?.counts.inserted ?? 0) + (run.summary?.counts.updated ?? 0)).toBeGreaterThan(0);
    expect(await written()).toEqual(before);
  });

  it("is alive and ready", async () => {
    expect((await server.ask("GET", "/health", { key: null })).status).toBe(200);
    expect((await server.ask("GET", "/livez", { key: null })).status).toBe(200);
    const ready = await server.ask("GET", "/readyz", { key: null });
    expect(ready).toMatchObject({ status: 200, json: { checks: { database: "ok", queue: "ok" } } });
  });
});
