import { randomUUID } from "node:crypto";
import type { MergeConflict } from "@syncline/core";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { copyOfJob, readLog, runCopy, runUndo, undoOfJob } from "../index.ts";
import { job, type OperationFolder, operationFolder } from "../testing/operation.fixture.ts";

let database: TestDatabase;
let folder: OperationFolder;
beforeAll(async () => {
  database = await createTestDatabase("copies");
  folder = await operationFolder({ here: { url: database.url } });
});
afterAll(async () => {
  await folder.remove();
  await database.drop();
});

const [SOURCE, TARGET] = ["here:source:*", "here:target:*"];

beforeEach(async () => {
  await database.query("DROP SCHEMA IF EXISTS syncline CASCADE");
  for (const schema of ["source", "target", "base"])
    await database.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE; CREATE SCHEMA ${schema};
      CREATE TABLE ${schema}.users (id int PRIMARY KEY, name text);
      CREATE TABLE ${schema}.notes (id int PRIMARY KEY, author int NOT NULL)`);
  await database.query(
    `INSERT INTO source.users VALUES (1, 'Ada'), (2, 'Bob'); INSERT INTO source.notes VALUES (7, 1)`,
  );
});

const rows = (table: string) => database.query(`SELECT * FROM ${table} ORDER BY id`);
const copyJob = (more: Partial<Parameters<typeof job<"copy">>[0]> = {}) =>
  copyOfJob(job({ kind: "copy", source: SOURCE, target: TARGET, ...more }));

describe("into empty tables", () => {
  it("is named by the log, and done once under one id", async () => {
    const applicationId = randomUUID();
    const points: string[] = [];
    const setting = folder.setting({ applicationId, reached: (point) => points.push(point) });
    const first = await runCopy(setting, copyJob());
    expect(first).toMatchObject({
      outcome: "succeeded",
      method: { kind: "bulk" },
      counts: { inserted: 3 },
      ledgerIds: [applicationId],
    });
    expect(points).toEqual(["rows-written", "rows-committed"]);
    await database.query("DELETE FROM target.users WHERE id = 2; INSERT INTO source.users VALUES (3, 'Cyd')");
    const again = await runCopy(setting, copyJob());
    expect(again.counts).toEqual(first.counts);
    expect(again.tables.map(({ name, inserted }) => [name, inserted])).toEqual(
      first.tables.map(({ name, inserted }) => [name, inserted]),
    );
    expect(again.notes).toEqual([expect.stringContaining("written before")]);
    expect(await rows("target.users")).toEqual([{ id: 1, name: "Ada" }]);
    expect(await readLog(folder.setting(), { target: TARGET, limit: 9 })).toMatchObject([
      {
        id: applicationId,
        strategy: "load",
        actor: "worker",
        source: SOURCE,
        counts: { inserted: 3 },
        complete: true,
      },
    ]);
  });

  it("is not taken back by undo, which says what to do", async () => {
    const { ledgerIds } = await runCopy(folder.setting(), copyJob());
    const undo = undoOfJob(job({ kind: "undo", ledgerId: ledgerIds[0] ?? "", target: TARGET }));
    await expect(runUndo(folder.setting(), undo)).rejects.toMatchObject({
      code: "usage.invalid",
      hint: expect.stringContaining('"users"'),
    });
    expect(await rows("target.users")).toHaveLength(2);
  });

  it("does not go on under an older token, and leaves no entry then", async () => {
    const fence = (token: bigint) => ({ domain: "plane", token });
    await runCopy(folder.setting({ applicationId: randomUUID(), fence: fence(9n) }), copyJob());
    await database.query("TRUNCATE target.users, target.notes");
    const old = folder.setting({ applicationId: randomUUID(), fence: fence(8n) });
    await expect(runCopy(old, copyJob())).rejects.toMatchObject({ code: "target.locked" });
    expect(await rows("target.users")).toEqual([]);
    expect(await readLog(folder.setting(), { target: TARGET, limit: 9 })).toHaveLength(1);
  });

  it("works for a role that may keep no ledger", async () => {
    const role = `loader_${randomUUID().slice(0, 8)}`;
    await database.query(`CREATE ROLE ${role} LOGIN PASSWORD 'x'; GRANT USAGE ON SCHEMA source, target TO ${role};
      GRANT SELECT ON ALL TABLES IN SCHEMA source TO ${role}; GRANT ALL ON ALL TABLES IN SCHEMA target TO ${role}`);
    const url = new URL(database.url);
    url.username = role;
    url.password = "x";
    const poor = await operationFolder({ here: { url: url.href } });
    try {
      const report = await runCopy(poor.setting(), copyJob());
      expect(report).toMatchObject({ method: { kind: "bulk" }, counts: { inserted: 3 }, ledgerIds: [] });
      expect(await database.query("SELECT FROM pg_namespace WHERE nspname = 'syncline'")).toEqual([]);
    } finally {
      await poor.remove();
      await database.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    }
  });

  it("a load that is not whole is completed by a comparison, under another name", async () => {
    const applicationId = randomUUID();
    const setting = folder.setting({ applicationId });
    await runCopy(setting, copyJob());
    // As a run leaves it that lost its connection between two tables.
    await database.query(`DELETE FROM target.notes;
      UPDATE syncline.ledger SET header = replace(header, '"complete":true', '"complete":false')`);
    const again = await runCopy(setting, copyJob());
    expect(again).toMatchObject({ method: { kind: "difference" }, counts: { inserted: 1, unchanged: 2 } });
    expect(again.ledgerIds).not.toContain(applicationId);
    const third = await runCopy(setting, copyJob());
    expect(third.ledgerIds).toEqual(again.ledgerIds);
    expect(await readLog(folder.setting(), { target: TARGET, limit: 9 })).toHaveLength(2);
  });
});

describe("where rows are", () => {
  it("writes once under one id, and undo takes it back", async () => {
    await database.query("INSERT INTO target.users VALUES (1, 'Eve'), (5, 'Old')");
    const setting = folder.setting({ applicationId: randomUUID() });
    const first = await runCopy(setting, copyJob());
    expect(first).toMatchObject({
      method: { kind: "difference" },
      counts: { inserted: 2, updated: 1, deleted: 1 },
      ledgerIds: [setting.applicationId],
    });
    await database.query("UPDATE target.users SET name = 'Eve' WHERE id = 1");
    const again = await runCopy(setting, copyJob());
    expect(again).toMatchObject({ counts: first.counts, method: { result: { outcome: "already-applied" } } });
    expect(await rows("target.users")).toMatchObject([{ name: "Eve" }, { name: "Bob" }]);
  });

  it("hands over conflicts that nobody decides, and ends conflicted", async () => {
    for (const [schema, name] of [
      ["base", "A"],
      ["target", "ours"],
    ])
      await database.query(`INSERT INTO ${schema}.users VALUES (1, '${name}'), (2, 'Bob')`);
    const held: MergeConflict[] = [];
    const report = await runCopy(folder.setting(), copyJob({ strategy: "three-way", base: "here:base:*" }), {
      openConflicts: () => ({ onUndecided: (conflict) => void held.push(conflict) }),
    });
    expect(report).toMatchObject({ outcome: "conflicted", counts: { conflicts: 1, inserted: 1 } });
    expect(held).toMatchObject([{ table: "users", kind: "update-update", columns: ["name"] }]);
    expect(await rows("target.users")).toMatchObject([{ name: "ours" }, { name: "Bob" }]);
  });

  it("makes tables that the target lacks", async () => {
    await database.query("DROP TABLE target.users");
    const report = await runCopy(folder.setting(), copyJob({ includeSchemas: true }));
    expect(report).toMatchObject({ outcome: "succeeded", counts: { inserted: 3 } });
    expect(report.definitions?.created).toContain("table:target.users");
    expect(await rows("target.users")).toHaveLength(2);
  });
});
