import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type CommandFolder, makeCommandFolder } from "../../testing/run-syncline.ts";

let database: TestDatabase;
let folder: CommandFolder;

beforeAll(async () => {
  database = await createTestDatabase("renumber_edges");
});
afterAll(() => database.drop());
beforeEach(async () => {
  const tenancy = { kind: "column", column: "tenant" };
  folder = await makeCommandFolder(
    JSON.stringify({ version: 1, servers: { db: { url: database.url, tenancy } } }),
  );
  await database.query(`DROP SCHEMA IF EXISTS syncline CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public;
    CREATE TABLE item (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant text NOT NULL, name text, parent int REFERENCES item);
    CREATE TABLE tag (id smallint PRIMARY KEY, tenant text NOT NULL, item int NOT NULL REFERENCES item);
    INSERT INTO item (tenant, name, parent) VALUES ('a', 'one', 2), ('a', 'two', 1), ('c', 'three', NULL);
    INSERT INTO tag VALUES (1, 'a', 2), (7, 'c', 3)`);
  return () => folder.remove();
});

const run = async (...args: string[]) => {
  const result = await folder.run([...args, "--json"]);
  return { ...result, document: result.stdout === "" ? null : JSON.parse(result.stdout) };
};
const copy = (...more: string[]) => run("copy", "db:a:*", "db:b:*", "--renumber", ...more);
const rows = async (tenant: string) => ({
  items: await database.query(
    `SELECT i.name, p.name AS parent, p.tenant FROM item i LEFT JOIN item p ON p.id = i.parent WHERE i.tenant = '${tenant}' ORDER BY 1`,
  ),
  tags: await database.query(
    `SELECT i.name, i.tenant FROM tag t JOIN item i ON i.id = t.item WHERE t.tenant = '${tenant}' ORDER BY 1`,
  ),
});
const MASKS = { tables: { tag: { id: "hash" } } };
const MOVED = {
  items: [
    { name: "one", parent: "two", tenant: "b" },
    { name: "two", parent: "one", tenant: "b" },
  ],
  tags: [{ name: "two", tenant: "b" }],
};
const everything = async () => [
  await database.query("SELECT t.*, t.xmin::text FROM item t ORDER BY id"),
  await database.query("SELECT t.*, t.xmin::text FROM tag t ORDER BY id"),
  await database.query("SELECT last_value, is_called FROM item_id_seq"),
];

it("a dry run counts the same and leaves nothing, not even in a sequence", async () => {
  const before = await everything();
  const dry = await copy("--dry-run");
  expect(dry.document).toMatchObject({ outcome: "dry-run", inserted: 3 });
  expect(await everything()).toEqual(before);
  expect(await database.query("SELECT 1 FROM pg_namespace WHERE nspname = 'syncline'")).toEqual([]);
  expect((await copy()).document).toMatchObject({ outcome: "applied", inserted: 3 });
  expect(await rows("b")).toEqual(MOVED);
});

it("keys come from the sequence, without one from above the greatest; an undo takes the rows back", async () => {
  const first = await copy();
  expect(await database.query("SELECT id FROM item WHERE tenant = 'b' ORDER BY id")).toEqual([
    { id: 4 },
    { id: 5 },
  ]);
  expect(await database.query("SELECT id FROM tag WHERE tenant = 'b'")).toEqual([{ id: 8 }]);
  expect((await run("undo", first.document.ledger_id, "db:b:*", "--yes")).code).toBe(0);
  expect(await rows("b")).toEqual({ items: [], tags: [] });
  await database.query("INSERT INTO tag VALUES (8, 'c', 3)"); // the key that was given back
  expect((await copy()).document).toMatchObject({ inserted: 3 });
  expect(await rows("b")).toEqual(MOVED);
  expect(await database.query("SELECT id FROM item WHERE tenant = 'b' ORDER BY id")).toEqual([
    { id: 4 },
    { id: 5 },
  ]);
  expect(await database.query("SELECT id, tenant FROM tag WHERE id > 7 ORDER BY id")).toEqual([
    { id: 8, tenant: "c" },
    { id: 9, tenant: "b" },
  ]);
  expect((await copy()).document).toMatchObject({ outcome: "already-applied", unchanged: 3 });
});

it("a sequence that lies behind gives no key that a row has", async () => {
  await database.query("SELECT setval('item_id_seq', 1, false)");
  expect((await copy()).code).toBe(0);
  expect(await rows("b")).toEqual(MOVED);
});

it("two runs at a time give every row one key", async () => {
  const both = await Promise.all([copy(), copy()]);
  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  expect(await rows("b")).toEqual(MOVED);
});

