import { createClient } from "@syncline/api/client";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { placesConfig, startTestService, type TestService } from "./testing/start-test-service.ts";

let server: TestService;
let rows: TestDatabase;
const client = () => createClient({ url: server.url, apiKey: server.key });

beforeAll(async () => {
  rows = await createTestDatabase("merge_inbox");
  server = await startTestService({ label: "merge_inbox_control", config: () => placesConfig(rows.url) });
});
afterAll(async () => {
  await server.stop();
  await rows.drop();
});

beforeEach(async () => {
  for (const schema of ["base", "src", "dst"])
    await rows.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE; CREATE SCHEMA ${schema};
      CREATE TABLE ${schema}.users (id int PRIMARY KEY, name text, mail text);
      INSERT INTO ${schema}.users VALUES (1, 'Ada', 'a@x'), (2, 'Bob', 'b@x'), (3, 'Cyd', 'c@x')`);
  await rows.query(`UPDATE src.users SET name = 'Ann', mail = 'n@x' WHERE id = 1; UPDATE dst.users SET name = 'Abe' WHERE id = 1;
    UPDATE src.users SET name = 'Bea' WHERE id = 2; UPDATE dst.users SET name = 'Ben' WHERE id = 2;
    DELETE FROM src.users WHERE id = 3; UPDATE dst.users SET name = 'Cyn' WHERE id = 3`);
});

const target = async () =>
  (
    await rows.query<{ row: string }>(
      "SELECT concat_ws(' ', id, name, mail) AS row FROM dst.users ORDER BY id",
    )
  ).map(({ row }) => row);

const PLACES = { source: "a:src:users", target: "b:dst:users", base: "a:base:users" };

async function mergeJob(name: string, more: object = {}) {
  return inboxOf({ kind: "merge", ...PLACES, name, ...more });
}

async function inboxOf(definition: object) {
  const job = await client().jobs.createJob({ body: definition as never });
  const run = async () => {
    const started = await client().jobs.runJob({ params: { id: job.id }, query: { wait: 30 } });
    return { state: started.state, counts: started.summary?.counts };
  };
  const inbox = async (state: "open" | "resolved" | "applied" | "superseded") =>
    (await client().conflicts.listConflicts({ query: { jobId: job.id, state } })).items.sort((a, b) =>
      a.keyText < b.keyText ? -1 : 1,
    );
  const choose = async (at: number, body: object) => {
    const id = (await inbox("open"))[at]?.id ?? "";
    return client().conflicts.resolveConflict({ params: { id }, body: body as never });
  };
  return { id: job.id, run, inbox, choose };
}

async function patchOfSource(): Promise<string> {
  const { source, target } = PLACES;
  const run = await client().diffs.startDiff({ body: { source, target } as never, query: { wait: 30 } });
  return run.summary?.patchId ?? "";
}

it("conflicts wait in the inbox, are kept once, and are carried out as they were decided", async () => {
  const { run, inbox } = await mergeJob("by-hand");
  expect(await run()).toMatchObject({
    state: "conflicted",
    counts: { updated: 0, deleted: 0, conflicts: 3 },
  });
  const open = await inbox("open");
  expect(open.map(({ kind, columns }) => [kind, columns.join()])).toEqual([
    ["update-update", "name"],
    ["update-update", "name"],
    ["delete-update", ""],
  ]);
  expect(await target()).toEqual(["1 Abe a@x", "2 Ben b@x", "3 Cyn c@x"]);
  await run();
  expect((await inbox("open")).map(({ id }) => id)).toEqual(open.map(({ id }) => id));
  const choices = ["theirs", "ours", "theirs"] as const;
  for (const [at, choice] of choices.entries())
    await client().conflicts.resolveConflict({ params: { id: open[at]?.id ?? "" }, body: { choice } });
  expect(await run()).toMatchObject({ state: "succeeded", counts: { updated: 1, deleted: 1 } });
  expect(await target()).toEqual(["1 Ann n@x", "2 Ben b@x"]);
  expect((await inbox("applied")).map(({ id }) => id)).toEqual([open[0]?.id, open[2]?.id]);
  // The base is as it was, so what ours keeps is met again, and stays decided.
  expect(await run()).toMatchObject({ state: "succeeded", counts: { updated: 0, deleted: 0 } });
  expect((await inbox("resolved")).map(({ id }) => id)).toEqual([open[1]?.id]);
});

it("a decision is about the row that was seen: one that was changed since waits anew", async () => {
  const { run, inbox } = await mergeJob("changed-since");
  await run();
  const [first] = await inbox("open");
  await client().conflicts.resolveConflict({ params: { id: first?.id ?? "" }, body: { choice: "theirs" } });
  await rows.query("UPDATE dst.users SET name = 'Zoe' WHERE id = 1");
  expect(await run()).toMatchObject({ state: "conflicted", counts: { conflicts: 3 } });
  expect(await target()).toEqual(["1 Zoe a@x", "2 Ben b@x", "3 Cyn c@x"]);
  expect((await inbox("superseded")).map(({ id }) => id)).toEqual([first?.id]);
  expect(await inbox("open")).toHaveLength(3);
});

it("with all values nothing is written before everything is decided; a dry run leaves the inbox alone", async () => {
  const rules = { conflicts: { detection: "all-values" } };
  const tried = await mergeJob("tried", { ...rules, dryRun: true });
  await tried.run();
  expect(await tried.inbox("open")).toEqual([]);
  const { run, inbox } = await mergeJob("strict", rules);
  await run();
  const open = await inbox("open");
  for (const { id } of open.slice(0, 2))
    await client().conflicts.resolveConflict({ params: { id }, body: { choice: "theirs" } });
  expect(await run()).toMatchObject({ state: "conflicted" });
  expect(await target()).toEqual(["1 Abe a@x", "2 Ben b@x", "3 Cyn c@x"]);
  await client().conflicts.resolveConflict({ params: { id: open[2]?.id ?? "" }, body: { choice: "theirs" } });
  expect(await run()).toMatchObject({ state: "succeeded", counts: { updated: 2, deleted: 1 } });
  expect(await target()).toEqual(["1 Ann n@x", "2 Bea b@x"]);
  expect(await inbox("applied")).toHaveLength(3);
});

it("a row of its own, decided against a base that stays, is not asked about again until somebody changes it", async () => {
  const { run, inbox, choose } = await mergeJob("own-row");
  await run();
  await expect(choose(0, { choice: "base" })).rejects.toMatchObject({ code: "request.invalid" });
  await choose(0, { choice: "row", row: { name: "Ida" } });
  await choose(0, { choice: "ours" });
  await choose(0, { choice: "row", row: null });
  expect(await run()).toMatchObject({ state: "succeeded", counts: { updated: 1, deleted: 1 } });
  for (let times = 0; times < 2; times += 1)
    expect(await run()).toMatchObject({
      state: "succeeded",
      counts: { updated: 0, inserted: 0, deleted: 0 },
    });
  expect(await target()).toEqual(["1 Ida n@x", "2 Ben b@x"]);
  expect(await inbox("open")).toEqual([]);
  expect(await inbox("applied")).toHaveLength(2);
  await rows.query("UPDATE src.users SET name = 'Eva' WHERE id = 1");
  expect(await run()).toMatchObject({ state: "conflicted" });
  expect((await inbox("open")).map(({ keyText }) => keyText)).toEqual(['[1,["1"]]']);
});

it("a three-way copy leaves its conflicts in the inbox and carries out what is decided there", async () => {
  const { run, inbox, choose } = await inboxOf({
    name: "copied",
    kind: "copy",
    strategy: "three-way",
    ...PLACES,
  });
  expect(await run()).toMatchObject({ state: "conflicted", counts: { conflicts: 3 } });
  expect((await inbox("open")).map(({ kind, columns }) => [kind, columns.join()])).toEqual([
    ["update-update", "name"],
    ["update-update", "name"],
    ["delete-update", ""],
  ]);
  await choose(0, { choice: "row", row: { name: "Ida" } });
  await choose(0, { choice: "theirs" });
  expect(await run()).toMatchObject({ state: "conflicted", counts: { updated: 2 } });
  await choose(0, { choice: "theirs" });
  expect(await run()).toMatchObject({ state: "succeeded", counts: { deleted: 1 } });
  expect(await run()).toMatchObject({ state: "succeeded", counts: { updated: 0, deleted: 0 } });
  expect(await target()).toEqual(["1 Ida n@x", "2 Bea b@x"]);
  expect([await inbox("open"), (await inbox("applied")).length]).toEqual([[], 3]);
});

it("an import with a base leaves its conflicts in the inbox too", async () => {
  const dump = await inboxOf({ name: "dumped", kind: "export", source: PLACES.source, file: "users.ndjson" });
  expect(await dump.run()).toMatchObject({ state: "succeeded" });
  const { target: to, base } = PLACES;
  const imported = { kind: "import", file: "users.ndjson", target: to, base, strategy: "three-way" };
  const { run, inbox, choose } = await inboxOf({ name: "imported", ...imported });
  expect(await run()).toMatchObject({ state: "conflicted", counts: { updated: 0 } });
  for (const { keyText } of await inbox("open"))
    await choose(0, { choice: keyText === '[1,["1"]]' ? "theirs" : "ours" });
  expect(await run()).toMatchObject({ state: "succeeded", counts: { updated: 1 } });
  expect((await target()).slice(0, 2)).toEqual(["1 Ann n@x", "2 Ben b@x"]);
});

it("a patch that meets changed rows waits in the inbox, and applies as it was decided", async () => {
  await rows.query(
    "DELETE FROM dst.users WHERE id = 3; INSERT INTO src.users VALUES (4, 'Dan', 'd@x'), (5, 'Eli', 'e@x')",
  );
  await rows.query("INSERT INTO dst.users VALUES (6, 'Fay', 'f@x')");
  const patch = await patchOfSource();
  await rows.query(`UPDATE dst.users SET name = 'Zoe' WHERE id = 1; DELETE FROM dst.users WHERE id = 2;
    INSERT INTO dst.users VALUES (4, 'Own', 'o@x'); UPDATE dst.users SET name = 'Kim' WHERE id = 6`);
  const { run, inbox, choose } = await inboxOf({
    name: "applied",
    kind: "apply",
    patch,
    target: PLACES.target,
  });
  const before = await target();
  expect(await run()).toMatchObject({ state: "conflicted", counts: { conflicts: 4 } });
  expect(await target()).toEqual(before);
  const open = await inbox("open");
  expect(open.map(({ kind, columns }) => [kind, columns.join()])).toEqual([
    ["update-update", "name,mail"],
    ["update-delete", ""],
    ["insert-insert", ""],
    ["delete-update", ""],
  ]);
  const { document } = await client().conflicts.getConflict({ params: { id: open[0]?.id ?? "" } });
  expect(document).toMatchObject({
    base: { name: "Abe" },
    ours: { id: "1", name: "Zoe", mail: "a@x" },
    theirs: { name: "Ann", mail: "n@x" },
  });
  await expect(choose(1, { choice: "theirs" })).rejects.toMatchObject({ code: "request.invalid" });
  await choose(3, { choice: "ours" });
  await choose(2, { choice: "row", row: { name: "Both", mail: "d@x" } });
  await choose(1, { choice: "row", row: { id: 2, name: "Back", mail: "b@x" } });
  // One is left: all of the patch waits for it.
  expect(await run()).toMatchObject({ state: "conflicted", counts: { conflicts: 1 } });
  expect(await target()).toEqual(before);
  await choose(0, { choice: "theirs" });
  // Somebody changes the row again: that decision is void, and only that one.
  await rows.query("UPDATE dst.users SET name = 'Zed' WHERE id = 1");
  expect(await run()).toMatchObject({ state: "conflicted", counts: { conflicts: 1 } });
  expect(await inbox("superseded")).toHaveLength(1);
  await choose(0, { choice: "theirs" });
  expect(await run()).toMatchObject({
    state: "succeeded",
    counts: { inserted: 2, updated: 2, conflicts: 0 },
  });
  expect(await target()).toEqual(["1 Ann n@x", "2 Back b@x", "4 Both d@x", "5 Eli e@x", "6 Kim f@x"]);
  expect([await inbox("open"), (await inbox("applied")).length]).toEqual([[], 4]);
});

it("a decision about one patch says nothing about another one", async () => {
  const definition = { name: "changing", kind: "apply", target: PLACES.target };
  const patch = await patchOfSource();
  await rows.query("UPDATE dst.users SET name = 'Zoe' WHERE id = 1");
  const { id, run, inbox, choose } = await inboxOf({ ...definition, patch });
  await run();
  await choose(0, { choice: "theirs" });
  await rows.query(
    "UPDATE dst.users SET name = 'Abe' WHERE id = 1; UPDATE src.users SET name = 'Eva' WHERE id = 1",
  );
  const other = await patchOfSource();
  await rows.query("UPDATE dst.users SET name = 'Zoe' WHERE id = 1");
  await client().jobs.updateJob({
    params: { id },
    body: { version: 1, definition: { ...definition, patch: other } } as never,
  });
  expect(await run()).toMatchObject({ state: "conflicted", counts: { conflicts: 1 } });
  expect((await target())[0]).toBe("1 Zoe a@x");
  expect([(await inbox("superseded")).length, (await inbox("open")).length]).toEqual([1, 1]);
});

it("conflicts of a run without a job are in the inbox too, and its retry applies what was decided", async () => {
  const patch = await patchOfSource();
  await rows.query("UPDATE dst.users SET name = 'Zoe' WHERE id = 1");
  const body = { patch, target: PLACES.target };
  const run = await client().transfers.applyPatch({ body: body as never, query: { wait: 30 } });
  expect(run).toMatchObject({ state: "conflicted", jobId: null });
  const mine = async (state: "open" | "applied") =>
    (await client().conflicts.listConflicts({ query: { state } })).items.filter(
      ({ jobId }) => jobId === null,
    );
  const [conflict, ...others] = await mine("open");
  expect([others, conflict?.runId]).toEqual([[], run.id]);
  await client().conflicts.resolveConflict({
    params: { id: conflict?.id ?? "" },
    body: { choice: "theirs" },
  });
  const again = await client().runs.retryRun({ params: { id: run.id } });
  await expect
    .poll(async () => (await client().runs.getRun({ params: { id: again.id } })).state, { timeout: 15_000 })
    .toBe("succeeded");
  expect(await target()).toEqual(["1 Ann n@x", "2 Bea b@x"]);
  expect((await mine("applied")).map(({ id }) => id)).toEqual([conflict?.id]);
});

it("a run may delete more than its job allows, once somebody has said so", async () => {
  await rows.query("CREATE TABLE src.many (id int PRIMARY KEY); CREATE TABLE dst.many (id int PRIMARY KEY)");
  await rows.query("INSERT INTO src.many SELECT generate_series(1, 20)");
  const body = { name: "step", kind: "bi-sync", source: "a:src:many", target: "b:dst:many" };
  const job = await client().jobs.createJob({ body: body as never });
  const run = async (query: object = {}) =>
    client().jobs.runJob({ params: { id: job.id }, query: { wait: 30, ...query } });
  expect(await run()).toMatchObject({ state: "succeeded", summary: { counts: { inserted: 20 } } });
  await rows.query("TRUNCATE dst.many");
  expect(await run()).toMatchObject({ state: "failed", error: { code: "deletes.exceeded" } });
  expect(await rows.query("SELECT count(*)::int AS n FROM src.many")).toEqual([{ n: 20 }]);
  const { items } = await client().runs.listRuns({ query: { jobId: job.id } });
  expect(items.map(({ state }) => state)).toEqual(["failed", "succeeded"]);
  expect(await run({ allowDeletes: "true" })).toMatchObject({
    state: "succeeded",
    summary: { counts: { deleted: 20 } },
  });
  expect(await rows.query("SELECT count(*)::int AS n FROM src.many")).toEqual([{ n: 0 }]);
  expect((await client().jobs.getJob({ params: { id: job.id } })).definition).toMatchObject({
    maxDeletePercent: 50,
  });
  const copy = await client().jobs.createJob({
    body: { name: "no-step", kind: "copy", source: "a:src:many", target: "b:dst:many" } as never,
  });
  await expect(
    client().jobs.runJob({ params: { id: copy.id }, query: { allowDeletes: "true" } as never }),
  ).rejects.toMatchObject({ code: "request.invalid" });
});
