import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { apply, insert, patchOf, remove, table, undo, update } from "./testing/apply.fixture.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase("unindexed");
});
afterAll(() => database.drop());

/** As with --key: the patch names rows by a column that the target does not keep unique. */
const READINGS = table("readings", "id integer, note text", "id");
const rows = async () =>
  (await database.query("SELECT id || ' ' || note AS row FROM readings ORDER BY 1")).map(({ row }) => row);

beforeEach(async () => {
  await database.query(`DROP SCHEMA IF EXISTS syncline CASCADE; DROP TABLE IF EXISTS readings;
    CREATE TABLE readings (id integer, note text); INSERT INTO readings VALUES (1, 'a'), (2, 'a'), (3, 'c')`);
});

it("inserts a row once, however often it is applied", async () => {
  const patch = patchOf([READINGS], [insert("readings", { id: "4" }, { id: "4", note: "d" })]);
  expect(await apply(database.url, patch)).toMatchObject({ outcome: "applied" });
  expect(await apply(database.url, patch)).toMatchObject({ outcome: "already-applied" });
  expect(await rows()).toEqual(["1 a", "2 a", "3 c", "4 d"]);
  expect(await undo(database.url, patch.header.id)).toMatchObject({ outcome: "applied" });
  expect(await rows()).toEqual(["1 a", "2 a", "3 c"]);
});

it("reports an insert of a key that another row has", async () => {
  const patch = patchOf([READINGS], [insert("readings", { id: "3" }, { id: "3", note: "other" })]);
  expect(await apply(database.url, patch)).toMatchObject({ outcome: "conflicts", conflictCount: 1 });
  expect(await rows()).toEqual(["1 a", "2 a", "3 c"]);
});

const CHANGES = {
  update: [1, 2].map((id) => update("readings", { id: `${id}` }, { note: "a" }, { note: "b" })),
  delete: [1, 2].map((id) => remove("readings", { id: `${id}` }, { id: `${id}`, note: "a" })),
};

it.each(["update", "delete"] as const)("refuses to %s when two rows have one key", async (kind) => {
  await database.query("DELETE FROM readings WHERE id = 2; INSERT INTO readings VALUES (1, 'a')");
  await expect(apply(database.url, patchOf([READINGS], CHANGES[kind]))).rejects.toMatchObject({
    code: "key.not_unique",
  });
  expect(await rows()).toEqual(["1 a", "1 a", "3 c"]);
});

it("refuses a patch that was edited to insert a key twice", async () => {
  const twice = ["x", "y"].map((note) => insert("readings", { id: "4" }, { id: "4", note }));
  await expect(apply(database.url, patchOf([READINGS], twice))).rejects.toMatchObject({
    code: "key.not_unique",
  });
  expect(await rows()).toEqual(["1 a", "2 a", "3 c"]);
});
