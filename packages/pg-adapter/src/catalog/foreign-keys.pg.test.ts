import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { withSnapshot } from "../read/testing/open-snapshot.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase("foreign_keys");
});
afterAll(() => database.drop());
beforeEach(() =>
  database.query("DROP SCHEMA public CASCADE; CREATE SCHEMA public; DROP SCHEMA IF EXISTS far CASCADE"),
);

const found = (tables?: readonly string[]) =>
  withSnapshot({ url: database.url, ...(tables === undefined ? {} : { tables }) }, (snapshot) =>
    snapshot.foreignKeys(),
  );

it("columns in their order, actions, operators and states", async () => {
  await database.query(`CREATE EXTENSION IF NOT EXISTS citext SCHEMA public;
    CREATE TABLE p (a int, b citext, id bigint UNIQUE, PRIMARY KEY (b, a));
    CREATE TABLE c (x citext, y int, up int, CONSTRAINT both_of FOREIGN KEY (y, x) REFERENCES p (a, b) MATCH FULL
      ON DELETE CASCADE ON UPDATE SET NULL DEFERRABLE);
    ALTER TABLE c ADD CONSTRAINT up_to FOREIGN KEY (up) REFERENCES p (id) ON DELETE SET DEFAULT ON UPDATE RESTRICT NOT VALID`);
  const common = { table: { schema: "public", name: "c" }, referenced: { schema: "public", name: "p" } };
  expect(await found()).toEqual([
    {
      ...common,
      name: "both_of",
      columns: ["y", "x"],
      referencedColumns: ["a", "b"],
      operators: ["pg_catalog.=", "public.="],
      onDelete: "cascade",
      onUpdate: "set null",
      deferrable: true,
      matchFull: true,
      validated: true,
    },
    {
      ...common,
      name: "up_to",
      columns: ["up"],
      referencedColumns: ["id"],
      operators: ["pg_catalog.="],
      onDelete: "set default",
      onUpdate: "restrict",
      deferrable: false,
      matchFull: false,
      validated: false,
    },
  ]);
});

it("of partitioned tables on either side, once", async () => {
  await database.query(`CREATE TABLE p (id int, k int, PRIMARY KEY (id, k)) PARTITION BY LIST (k);
    CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1); CREATE TABLE p2 PARTITION OF p FOR VALUES IN (2);
    CREATE TABLE c (id int, k int, pid int, CONSTRAINT c_to_p FOREIGN KEY (pid, k) REFERENCES p) PARTITION BY LIST (k);
    CREATE TABLE c1 PARTITION OF c FOR VALUES IN (1) PARTITION BY LIST (id); CREATE TABLE c11 PARTITION OF c1 DEFAULT;
    CREATE TABLE plain (id int, pid int, k int, CONSTRAINT plain_to_p FOREIGN KEY (pid, k) REFERENCES p)`);
  const names = async (tables?: readonly string[]) =>
    (await found(tables)).map(({ name, table, referenced }) => `${table.name}.${name}>${referenced.name}`);
  expect(await names()).toEqual(["c.c_to_p>p", "plain.plain_to_p>p"]);
  expect(await names(["p"])).toEqual(["c.c_to_p>p", "plain.plain_to_p>p"]);
  expect(await names(["plain"])).toEqual(["plain.plain_to_p>p"]);
  expect(await names(["c11"])).toHaveLength(1);
});

it("from and to tables outside the snapshot, under hostile names", async () => {
  await database.query(`CREATE SCHEMA far; CREATE TABLE far."P ""x" ("I d" int PRIMARY KEY);
    CREATE TABLE "constructor" (id int PRIMARY KEY, "a.b" int CONSTRAINT "c'1" REFERENCES far."P ""x");
    CREATE TABLE far.child (id int CONSTRAINT z REFERENCES "constructor"); CREATE TABLE far.other (id int REFERENCES far."P ""x")`);
  const keys = await found();
  expect(keys.map(({ name, columns, referenced }) => [name, columns, referenced])).toEqual([
    ["z", ["id"], { schema: "public", name: "constructor" }],
    ["c'1", ["a.b"], { schema: "far", name: 'P "x' }],
  ]);
});

it("none where there is no table", async () => {
  expect(await found()).toEqual([]);
});
