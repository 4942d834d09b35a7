import { randomUUID } from "node:crypto";
import { operationsOf } from "@syncline/engine";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { applyOfJob, readLog, runApply, runDiff, runMerge, runUndo, runWatch, undoOfJob } from "./index.ts";
import { job, type OperationFolder, operationFolder } from "./testing/operation.fixture.ts";

let database: TestDatabase;
let folder: OperationFolder;
beforeAll(async () => {
  database = await createTestDatabase("operations");
  folder = await operationFolder({ here: { url: database.url } });
});
afterAll(async () => {
  await folder.remove();
  await database.drop();
});

const [SOURCE, TARGET, BASE] = ["here:source:users", "here:target:users", "here:base:users"];

beforeEach(async () => {
  for (const schema of ["source", "target", "base"])
    await database.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE; CREATE SCHEMA ${schema};
      CREATE TABLE ${schema}.users (id int PRIMARY KEY, name text, mail text);
      INSERT INTO ${schema}.users VALUES (1, 'Ada', 'a@x'), (2, 'Bob', 'b@x'), (3, 'Cyd', 'c@x')`);
  await database.query("DROP SCHEMA IF EXISTS syncline CASCADE");
});

const rows = async (schema: string) =>
  (
    await database.query<{ row: string }>(
      `SELECT concat_ws(' ', id, name, mail) AS row FROM ${schema}.users ORDER BY id`,
    )
  ).map(({ row }) => row);

const change = () =>
  database.query(`UPDATE source.users SET name = 'Bea' WHERE id = 2; DELETE FROM source.users WHERE id = 3;
    INSERT INTO source.users VALUES (4, 'Dan', 'd@x')`);

describe("diff", () => {
  it("hands what differs to the store and counts it by table", async () => {
    await change();
    const report = await runDiff(folder.setting(), job({ kind: "diff", source: SOURCE, target: TARGET }), {
      writeDiff: async ({ run, header }) => {
        const kinds: string[] = [];
        for await (const batch of operationsOf(run)) kinds.push(...batch.map(({ op }) => op));
        return { kinds, places: [header.source.locator, header.target.locator] };
      },
    });
    expect(report).toMatchObject({
      outcome: "succeeded",
      counts: { inserted: 1, updated: 1, deleted: 1, unchanged: 1 },
      tables: [{ name: "users", inserted: 1, updated: 1, deleted: 1, unchanged: 1 }],
      stored: { kinds: ["update", "delete", "insert"], places: [SOURCE, TARGET] },
    });
  });

  it("that a limit cuts short is partial", async () => {
    await change();
    const cut = job({ kind: "diff", source: SOURCE, target: TARGET, maxDifferences: 1 });
    const report = await runDiff(folder.setting(), cut, {
      writeDiff: async ({ run }) => {
        for await (const _ of run.changes);
      },
    });
    expect(report.outcome).toBe("partial");
  });

  it("names a filter that means nothing, and stores nothing", async () => {
    const wrong = job({ kind: "diff", source: SOURCE, target: TARGET, filter: { where: { nope: 1 } } });
    const sink = { writeDiff: () => Promise.reject(new Error("nothing to write")) };
    await expect(runDiff(folder.setting(), wrong, sink)).rejects.toMatchObject({ code: "filter.invalid" });
  });
});

describe("watch", () => {
  it.each([
    [0, true],
    [2, true],
    [3, false],
  ])("with alertAbove %d and three differences exceeds: %s", async (alertAbove, exceeded) => {
    await change();
    const wanted = job({ kind: "watch", source: SOURCE, target: TARGET, alertAbove });
    expect(await runWatch(folder.setting(), wanted)).toMatchObject({
      differences: 3,
      exceeded,
      ledgerIds: [],
    });
    expect(await rows("target")).toHaveLength(3);
  });
});

describe("apply and undo", () => {
  const apply = job({ kind: "apply", patch: "stored", target: TARGET });

  it("is done once however often the unit is done: the ledger has its counts", async () => {
    await change();
    const patch = await folder.patch(SOURCE, TARGET);
    const applicationId = randomUUID();
    const fence = { domain: "plane", token: 7n };
    const points: string[] = [];
    const setting = folder.setting({ applicationId, fence, reached: (point) => points.push(point) });
    const first = await runApply(setting, applyOfJob(apply, patch));
    expect(first).toMatchObject({
      outcome: "succeeded",
      ledgerIds: [applicationId],
      counts: { inserted: 1, updated: 1, deleted: 1 },
    });
    expect(points).toEqual(["rows-written", "rows-committed"]);
    // Somebody changes a row of it meanwhile: a second application would meet a conflict.
    await database.query("UPDATE target.users SET name = 'Eve' WHERE id = 4");
    const again = await runApply(setting, applyOfJob(apply, patch));
    expect(again).toMatchObject({
      outcome: "succeeded",
      ledgerIds: [applicationId],
      counts: { inserted: 1, updated: 1, deleted: 1 },
      result: { outcome: "already-applied" },
    });
    expect(await rows("target")).toEqual(["1 Ada a@x", "2 Bea b@x", "4 Eve d@x"]);
    expect(await readLog(folder.setting(), { target: TARGET, limit: 9 })).toHaveLength(1);
  });

  it("an older token than the target has seen writes nothing", async () => {
    await change();
    const patch = await folder.patch(SOURCE, TARGET);
    const of = (token: bigint) => folder.setting({ fence: { domain: "plane", token } });
    const dry = { ...applyOfJob(apply, patch) };
    await runApply(of(7n), dry);
    await runUndo(of(8n), undoOfJob(job({ kind: "undo", ledgerId: patch.header.id, target: TARGET })));
    await expect(runApply(of(7n), dry)).rejects.toMatchObject({ code: "target.locked" });
    expect(await rows("target")).toEqual(["1 Ada a@x", "2 Bob b@x", "3 Cyd c@x"]);
  });

  it("conflicts are told one by one, and nothing is written", async () => {
    await change();
    const patch = await folder.patch(SOURCE, TARGET);
    await database.query("UPDATE target.users SET name = 'Eve' WHERE id = 2");
    const conflicts: string[] = [];
    const report = await runApply(folder.setting(), applyOfJob(apply, patch), {
      onConflict: ({ kind, operation }) => void conflicts.push(`${kind} ${operation.key.get("id")}`),
    });
    expect(report).toMatchObject({ outcome: "conflicted", ledgerIds: [], counts: { conflicts: 1 } });
    expect(conflicts).toEqual(["update-update 2"]);
    expect(await rows("target")).toEqual(["1 Ada a@x", "2 Eve b@x", "3 Cyd c@x"]);
  });

  it("undo puts the rows back, once however often the unit is done", async () => {
    await change();
    const applied = await runApply(folder.setting(), applyOfJob(apply, await folder.patch(SOURCE, TARGET)));
    const ledgerId = applied.ledgerIds[0] ?? "";
    const undo = undoOfJob(job({ kind: "undo", ledgerId, target: TARGET }));
    const setting = folder.setting({ applicationId: randomUUID() });
    expect(await runUndo(setting, undo)).toMatchObject({
      outcome: "succeeded",
      result: { outcome: "applied" },
    });
    expect(await rows("target")).toEqual(["1 Ada a@x", "2 Bob b@x", "3 Cyd c@x"]);
    expect(await runUndo(setting, undo)).toMatchObject({
      outcome: "succeeded",
      counts: { inserted: 1, updated: 1, deleted: 1 },
      result: { outcome: "already-applied" },
    });
    await expect(runUndo(folder.setting(), undo)).rejects.toMatchObject({ code: "patch.already_undone" });
  });
});

describe("merge", () => {
  const merge = (conflicts?: { detection?: "key" | "all-values"; resolution?: "source" | "ignore" }) =>
    job({ kind: "merge", source: SOURCE, target: TARGET, base: BASE, ...(conflicts && { conflicts }) });
  const edit = () =>
    database.query(`UPDATE source.users SET mail = 'new@x' WHERE id = 1; UPDATE target.users SET name = 'Ann' WHERE id = 1;
      UPDATE source.users SET name = 'Bea' WHERE id = 2; UPDATE target.users SET name = 'Ben' WHERE id = 2;
      DELETE FROM source.users WHERE id = 3`);

  it("joins what both sides changed; what nobody decides is told and left", async () => {
    await edit();
    const undecided: string[] = [];
    const report = await runMerge(folder.setting(), merge(), {
      onUndecided: ({ key, columns }) => void undecided.push(`${key.get("id")} ${columns.join()}`),
    });
    expect(report).toMatchObject({ outcome: "conflicted", counts: { updated: 1, deleted: 1, conflicts: 1 } });
    expect(undecided).toEqual(["2 name"]);
    expect(await rows("target")).toEqual(["1 Ann new@x", "2 Ben b@x"]);
    expect(await rows("source")).toEqual(["1 Ada new@x", "2 Bea b@x"]);
  });

  it.each<[object, string, readonly string[]]>([
    [{ resolution: "source" }, "succeeded", ["1 Ann new@x", "2 Bea b@x"]],
    [{ detection: "key", resolution: "source" }, "succeeded", ["1 Ada new@x", "2 Bea b@x"]],
    [{ detection: "key", resolution: "ignore" }, "succeeded", ["1 Ann a@x", "2 Ben b@x"]],
    [{ detection: "all-values" }, "conflicted", ["1 Ann a@x", "2 Ben b@x", "3 Cyd c@x"]],
  ])("with %j ends %s", async (conflicts, outcome, wanted) => {
    await edit();
    const report = await runMerge(folder.setting(), merge(conflicts));
    expect(report.outcome).toBe(outcome);
    expect(await rows("target")).toEqual(wanted);
  });

  it("is done once however often the unit is done", async () => {
    await edit();
    const setting = folder.setting({ applicationId: randomUUID() });
    const first = await runMerge(setting, merge({ resolution: "source" }));
    await database.query("UPDATE target.users SET mail = 'later@x' WHERE id = 1");
    expect(await runMerge(setting, merge({ resolution: "source" }))).toMatchObject({
      ledgerIds: first.ledgerIds,
      counts: { updated: 2, deleted: 1 },
    });
    expect(await rows("target")).toEqual(["1 Ann later@x", "2 Bea b@x"]);
  });
});
