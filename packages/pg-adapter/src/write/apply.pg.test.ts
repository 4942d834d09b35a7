import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { apply, insert, patchOf, remove, table, undo, update } from "./testing/apply.fixture.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase("apply");
});
afterAll(() => database.drop());

const USERS = table("users", "id integer, name text, age integer", "id");
const rows = () => database.query("SELECT id::text, name, age::text FROM users ORDER BY users.id");
const BEFORE = [
  { id: "1", name: "Ada", age: "36" },
  { id: "2", name: "Bob", age: null },
  { id: "3", name: "Cyd", age: "7" },
];

beforeEach(async () => {
  await database.query(`DROP SCHEMA IF EXISTS syncline CASCADE; DROP TABLE IF EXISTS users;
    CREATE TABLE users (id integer PRIMARY KEY, name text, age integer);
    INSERT INTO users VALUES (1, 'Ada', 36), (2, 'Bob', NULL), (3, 'Cyd', 7)`);
});

const patch = () =>
  patchOf(
    [USERS],
    [
      insert("users", { id: "4" }, { id: "4", name: "D\t\\N\n'", age: null }),
      update("users", { id: "2" }, { age: null }, { age: "20" }),
      remove("users", { id: "3" }, { id: "3", name: "Cyd", age: "7" }),
    ],
  );

const AFTER = [
  { id: "1", name: "Ada", age: "36" },
  { id: "2", name: "Bob", age: "20" },
  { id: "4", name: "D\t\\N\n'", age: null },
];

it("applies, is a no-op the second time, undoes, applies again", async () => {
  const made = patch();
  const first = await apply(database.url, made);
  expect(first).toMatchObject({
    outcome: "applied",
    counts: { inserted: 1, updated: 1, deleted: 1, alreadyApplied: 0 },
  });
  expect(await rows()).toEqual(AFTER);
  const second = await apply(database.url, made);
  expect(second).toMatchObject({
    outcome: "already-applied",
    ledgerId: null,
    counts: { inserted: 0, alreadyApplied: 3 },
  });
  expect(await undo(database.url, first.patchId)).toMatchObject({ outcome: "applied" });
  expect(await rows()).toEqual(BEFORE);
  await expect(undo(database.url, first.patchId)).rejects.toMatchObject({ code: "patch.already_undone" });
  expect(await apply(database.url, made)).toMatchObject({ outcome: "applied" });
  expect(await rows()).toEqual(AFTER);
});

it("writes nothing in a dry run, not even a schema", async () => {
  expect(await apply(database.url, patch(), { options: { dryRun: true } })).toMatchObject({
    outcome: "dry-run",
    counts: { inserted: 1, updated: 1, deleted: 1 },
  });
  expect(await rows()).toEqual(BEFORE);
  expect(await database.query("SELECT FROM pg_namespace WHERE nspname = 'syncline'")).toEqual([]);
});

it("reports conflicts with the whole row, and writes nothing", async () => {
  await database.query(
    "UPDATE users SET age = 1, name = 'Robert' WHERE id = 2; INSERT INTO users VALUES (4, 'Eve', 1)",
  );
  await database.query("UPDATE users SET age = 8 WHERE id = 3");
  const before = await rows();
  const result = await apply(database.url, patch());
  expect(result).toMatchObject({ outcome: "conflicts", conflictCount: 3, ledgerId: null });
  expect(result.conflicts.map(({ kind, ours }) => [kind, ours && Object.fromEntries(ours)])).toEqual([
    ["insert-insert", { id: "4", name: "Eve", age: "1" }],
    ["update-update", { id: "2", name: "Robert", age: "1" }],
    ["delete-update", { id: "3", name: "Cyd", age: "8" }],
  ]);
  expect(await rows()).toEqual(before);
});

it("theirs overwrites, and its undo brings back the true rows", async () => {
  await database.query(
    "UPDATE users SET age = 1, name = 'Robert' WHERE id = 2; INSERT INTO users VALUES (4, 'Eve', 1)",
  );
  await database.query("UPDATE users SET age = 8 WHERE id = 3");
  const before = await rows();
  const result = await apply(database.url, patch(), { options: { strategy: "theirs" } });
  expect(result).toMatchObject({ outcome: "applied", counts: { inserted: 0, updated: 2, deleted: 1 } });
  expect(await rows()).toEqual([AFTER[0], { id: "2", name: "Robert", age: "20" }, AFTER[2]]);
  await undo(database.url, result.ledgerId ?? "");
  expect(await rows()).toEqual(before);
});

it("ours keeps the target's rows and writes the rest", async () => {
  await database.query("UPDATE users SET age = 1 WHERE id = 2");
  const result = await apply(database.url, patch(), { options: { strategy: "ours" } });
  expect(result).toMatchObject({
    outcome: "applied",
    counts: { inserted: 1, updated: 0, deleted: 1, skipped: 1 },
  });
  expect(await rows()).toEqual([AFTER[0], { id: "2", name: "Bob", age: "1" }, AFTER[2]]);
});

it("refuses an update that was edited to change the key, which could not be taken back", async () => {
  const edited = patchOf([USERS], [update("users", { id: "2" }, { id: "2" }, { id: "20" })]);
  await expect(apply(database.url, edited)).rejects.toMatchObject({ code: "file.damaged" });
  expect(await rows()).toEqual(BEFORE);
});

it("reports every conflict at once, those of identical rows among them", async () => {
  await database.query(
    "DROP TABLE IF EXISTS marks; CREATE TABLE marks (note text); INSERT INTO marks VALUES ('x')",
  );
  const both = patchOf(
    [table("marks", "note text", ""), USERS],
    [
      remove("marks", {}, { note: "x" }, 1, 3),
      update("users", { id: "1" }, { age: "35" }, { age: "37" }),
      update("users", { id: "3" }, { age: "7" }, { age: "8" }),
    ],
  );
  const { conflicts, ...result } = await apply(database.url, both);
  expect(result).toMatchObject({ outcome: "conflicts", conflictCount: 2 });
  expect(conflicts.map(({ kind }) => kind).sort()).toEqual(["count-changed", "update-update"]);
  expect(await rows()).toEqual(BEFORE);
});
