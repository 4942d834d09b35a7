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

const shown = (cells: readonly { column: string; ours?: unknown; theirs?: unknown; chosen?: unknown }[]) =>
  cells.map(({ column, ours, theirs, chosen }) => [column, ours, theirs, chosen]);

it("the inbox is counted and filtered by job, table, kind, column, state and text of the key", async () => {
  const { id, run, choose } = await mergeJob("counted");
  await run();
  await choose(0, { choice: "ours" });
  const counts = await client().conflicts.countConflicts({ query: { jobId: id } });
  expect(counts).toMatchObject({
    total: 3,
    states: [
      { value: "open", count: 2 },
      { value: "resolved", count: 1 },
    ],
    kinds: [
      { value: "update-update", count: 2 },
      { value: "delete-update", count: 1 },
    ],
    columns: [{ value: "name", count: 2 }],
  });
  expect(counts.tables.map(({ count }) => count)).toEqual([3]);
  expect(counts.groups.find(({ jobId }) => jobId === id)).toMatchObject({
    name: "counted",
    kind: "merge",
    count: 3,
    sides: { ours: PLACES.target, theirs: PLACES.source, base: PLACES.base, patch: null },
  });
  const keys = async (query: object) =>
    (
      await client().conflicts.listConflicts({ query: { jobId: id, order: "place", ...query } as never })
    ).items.map(({ key, resolution }) => `${key["id"]} ${resolution?.choice ?? "open"}`);
  expect(await keys({})).toEqual(["1 ours", "2 open", "3 open"]);
  expect(await keys({ column: "name", state: "open" })).toEqual(["2 open"]);
  expect(await keys({ kind: "delete-update" })).toEqual(["3 open"]);
  expect(await keys({ key: "2" })).toEqual(["2 open"]);
  expect(await keys({ key: "%" })).toEqual([]);
  expect(await keys({ table: "nowhere" })).toEqual([]);
  const first = await client().conflicts.listConflicts({ query: { jobId: id, order: "place", limit: 2 } });
  const second = await client().conflicts.listConflicts({
    query: { jobId: id, order: "place", limit: 2, after: first.next ?? "" },
  });
  expect([first.items.length, second.items.map(({ key }) => key["id"]), second.next]).toEqual([
    2,
    ["3"],
    null,
  ]);
  // A key of one whole number goes by its number.
  await rows.query("INSERT INTO base.users VALUES (10, 'J', 'j@x'), (-1, 'N', 'n@x')");
  await rows.query("INSERT INTO src.users VALUES (10, 'S', 'j@x'), (-1, 'S', 'n@x')");
  await rows.query("INSERT INTO dst.users VALUES (10, 'D', 'j@x'), (-1, 'D', 'n@x')");
  await run();
  const pages = ["-1", "1", "2", "3", "10"];
  for (let after: string | null = null, at = 0; at < pages.length; at += 1) {
    const query = { jobId: id, order: "place", limit: 1, ...(after === null ? {} : { after }) } as const;
    const page: Awaited<ReturnType<ReturnType<typeof client>["conflicts"]["listConflicts"]>> =
      await client().conflicts.listConflicts({ query });
    expect(page.items.map(({ key }) => key["id"])).toEqual([pages[at]]);
    after = page.next;
  }
  await expect(
    client().conflicts.listConflicts({ query: { order: "place", after: "bm8" } }),
  ).rejects.toMatchObject({ code: "request.invalid" });
});

it("a rule is previewed, then decides exactly that, and the next run writes it", async () => {
  const { id, run, inbox } = await mergeJob("by-rule");
  await run();
  const wish = { filter: { jobId: id }, rule: { kind: "cells", cells: { name: "theirs" } } } as const;
  const preview = await client().conflicts.previewRule({ body: wish as never });
  expect(preview).toMatchObject({
    count: 3,
    decided: 2,
    left: 1,
    choices: [{ choice: "theirs", count: 2 }],
    reasons: [{ reason: "one-side-has-no-row", count: 1 }],
  });
  expect(preview.firstDecided.map(({ key, cells }) => [key["id"], shown(cells)]).sort()).toEqual([
    ["1", [["name", "Abe", "Ann", "Ann"]]],
    ["2", [["name", "Ben", "Bea", "Bea"]]],
  ]);
  expect(await inbox("open")).toHaveLength(3);
  const { count, digest } = preview;
  expect(await client().conflicts.resolveByRule({ body: { ...wish, count, digest } as never })).toEqual({
    decided: 2,
    left: 1,
  });
  expect((await inbox("resolved")).map(({ resolution }) => resolution?.choice)).toEqual(["theirs", "theirs"]);
  expect(await run()).toMatchObject({ state: "conflicted", counts: { updated: 2 } });
  expect(await target()).toEqual(["1 Ann n@x", "2 Bea b@x", "3 Cyn c@x"]);
  const entries = await server.database.query<{ detail: unknown }>(
    `SELECT detail FROM syncline_control.audit_entries
     WHERE subject_kind = 'conflicts' AND detail -> 'filter' ->> 'jobId' = $1`,
    [id],
  );
  expect(entries).toMatchObject([{ detail: { count: 3, decided: 2, digest } }]);
});