it("a new row of the source whose key was given to another one gets its own", async () => {
  const there = await createTestDatabase("renumber_there");
  try {
    const tenancy = { kind: "column", column: "tenant" };
    const servers = { db: { url: database.url, tenancy }, there: { url: there.url, tenancy } };
    await folder.write("syncline.yaml", JSON.stringify({ version: 1, servers }));
    await there.query(
      "CREATE TABLE item (id int PRIMARY KEY, tenant text NOT NULL, name text, parent int REFERENCES item)",
    );
    await there.query("INSERT INTO item VALUES (2, 'c', 'foreign', NULL)");
    const away = () => run("copy", "db:a:item", "there:b:item", "--renumber");
    expect((await away()).document).toMatchObject({ inserted: 2 });
    const items =
      "SELECT i.id, i.name, p.name AS parent FROM item i LEFT JOIN item p ON p.id = i.parent ORDER BY 1";
    const moved = [
      { id: 1, name: "one", parent: "two" },
      { id: 2, name: "foreign", parent: null },
      { id: 3, name: "two", parent: "one" },
    ];
    expect(await there.query(items)).toEqual(moved);
    await database.query("DELETE FROM tag; DELETE FROM item WHERE id = 3");
    await database.query("INSERT INTO item OVERRIDING SYSTEM VALUE VALUES (3, 'a', 'new', 2)");
    expect((await away()).document).toMatchObject({ inserted: 1, updated: 0, deleted: 0 });
    expect(await there.query(items)).toEqual([...moved, { id: 4, name: "new", parent: "two" }]);
    await database.query("UPDATE item SET parent = 3 WHERE id = 1");
    expect((await away()).document).toMatchObject({ inserted: 0, updated: 1, deleted: 0 });
    expect((await there.query(items))[0]).toEqual({ id: 1, name: "one", parent: "new" });
  } finally {
    await there.drop();
  }
});

describe("refuses what it does not cover", () => {
  it.each([
    ["references from tables left out", ["copy", "db:a:item", "db:b:item"], "tag"],
    ["references to tables left out", ["copy", "db:a:tag", "db:b:tag"], "item"],
  ])("%s", async (_what, args, name) => {
    const before = await everything();
    const result = await run(...args, "--renumber");
    expect(result.code).toBe(8);
    expect(result.stderr).toContain("renumber.required");
    expect(result.stderr).toContain(name);
    expect((await everything()).slice(0, 2)).toEqual(before.slice(0, 2));
  });

  it("keys that are no whole numbers", async () => {
    await database.query(
      "DROP TABLE tag, item; CREATE TABLE item (id text PRIMARY KEY, tenant text NOT NULL); CREATE TABLE tag (x int PRIMARY KEY, tenant text)",
    );
    await database.query("INSERT INTO item VALUES ('x', 'a'), ('y', 'c')");
    const result = await copy();
    expect(result.stderr).toContain("renumber.required");
    expect(await database.query("SELECT * FROM item ORDER BY id")).toHaveLength(2);
  });
});

it.each(["push", "import"])("%s of pulled rows finds its rows again", async (command) => {
  const foreign = () =>
    database.query("SELECT t.*, t.xmin::text FROM item t WHERE tenant <> 'b' ORDER BY id");
  const before = await foreign();
  expect((await run("pull", "db:a:*", "rows")).code).toBe(0);
  const args = [command, "rows", "db:b:*", "--renumber", "--yes"];
  expect((await run(...args)).document).toMatchObject({ outcome: "applied", inserted: 3 });
  expect(await rows("b")).toEqual(MOVED);
  expect((await run(...args)).document).toMatchObject({ outcome: "already-applied", unchanged: 3 });
  expect(await foreign()).toEqual(before);
});

it("--diff-first compares under the new keys", async () => {
  expect((await copy("--diff-first", "--yes")).stderr).toContain("3");
  const again = await folder.run(["copy", "db:a:*", "db:b:*", "--renumber", "--diff-first"]);
  expect(again).toMatchObject({ code: 0 }); // a difference would need --yes
});

it("refuses masks of keys that change", async () => {
  const tenancy = { kind: "column", column: "tenant" };
  const config = { version: 1, servers: { db: { url: database.url, tenancy } }, masks: { m: MASKS } };
  await folder.write("syncline.yaml", JSON.stringify(config));
  const before = await everything();
  const result = await copy("--mask", "m");
  expect(result.stderr).toContain("masked");
  expect((await everything()).slice(0, 2)).toEqual(before.slice(0, 2));
});

it("three places: the base and the source under the keys of the target", async () => {
  await copy();
  expect((await run("pull", "db:a:*", "base")).code).toBe(0);
  await database.query(`UPDATE item SET name = 'theirs' WHERE id = 1; UPDATE item SET name = 'ours' WHERE tenant = 'b' AND name = 'two';
    INSERT INTO item (tenant, name, parent) VALUES ('a', 'added', 1), ('b', 'own', NULL); DELETE FROM tag WHERE tenant = 'a'`);
  const foreign = "SELECT t.*, t.xmin::text FROM item t WHERE tenant <> 'b' ORDER BY id";
  const before = await database.query(foreign);
  const merged = await copy("--strategy", "three-way", "--base", "./base");
  expect(merged.document).toMatchObject({
    outcome: "applied",
    undecided: 0,
    inserted: 1,
    updated: 1,
    deleted: 1,
  });
  expect(await rows("b")).toEqual({
    items: [
      { name: "added", parent: "theirs", tenant: "b" },
      { name: "ours", parent: "theirs", tenant: "b" },
      { name: "own", parent: null, tenant: null },
      { name: "theirs", parent: "ours", tenant: "b" },
    ],
    tags: [],
  });
  expect(await database.query(foreign)).toEqual(before);
  const again = await copy("--strategy", "three-way", "--base", "./base");
  expect(again.document).toMatchObject({ outcome: "already-applied", undecided: 0 });
});
