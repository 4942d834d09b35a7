import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { apply, insert, patchOf, remove, table, undo, update } from "./testing/apply.fixture.ts";
import { digest, readState, roundTrip } from "./testing/round-trip.fixture.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase("reach");
});
afterAll(() => database.drop());
beforeEach(() =>
  database.query("DROP SCHEMA IF EXISTS syncline CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public"),
);

const PARENT = table("parent", "id integer, name text", "id");
const gone = () => patchOf([PARENT], [remove("parent", { id: "1" }, { id: "1", name: "one" })]);

const family = (action: string) => `CREATE TABLE parent (id int PRIMARY KEY, name text);
  CREATE TABLE child (id int PRIMARY KEY, parent int DEFAULT 2 CONSTRAINT child_of REFERENCES parent ${action}, note text);
  CREATE TABLE grandchild (id int PRIMARY KEY, child int REFERENCES child ON DELETE CASCADE ON UPDATE CASCADE);
  INSERT INTO parent VALUES (1, 'one'), (2, 'two'); INSERT INTO child VALUES (1, 1, 'a'), (2, 1, 'b'), (3, 2, 'c');
  INSERT INTO grandchild VALUES (1, 1), (2, 3)`;

describe.each(["CASCADE", "SET NULL", "SET DEFAULT"])("ON DELETE %s", (action) => {
  it("is refused with constraint, table and count when it would reach rows that no operation names", async () => {
    await database.query(family(`ON DELETE ${action}`));
    const before = digest(await readState(database.url));
    const error = await apply(database.url, gone()).catch((each: unknown) => each);
    expect(error).toMatchObject({
      code: "reach.refused",
      message: expect.stringMatching(/2 rows of "child".*"child_of"/),
      details: { constraints: [{ constraint: "child_of", table: "child", rows: 2 }] },
    });
    expect(digest(await readState(database.url))).toBe(before);
  });

  it("is taken into the patch and its inverse with includeCascades, over several levels", async () => {
    await database.query(family(`ON DELETE ${action}`));
    const before = digest(await readState(database.url));
    const result = await apply(database.url, gone(), { options: { includeCascades: true } });
    const [children] = await database.query(
      "SELECT count(*)::int AS n, count(parent)::int AS parents, sum(parent)::int AS sum FROM child",
    );
    const expected = {
      CASCADE: { n: 1, parents: 1, sum: 2 },
      "SET NULL": { n: 3, parents: 1, sum: 2 },
      "SET DEFAULT": { n: 3, parents: 3, sum: 6 },
    };
    expect(children).toEqual(expected[action as "CASCADE"]);
    await undo(database.url, result.ledgerId ?? "");
    expect(digest(await readState(database.url))).toBe(before);
  });
});

it("ON DELETE CASCADE does not matter when the patch names the children", async () => {
  await roundTrip(database, {
    setup: family("ON DELETE CASCADE"),
    edit: "DELETE FROM grandchild WHERE id = 1; DELETE FROM child WHERE parent = 1; DELETE FROM parent WHERE id = 1",
  });
});

it("a moved child does not count", async () => {
  await roundTrip(database, {
    setup: family("ON DELETE CASCADE"),
    edit: "UPDATE child SET parent = 2 WHERE parent = 1; DELETE FROM parent WHERE id = 1",
  });
});

it("ON UPDATE CASCADE of a referenced column is refused, or taken along", async () => {
  await database.query(`CREATE TABLE parent (id int PRIMARY KEY, name text UNIQUE);
    CREATE TABLE child (id int PRIMARY KEY, parent text REFERENCES parent (name) ON UPDATE CASCADE);
    INSERT INTO parent VALUES (1, 'one'), (2, 'two'); INSERT INTO child VALUES (1, 'one'), (2, 'two')`);
  const before = digest(await readState(database.url));
  const patch = patchOf([PARENT], [update("parent", { id: "1" }, { name: "one" }, { name: "uno" })]);
  await expect(apply(database.url, patch)).rejects.toMatchObject({ code: "reach.refused" });
  const result = await apply(database.url, patch, { options: { includeCascades: true } });
  expect(await database.query("SELECT parent FROM child ORDER BY id")).toEqual([
    { parent: "uno" },
    { parent: "two" },
  ]);
  await undo(database.url, result.ledgerId ?? "");
  expect(digest(await readState(database.url))).toBe(before);
});

it("children without a key go and come back in their number", async () => {
  await database.query(`CREATE TABLE parent (id int PRIMARY KEY, name text);
    CREATE TABLE child (parent int REFERENCES parent ON DELETE CASCADE, doc json);
    INSERT INTO parent VALUES (1, 'one'); INSERT INTO child VALUES (1, '{"a":1}'), (1, '{"a":1}'), (1, '{"a": 1}')`);
  const before = digest(await readState(database.url));
  const result = await apply(database.url, gone(), { options: { includeCascades: true } });
  expect(await database.query("SELECT FROM child")).toEqual([]);
  await undo(database.url, result.ledgerId ?? "");
  expect(digest(await readState(database.url))).toBe(before);
});

