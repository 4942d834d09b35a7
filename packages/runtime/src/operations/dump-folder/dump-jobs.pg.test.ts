import { randomUUID } from "node:crypto";
import { readdir, readFile, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CodedError } from "@syncline/core";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { DumpFolder, readLog, runExportJob, runImportJob, runUndo, undoOfJob } from "../index.ts";
import { job, type OperationFolder, operationFolder } from "../testing/operation.fixture.ts";

let database: TestDatabase;
let folder: OperationFolder;
let dumps: DumpFolder;
let path: string;
let number = 0;
beforeAll(async () => {
  database = await createTestDatabase("dump_jobs");
  folder = await operationFolder({ here: { url: database.url } });
});
afterAll(async () => {
  await folder.remove();
  await database.drop();
});

const TARGET = "here:target:*";
const at = (day: number) => new Date(Date.UTC(2026, 0, day, 12));

beforeEach(async () => {
  number += 1;
  path = join(folder.path, `dumps-${number}`);
  const limits = { maxAgeMs: 1e12, maxBytes: 1e12, minFreeBytes: 0 };
  dumps = await DumpFolder.open({ path, limits, now: () => new Date() });
  await database.query("DROP SCHEMA IF EXISTS syncline CASCADE");
  for (const schema of ["source", "target"])
    await database.query(`DROP SCHEMA IF EXISTS ${schema} CASCADE; CREATE SCHEMA ${schema};
      CREATE TABLE ${schema}.users (id int PRIMARY KEY, name text)`);
  await database.query("INSERT INTO source.users VALUES (1, 'Ada'), (2, 'Bob')");
});

const rows = () => database.query("SELECT * FROM target.users ORDER BY id");
const exported = (file: string, day: number, applicationId: string | null = null) =>
  runExportJob(folder.setting({ applicationId }), {
    job: job({ kind: "export", source: "here:source:*", file }),
    folder: dumps,
    at: at(day),
  });
const imported = (file: string, setting = folder.setting()) =>
  runImportJob(setting, { job: job({ kind: "import", file, target: TARGET }), folder: dumps });

describe("an export job", () => {
  it.each(["users-{time}.ndjson.gz", "users.yaml", "users-csv/{time}.csv", "users.sql"])(
    "writes %s, and a unit that is done again leaves it",
    async (file) => {
      const unit = randomUUID();
      const first = await exported(file, 1, unit);
      const name = file.replace("{time}", "2026-01-01T12-00-00.000Z");
      expect(first).toMatchObject({ outcome: "succeeded", counts: { unchanged: 2 }, files: [name] });
      await database.query("INSERT INTO source.users VALUES (3, 'Cyd')");
      expect(await exported(file, 1, unit)).toEqual(JSON.parse(JSON.stringify(first)));
      expect((await exported(file, 1, randomUUID())).counts.unchanged).toBe(3);
      if (file.endsWith(".sql")) return; // it makes its schema
      await imported(name);
      expect(await rows()).toHaveLength(3);
    },
  );

  it("leaves nothing when it cannot be done", async () => {
    await expect(
      exported("n/users.ndjson", 1).then(() => database.query("DROP TABLE source.users")),
    ).resolves.toBeDefined();
    await expect(exported("n/later.ndjson", 2)).rejects.toMatchObject({ code: "table.not_found" });
    expect(await readdir(join(path, "n"))).toEqual(["users.ndjson"]);
    expect(await readdir(join(path, ".syncline", "partial"))).toEqual([]);
  });
});

it("names files as people know them, not where they lie", async () => {
  const sealed = runExportJob(folder.setting(), {
    job: job({
      kind: "export",
      source: "here:source:*",
      file: "n/sealed.ndjson",
      recipients: ["age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"],
    }),
    folder: dumps,
    at: at(1),
  });
  const told = (await sealed.catch((error: unknown) => error)) as CodedError;
  expect(told).toMatchObject({
    code: "usage.invalid",
    message: expect.stringContaining('"n/sealed.ndjson"'),
  });
  expect(`${told.message} ${told.hint}`).not.toContain(path);
  expect(await readdir(join(path, ".syncline", "partial"))).toEqual([]);
});

