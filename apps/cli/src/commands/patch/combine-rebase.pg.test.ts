import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type CommandFolder, configOf, makeCommandFolder } from "../../testing/run-syncline.ts";

let source: TestDatabase;
let target: TestDatabase;
let folder: CommandFolder;

const SOURCE = "dev:public:*";
const TARGET = "prod:public:*";

beforeAll(async () => {
  source = await createTestDatabase("rebase_source");
  target = await createTestDatabase("rebase_target");
});
afterAll(async () => {
  await source.drop();
  await target.drop();
});
beforeEach(async () => {
  folder = await makeCommandFolder(configOf({ dev: { url: source.url }, prod: { url: target.url } }));
  for (const database of [source, target]) {
    await database.query(
      "DROP SCHEMA IF EXISTS syncline CASCADE; DROP TABLE IF EXISTS users, log; CREATE TABLE users (id int PRIMARY KEY, name text, city text); CREATE TABLE log (line text)",
    );
    await database.query(
      "INSERT INTO users SELECT n, 'name ' || n, 'city' FROM generate_series(1, 6) AS n; INSERT INTO log VALUES ('a'), ('a'), ('b')",
    );
  }
  return () => folder.remove();
});

const rows = async (database: TestDatabase) =>
  [
    ...(await database.query<{ line: string }>(
      "SELECT concat_ws('|', id, name, city) AS line FROM users ORDER BY id",
    )),
    ...(await database.query<{ line: string }>("SELECT line FROM log ORDER BY line")),
  ].map(({ line }) => line);

async function run(...args: string[]) {
  const done = await folder.run(args);
  expect(done.code, done.stderr).toBe(0);
  return done;
}

describe("patch combine", () => {
  const day = async (edit: string, file: string) => {
    await source.query(edit);
    await run("diff", SOURCE, TARGET, "--output", file);
  };

  it("equals applying the patches in order", async () => {
    const before = await rows(target);
    await day(
      "UPDATE users SET name = 'one' WHERE id = 1; DELETE FROM users WHERE id = 2; INSERT INTO users VALUES (7, 'new', NULL); INSERT INTO log VALUES ('a')",
      "1.patch",
    );
    await run("patch", "1.patch", TARGET);
    await day(
      "UPDATE users SET name = 'two', city = NULL WHERE id = 1; INSERT INTO users VALUES (2, 'back', 'city'); DELETE FROM users WHERE id = 7; DELETE FROM log WHERE line = 'b'",
      "2.patch",
    );
    await run("patch", "2.patch", TARGET);
    const after = await rows(target);
    const combined = await run("patch", "combine", "1.patch", "2.patch", "--output", "both.patch", "--json");
    expect(JSON.parse(combined.stdout)).toMatchObject({ inserts: 1, updates: 2, deletes: 1 });
    const { entries } = JSON.parse((await run("log", TARGET, "--json")).stdout) as {
      entries: { id: string }[];
    };
    for (const { id } of entries) await run("undo", id, TARGET, "--yes");
    expect(await rows(target)).toEqual(before);
    await run("patch", "both.patch", TARGET);
    expect(await rows(target)).toEqual(after);
  });

  it("refuses patches in the wrong order, naming table and key but no value", async () => {
    await day("UPDATE users SET name = 'secret one' WHERE id = 1", "1.patch");
    await run("patch", "1.patch", TARGET);
    await day("UPDATE users SET name = 'secret two' WHERE id = 1", "2.patch");
    const done = await folder.run(["patch", "combine", "2.patch", "1.patch", "--output", "both.patch"]);
    expect(done.code).toBe(6);
    expect(done.stderr).toContain('table "users"');
    expect(done.stderr).toContain('key "id"');
    expect(done.stderr).not.toContain("secret");
    expect((await folder.run(["patch", "show", "both.patch"])).code).toBe(10);
    expect((await folder.run(["patch", "combine", "1.patch", "--output", "both.patch"])).code).toBe(2);
  });
});

describe("patch rebase", () => {
  beforeEach(async () => {
    await source.query(
      "UPDATE users SET name = 'theirs ' || id WHERE id <= 3; DELETE FROM users WHERE id IN (4, 5); INSERT INTO users VALUES (8, 'eight', NULL); INSERT INTO log VALUES ('c')",
    );
    await run("diff", SOURCE, TARGET, "--output", "old.patch");
  });

  it("reads old values again, drops what is done and merges other columns", async () => {
    await target.query(
      "UPDATE users SET city = 'Rome' WHERE id = 1; UPDATE users SET name = 'theirs 2' WHERE id = 2; DELETE FROM users WHERE id = 4",
    );
    const before = await rows(target);
    const done = await run("patch", "rebase", "old.patch", TARGET, "--output", "new.patch", "--json");
    expect(JSON.parse(done.stdout)).toMatchObject({
      updates: 2,
      deletes: 1,
      inserts: 2,
      already_done: 2,
      conflicts: 0,
    });
    expect(await rows(target)).toEqual(before);
    await run("patch", "new.patch", TARGET);
    expect(await rows(target)).toEqual([
      "1|theirs 1|Rome",
      "2|theirs 2|city",
      "3|theirs 3|city",
      "6|name 6|city",
      "8|eight",
      "a",
      "a",
      "b",
      "c",
    ]);
  });

  it("leaves conflicts out, writes them down, and they resolve", async () => {
    await target.query(
      "UPDATE users SET name = 'ours' WHERE id IN (1, 5); DELETE FROM users WHERE id = 2; INSERT INTO users VALUES (8, 'other', NULL)",
    );
    const done = await folder.run([
      "patch",
      "rebase",
      "old.patch",
      TARGET,
      "--output",
      "new.patch",
      "--conflicts",
      "c.json",
      "--json",
    ]);
    expect(done.code, done.stderr).toBe(6);
    const { first_conflicts, ...counts } = JSON.parse(done.stdout);
    expect(counts).toMatchObject({
      conflicts: 4,
      updates: 1,
      deletes: 1,
      inserts: 1,
      conflict_file: "c.json",
    });
    expect(
      first_conflicts
        .map(({ kind, key }: { kind: string; key: { id: string } }) => `${key.id} ${kind}`)
        .sort(),
    ).toEqual(["1 update-update", "2 update-delete", "5 delete-update", "8 insert-insert"]);
    const refused = await folder.run([
      "patch",
      "resolve",
      "c.json",
      "--with",
      "theirs",
      "--output",
      "r.patch",
    ]);
    expect(refused.code).toBe(6); // a row that is gone is known in part only
    await run("patch", "resolve", "c.json", "--with", "ours", "--output", "r.patch");
    await run("patch", "new.patch", TARGET);
    await run("patch", "r.patch", TARGET);
    expect(await rows(target)).toEqual([
      "1|ours|city",
      "3|theirs 3|city",
      "5|ours|city",
      "6|name 6|city",
      "8|other",
      "a",
      "a",
      "b",
      "c",
    ]);
  });

  it("refuses a table that was altered since", async () => {
    await target.query("ALTER TABLE users ADD COLUMN more int");
    expect((await folder.run(["patch", "rebase", "old.patch", TARGET, "--output", "new.patch"])).code).toBe(
      8,
    );
  });
});