it("refuses a table with a rule and names it", async () => {
  await database.query(`CREATE TABLE parent (id int PRIMARY KEY, name text); INSERT INTO parent VALUES (1, 'one');
    CREATE RULE keep AS ON DELETE TO parent DO INSTEAD NOTHING`);
  await expect(apply(database.url, gone())).rejects.toMatchObject({
    code: "reach.refused",
    message: expect.stringContaining('"keep"'),
  });
});

it("leaves the rows of inheritance children alone", async () => {
  await database.query(`CREATE TABLE parent (id int PRIMARY KEY, name text); CREATE TABLE heir (extra int) INHERITS (parent);
    INSERT INTO parent VALUES (1, 'one'); INSERT INTO heir VALUES (1, 'one', 5)`);
  const patch = patchOf(
    [PARENT],
    [
      remove("parent", { id: "1" }, { id: "1", name: "one" }),
      insert("parent", { id: "7" }, { id: "7", name: "x" }),
    ],
  );
  expect(await apply(database.url, patch)).toMatchObject({ outcome: "applied", counts: { deleted: 1 } });
  expect(await database.query("SELECT id, name, extra FROM heir")).toEqual([
    { id: 1, name: "one", extra: 5 },
  ]);
});

it("column tenancy: writes and reads only the tenant's rows, and never cascades into another's", async () => {
  await database.query(`CREATE TABLE parent (tenant text, id int, name text, PRIMARY KEY (tenant, id));
    CREATE TABLE child (tenant text, id int PRIMARY KEY, parent_tenant text, parent int, FOREIGN KEY (parent_tenant, parent) REFERENCES parent ON DELETE CASCADE);
    INSERT INTO parent VALUES ('a', 1, 'one'), ('b', 1, 'one')`);
  const scope = { tenantColumn: { name: "tenant", value: "a" } };
  const patch = patchOf(
    [PARENT],
    [
      remove("parent", { id: "1" }, { id: "1", name: "one" }),
      insert("parent", { id: "2" }, { id: "2", name: "two" }),
    ],
  );
  const result = await apply(database.url, patch, { scope });
  expect(result).toMatchObject({ outcome: "applied", counts: { inserted: 1, deleted: 1 } });
  expect(await database.query("SELECT * FROM parent ORDER BY tenant, id")).toEqual([
    { tenant: "a", id: 2, name: "two" },
    { tenant: "b", id: 1, name: "one" },
  ]);
  await expect(undo(database.url, patch.header.id)).rejects.toMatchObject({ code: "patch.not_found" });
  await undo(database.url, patch.header.id, { scope });
  await database.query("INSERT INTO child VALUES ('b', 1, 'a', 1)");
  await expect(
    apply(database.url, patch, { scope, options: { includeCascades: true } }),
  ).rejects.toMatchObject({ code: "reach.refused" });
});

it("takes back keys that a cascade changed, over two levels", async () => {
  await database.query(`CREATE TABLE parent (id int PRIMARY KEY, name text UNIQUE);
    CREATE TABLE child (name text PRIMARY KEY REFERENCES parent (name) ON UPDATE CASCADE, note text);
    CREATE TABLE grandchild (id int PRIMARY KEY, name text REFERENCES child ON UPDATE CASCADE);
    INSERT INTO parent VALUES (1, 'one'), (2, 'two'); INSERT INTO child VALUES ('one', 'a'), ('two', 'b');
    INSERT INTO grandchild VALUES (1, 'one'), (2, 'two')`);
  const before = digest(await readState(database.url));
  const patch = patchOf([PARENT], [update("parent", { id: "1" }, { name: "one" }, { name: "ONE" })]);
  const options = { includeCascades: true };
  const result = await apply(database.url, patch, { options });
  expect(result).toMatchObject({ outcome: "applied", counts: { updated: 3 } });
  const after = digest(await readState(database.url));
  const undone = await undo(database.url, result.ledgerId ?? "");
  expect(undone).toMatchObject({ outcome: "applied", counts: { updated: 3 } });
  expect(digest(await readState(database.url))).toBe(before);
  expect(await undo(database.url, undone.ledgerId ?? "")).toMatchObject({ outcome: "applied" });
  expect(digest(await readState(database.url))).toBe(after);
});

it("a row that one constraint changes and another takes away is taken away", async () => {
  await database.query(`CREATE TABLE parent (id int PRIMARY KEY, name text); CREATE TABLE other (id int PRIMARY KEY, name text);
    CREATE TABLE child (id int PRIMARY KEY, a int REFERENCES parent ON DELETE SET NULL, b int REFERENCES other ON DELETE CASCADE);
    INSERT INTO parent VALUES (1, 'one'); INSERT INTO other VALUES (1, 'one'); INSERT INTO child VALUES (1, 1, 1)`);
  const before = digest(await readState(database.url));
  const patch = patchOf(
    [PARENT, { ...PARENT, name: "other" }],
    ["parent", "other"].map((name) => remove(name, { id: "1" }, { id: "1", name: "one" })),
  );
  const result = await apply(database.url, patch, { options: { includeCascades: true } });
  expect(result).toMatchObject({ outcome: "applied", counts: { deleted: 3 } });
  expect(await undo(database.url, result.ledgerId ?? "")).toMatchObject({ outcome: "applied" });
  expect(digest(await readState(database.url))).toBe(before);
});