describe("an import job", () => {
  it("takes the newest that its name fits, once under one id, and undo takes it back", async () => {
    await exported("users-{time}.ndjson", 1);
    await database.query("UPDATE source.users SET name = 'Bea' WHERE id = 2");
    await exported("users-{time}.ndjson", 2);
    const setting = folder.setting({ applicationId: randomUUID() });
    const first = await imported("users-*.ndjson", setting);
    expect(first).toMatchObject({
      counts: { inserted: 2 },
      ledgerIds: [setting.applicationId],
      files: ["users-2026-01-02T12-00-00.000Z.ndjson"],
    });
    expect(await rows()).toMatchObject([{ name: "Ada" }, { name: "Bea" }]);
    await database.query("DELETE FROM target.users WHERE id = 1");
    expect((await imported("users-*.ndjson", setting)).counts).toEqual(first.counts);
    expect(await rows()).toMatchObject([{ name: "Bea" }]);
  });

  it("writes nothing of a file that was cut, and nothing where it may not", async () => {
    await exported("users.ndjson", 1);
    const refusing = folder.setting({
      confirmWrite: () => Promise.reject(new CodedError("target.protected", "It is protected.")),
    });
    await expect(imported("users.ndjson", refusing)).rejects.toMatchObject({ code: "target.protected" });
    await truncate(join(path, "users.ndjson"), (await readFile(join(path, "users.ndjson"))).length - 30);
    await expect(imported("users.ndjson")).rejects.toMatchObject({ code: "file.damaged" });
    expect(await rows()).toEqual([]);
    expect(await database.query("SELECT FROM pg_namespace WHERE nspname = 'syncline'")).toEqual([]);
  });
});

describe("an SQL file", () => {
  const FILE = "INSERT INTO users VALUES (7, 'Eve');\nINSERT INTO users VALUES (8, 'Fay');\n";

  it("is run once under one id, is in the log, and is not taken back", async () => {
    await writeFile(join(path, "add.sql"), FILE);
    const points: string[] = [];
    const setting = folder.setting({ applicationId: randomUUID(), reached: (point) => points.push(point) });
    const first = await imported("add.sql", setting);
    expect(first).toMatchObject({ counts: { inserted: 2 }, ledgerIds: [setting.applicationId] });
    expect(points).toEqual(["rows-written", "rows-committed"]);
    await database.query("DELETE FROM target.users WHERE id = 7");
    expect(await imported("add.sql", setting)).toMatchObject({ counts: { inserted: 2 } });
    expect(await rows()).toMatchObject([{ id: 8 }]);
    expect(await readLog(folder.setting(), { target: TARGET, limit: 5 })).toMatchObject([
      { id: setting.applicationId, strategy: "sql", source: "add.sql", actor: "worker" },
    ]);
    const undo = undoOfJob(job({ kind: "undo", ledgerId: setting.applicationId ?? "", target: TARGET }));
    await expect(runUndo(folder.setting(), undo)).rejects.toMatchObject({ code: "usage.invalid" });
  });

  it("is not run under an older token, and its settings change nothing of the log", async () => {
    await writeFile(
      join(path, "add.sql"),
      `SET search_path = target;\n${FILE.replaceAll("users", "target.users")}`,
    );
    const fenced = (token: bigint) =>
      folder.setting({ applicationId: randomUUID(), fence: { domain: "plane", token } });
    await imported("add.sql", fenced(9n));
    await database.query("TRUNCATE target.users");
    await expect(imported("add.sql", fenced(8n))).rejects.toMatchObject({ code: "target.locked" });
    expect(await rows()).toEqual([]);
    expect(await readLog(folder.setting(), { target: TARGET, limit: 5 })).toHaveLength(1);
  });

  it("that fails leaves neither rows nor an entry; without a name there is none either", async () => {
    await writeFile(join(path, "bad.sql"), `${FILE}INSERT INTO users VALUES (8, 'again');\n`);
    await expect(imported("bad.sql", folder.setting({ applicationId: randomUUID() }))).rejects.toBeInstanceOf(
      CodedError,
    );
    await writeFile(join(path, "add.sql"), FILE);
    expect((await imported("add.sql")).ledgerIds).toEqual([]);
    expect(await readLog(folder.setting(), { target: TARGET, limit: 5 })).toEqual([]);
    expect(await rows()).toHaveLength(2);
  });
});
