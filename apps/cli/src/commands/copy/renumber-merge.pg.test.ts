import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type CommandFolder, configOf, makeCommandFolder } from "../../testing/run-syncline.ts";

let databases: Record<"base" | "ours" | "theirs", TestDatabase>;
let folder: CommandFolder;

const SCHEMA = `DROP SCHEMA IF EXISTS syncline CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public;
  CREATE TABLE customer (id serial PRIMARY KEY, name text, inviter int REFERENCES customer);
  CREATE TABLE invoice (id int PRIMARY KEY, customer_id int NOT NULL REFERENCES customer, total int);
  INSERT INTO customer (name) VALUES ('first'), ('second'); INSERT INTO invoice VALUES (1, 1, 100)`;

beforeAll(async () => {
  const [base, ours, theirs] = await Promise.all(
    ["renumber_base", "renumber_ours", "renumber_theirs"].map((name) => createTestDatabase(name)),
  );
  databases = { base, ours, theirs } as typeof databases;
});
afterAll(async () => {
  for (const database of Object.values(databases)) await database.drop();
});
beforeEach(async () => {
  const servers = Object.entries(databases).map(([name, { url }]) => [name, { url }] as const);
  folder = await makeCommandFolder(configOf(Object.fromEntries(servers)));
  for (const database of Object.values(databases)) await database.query(SCHEMA);
  const { ours, theirs } = databases;
  await ours.query(
    `INSERT INTO customer (name) VALUES ('ours'), ('both'); INSERT INTO invoice VALUES (2, 3, 30)`,
  );
  await theirs.query(
    `INSERT INTO customer (name, inviter) VALUES ('theirs', 1), ('both', NULL), ('invited', 3);
     INSERT INTO invoice VALUES (2, 3, 31), (3, 5, 50); UPDATE invoice SET total = 101 WHERE id = 1`,
  );
  return () => folder.remove();
});

const merge = async (...more: string[]) => {
  const args = ["--base", "base:public:*", "--strategy", "three-way", "--json", ...more];
  const result = await folder.run(["copy", "theirs:public:*", "ours:public:*", ...args]);
  return { ...result, counts: result.code === 8 ? null : JSON.parse(result.stdout) };
};
const customers = (database: TestDatabase) =>
  database.query(
    "SELECT c.name, i.name AS inviter FROM customer c LEFT JOIN customer i ON i.id = c.inviter ORDER BY 1, 2",
  );
const invoices = async (database: TestDatabase) =>
  (
    await database.query<{ line: string }>(
      "SELECT i.total || ' ' || c.name AS line FROM invoice i JOIN customer c ON c.id = i.customer_id ORDER BY i.total",
    )
  ).map(({ line }) => line);

it("gives rows that both sides added under one key another one, with what refers to them", async () => {
  const { ours } = databases;
  const first = await merge("--renumber");
  expect(first.counts).toMatchObject({
    outcome: "applied",
    undecided: 0,
    inserted: 4,
    updated: 1,
    deleted: 0,
  });
  expect(await customers(ours)).toEqual([
    { name: "both", inviter: null },
    { name: "first", inviter: null },
    { name: "invited", inviter: "theirs" },
    { name: "ours", inviter: null },
    { name: "second", inviter: null },
    { name: "theirs", inviter: "first" },
  ]);
  expect(await invoices(ours)).toEqual(["30 ours", "31 theirs", "50 invited", "101 first"]);
});

it("finds them again, also with a newer base", async () => {
  const { base, ours, theirs } = databases;
  await merge("--renumber");
  expect((await merge("--renumber")).counts).toMatchObject({ outcome: "already-applied", undecided: 0 });
  await base.query("TRUNCATE customer, invoice");
  for (const table of ["customer", "invoice"])
    for (const row of await theirs.query(`SELECT to_json(t)::text AS row FROM ${table} t ORDER BY id`))
      await base.query(
        `INSERT INTO ${table} SELECT * FROM json_populate_record(NULL::${table}, '${row["row"]}')`,
      );
  await theirs.query(
    "UPDATE invoice SET total = 32 WHERE id = 2; UPDATE customer SET name = 'renamed' WHERE id = 3",
  );
  await theirs.query("DELETE FROM invoice WHERE id = 3; DELETE FROM customer WHERE id = 5");
  expect((await merge("--renumber")).counts).toMatchObject({
    inserted: 0,
    updated: 2,
    deleted: 2,
    undecided: 0,
  });
  expect(await invoices(ours)).toEqual(["30 ours", "32 renamed", "101 first"]);
});

it("holds them as conflicts without --renumber", async () => {
  const result = await merge();
  expect(result.code).toBe(6);
  expect(result.counts).toMatchObject({ undecided: 2 });
});