it("a rule is refused whole when a row, a decision or the set has changed since its preview", async () => {
  const { id, run, inbox, choose } = await mergeJob("moved");
  await run();
  const wish = { filter: { jobId: id }, rule: { kind: "side", side: "theirs" } } as const;
  const preview = () => client().conflicts.previewRule({ body: wish as never });
  const resolve = ({ count, digest }: { count: number; digest: string }) =>
    client().conflicts.resolveByRule({ body: { ...wish, count, digest } as never });
  const before = await preview();
  await choose(0, { choice: "ours" });
  await expect(resolve(before)).rejects.toMatchObject({ code: "resource.changed" });
  const without = await preview();
  expect(without.count).toBe(2);
  await rows.query("UPDATE dst.users SET name = 'Zoe' WHERE id = 2");
  await run();
  await expect(resolve(without)).rejects.toMatchObject({ code: "resource.changed" });
  expect((await inbox("resolved")).map(({ resolution }) => resolution?.choice)).toEqual(["ours"]);
  // Another rule is another digest, though the set is the same.
  const { count, digest } = await preview();
  const other = { filter: wish.filter, rule: { kind: "side", side: "ours" }, count, digest };
  await expect(client().conflicts.resolveByRule({ body: other as never })).rejects.toMatchObject({
    code: "resource.changed",
  });
  expect(await resolve(await preview())).toEqual({ decided: 2, left: 0 });
  // Twice at once: one of the two is told that the set is another one by now.
  const again = { ...wish, filter: { jobId: id, state: "resolved" as const } };
  const decided = await client().conflicts.previewRule({ body: again as never });
  const twice = await Promise.allSettled(
    [1, 2].map(() =>
      client().conflicts.resolveByRule({
        body: { ...again, count: decided.count, digest: decided.digest } as never,
      }),
    ),
  );
  expect(twice.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
});

it("the newest by a column decides, and what no rule can carry out is told with its reason", async () => {
  for (const schema of ["base", "src", "dst"])
    await rows.query(`ALTER TABLE ${schema}.users ADD changed timestamptz NOT NULL DEFAULT '2026-01-01'`);
  await rows.query("UPDATE src.users SET changed = '2026-02-02' WHERE id = 1");
  await rows.query("UPDATE dst.users SET changed = '2026-02-01' WHERE id = 1");
  await rows.query("UPDATE src.users SET changed = '2026-02-01' WHERE id = 2");
  await rows.query("UPDATE dst.users SET changed = '2026-02-02' WHERE id = 2");
  const { id, run } = await mergeJob("dated");
  await run();
  const filter = { jobId: id };
  const preview = async (rule: object) => client().conflicts.previewRule({ body: { filter, rule } as never });
  const newest = await preview({ kind: "newest", column: "changed" });
  expect([newest.decided, newest.reasons]).toEqual([2, [{ reason: "one-side-has-no-row", count: 1 }]]);
  const base = await preview({ kind: "side", side: "base" });
  expect([base.decided, base.reasons]).toEqual([0, [{ reason: "not-possible", count: 3 }]]);
  expect(base.firstLeft[0]?.detail).toContain("The base of a merge job stays as it is");
  const { count, digest } = newest;
  const rule = { kind: "newest", column: "changed" };
  await client().conflicts.resolveByRule({ body: { filter, rule, count, digest } as never });
  await run();
  expect((await target()).map((row) => row.slice(0, 5))).toEqual(["1 Ann", "2 Ben", "3 Cyn"]);
  await expect(preview({ kind: "cells", cells: {} })).rejects.toMatchObject({ code: "request.invalid" });
});

it("two people decide one conflict: the later one is told what the other chose, and nothing is overwritten", async () => {
  const { run, inbox } = await mergeJob("at-once");
  await run();
  const [first] = await inbox("open");
  const params = { id: first?.id ?? "" };
  const { document } = await client().conflicts.getConflict({ params });
  const seen = (document as { versions: string }).versions;
  await client().conflicts.resolveConflict({ params, body: { choice: "theirs", seen, decision: null } });
  await expect(
    client().conflicts.resolveConflict({ params, body: { choice: "ours", seen, decision: null } }),
  ).rejects.toMatchObject({ code: "resource.changed", message: expect.stringContaining("theirs") });
  const { decisions, choices } = await client().conflicts.getConflict({ params });
  expect(decisions.map(({ choice }) => choice)).toEqual(["theirs"]);
  expect(choices.map(({ choice, refused }) => [choice, refused === null])).toEqual([
    ["ours", true],
    ["theirs", true],
    ["base", false],
  ]);
  const [made] = decisions;
  await client().conflicts.resolveConflict({ params, body: { choice: "ours", decision: made?.id ?? null } });
  expect((await client().conflicts.getConflict({ params })).decisions.map(({ choice }) => choice)).toEqual([
    "ours",
    "theirs",
  ]);
});

async function applyAnew(patch: string) {
  const body = { patch, target: PLACES.target } as never;
  const { state, summary } = await client().transfers.applyPatch({ body, query: { wait: 30 } });
  return { state, counts: summary?.counts };
}

it("what was decided of a patch is a patch, which applies; so is what was decided of a merge", async () => {
  const patch = await patchOfSource();
  await rows.query(
    "UPDATE dst.users SET name = 'Zoe' WHERE id = 1; UPDATE dst.users SET name = 'Kim' WHERE id = 3",
  );
  const { id, run, choose } = await inboxOf({ name: "patched", kind: "apply", patch, target: PLACES.target });
  expect(await run()).toMatchObject({ state: "conflicted", counts: { conflicts: 2 } });
  const make = (body: object) => client().conflicts.makePatch({ body: { jobId: id, ...body } as never });
  await expect(make({ rows: "decided" })).rejects.toMatchObject({ code: "request.invalid" });
  await choose(0, { choice: "row", row: { name: "Both", mail: "n@x" } });
  await expect(make({})).rejects.toMatchObject({ code: "patch.conflicts" });
  expect(await make({ rows: "decided" })).toMatchObject({ origin: "resolution", operations: 1 });
  await choose(0, { choice: "ours" });
  const made = await make({});
  expect(made).toMatchObject({ origin: "resolution", operations: 2, target: PLACES.target });
  expect(await applyAnew(made.id)).toMatchObject({ state: "succeeded", counts: { updated: 2 } });
  expect(await target()).toEqual(["1 Both n@x", "2 Bea b@x", "3 Kim c@x"]);

  await rows.query(
    "UPDATE dst.users SET name = 'Abe', mail = 'a@x' WHERE id = 1; UPDATE dst.users SET name = 'Ben' WHERE id = 2",
  );
  const merge = await mergeJob("merged");
  await merge.run();
  await merge.choose(0, { choice: "theirs" });
  await merge.choose(0, { choice: "row", row: { name: "Two" } });
  await merge.choose(0, { choice: "theirs" });
  const merged = await client().conflicts.makePatch({ body: { jobId: merge.id } as never });
  expect(merged).toMatchObject({ origin: "resolution", operations: 3, source: PLACES.source });
  await rows.query("UPDATE dst.users SET name = 'Eve' WHERE id = 2");
  expect(await applyAnew(merged.id)).toMatchObject({ state: "conflicted", counts: { conflicts: 1 } });
  await rows.query("UPDATE dst.users SET name = 'Ben' WHERE id = 2");
  expect(await applyAnew(merged.id)).toMatchObject({
    state: "succeeded",
    counts: { updated: 2, deleted: 1 },
  });
  expect(await target()).toEqual(["1 Ann n@x", "2 Two b@x"]);
});

it("an undo that meets edited rows waits in the inbox, and takes back as it was decided", async () => {
  const patch = await patchOfSource();
  const body = { patch, target: PLACES.target } as never;
  const applied = await client().transfers.applyPatch({ body, query: { wait: 30 } });
  expect(await target()).toEqual(["1 Ann n@x", "2 Bea b@x"]);
  await rows.query(
    "UPDATE dst.users SET name = 'Own' WHERE id = 1; UPDATE dst.users SET name = 'Mine' WHERE id = 2",
  );
  const ledgerId = applied.summary?.ledgerIds[0] ?? "";
  const { id, run, inbox, choose } = await inboxOf({
    name: "taken-back",
    kind: "undo",
    ledgerId,
    target: PLACES.target,
  });
  expect(await run()).toMatchObject({ state: "conflicted", counts: { conflicts: 2 } });
  expect(await target()).toEqual(["1 Own n@x", "2 Mine b@x"]);
  const open = await inbox("open");
  expect(open.map(({ kind, key }) => [kind, key["id"]])).toEqual([
    ["update-update", "1"],
    ["update-update", "2"],
  ]);
  await expect(client().conflicts.makePatch({ body: { jobId: id } as never })).rejects.toMatchObject({
    code: "patch.conflicts",
  });
  await choose(0, { choice: "theirs" });
  expect(await run()).toMatchObject({ state: "conflicted", counts: { conflicts: 1 } });
  await choose(0, { choice: "ours" });
  await expect(client().conflicts.makePatch({ body: { jobId: id } as never })).rejects.toMatchObject({
    code: "request.invalid",
  });
  expect(await run()).toMatchObject({ state: "succeeded", counts: { updated: 1, inserted: 1 } });
  expect(await target()).toEqual(["1 Abe a@x", "2 Mine b@x", "3 Cyn c@x"]);
  expect([await inbox("open"), (await inbox("applied")).length]).toEqual([[], 2]);
  const { items } = await client().transfers.readLog({ query: { target: PLACES.target } });
  expect(items.find((entry) => entry.id === ledgerId)).toMatchObject({ undoState: "partial" });
});
