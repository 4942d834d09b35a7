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

async function mergeJob(name: string, more: object = {}) {
  const places = { source: "a:src:users", target: "b:dst:users", base: "a:base:users" };
  const job = await client().jobs.createJob({ body: { name, kind: "merge", ...places, ...more } });
  const run = async () => {
    const started = await client().jobs.runJob({ params: { id: job.id }, query: { wait: 30 } });
    return { state: started.state, counts: started.summary?.counts };
  };
  const inbox = async (state: "open" | "resolved" | "applied" | "superseded") =>
    (await client().conflicts.listConflicts({ query: { jobId: job.id, state } })).items.sort((a, b) =>
      a.keyText < b.keyText ? -1 : 1,
    );
  return { id: job.id, run, inbox };
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
