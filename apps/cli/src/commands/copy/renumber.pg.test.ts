import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type CommandFolder, makeCommandFolder } from "../../testing/run-syncline.ts";

let database: TestDatabase;
let folder: CommandFolder;

beforeAll(async () => {
  database = await createTestDatabase("copy_renumber");
});
afterAll(() => database.drop());
beforeEach(async () => {
  const tenancy = { kind: "column", column: "tenant" };
  folder = await makeCommandFolder(
    JSON.stringify({ version: 1, servers: { db: { url: database.url, tenancy } } }),
  );
  await database.query(SCHEMA);
  return () => folder.remove();
});

const SCHEMA = `DROP SCHEMA IF EXISTS syncline CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public;
  CREATE TABLE orders (id serial PRIMARY KEY, tenant text NOT NULL, parent_id int REFERENCES orders, note text,
    UNIQUE (tenant, id));
  CREATE TABLE order_lines (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, tenant text NOT NULL, order_id int NOT NULL,
    qty int, FOREIGN KEY (tenant, order_id) REFERENCES orders (tenant, id));
  CREATE TABLE order_extras (order_id int PRIMARY KEY REFERENCES orders, tenant text NOT NULL, gift boolean);
  INSERT INTO orders (tenant, parent_id, note) VALUES ('a', NULL, 'one'), ('a', 1, 'two'), ('c', NULL, 'foreign'), ('a', 2, 'three');
  INSERT INTO order_lines (tenant, order_id, qty) VALUES ('a', 1, 10), ('a', 1, 11), ('c', 3, 30), ('a', 4, 40);
  INSERT INTO order_extras VALUES (1, 'a', true), (3, 'c', false);
  INSERT INTO orders (tenant, note) VALUES ('b', 'own'); ANALYZE;`;

/** Rows of a tenant by what they say, with what they refer to. */
const meaning = (tenant: string) =>
  database.query(
    `SELECT o.note, p.note AS parent, p.tenant AS parent_tenant, e.gift,
       (SELECT array_agg(l.qty ORDER BY l.qty) FROM order_lines l WHERE l.order_id = o.id AND l.tenant = o.tenant) AS lines
     FROM orders o LEFT JOIN orders p ON p.id = o.parent_id LEFT JOIN order_extras e ON e.order_id = o.id
     WHERE o.tenant = '${tenant}' ORDER BY o.note`,
  );
const foreign = async () => [
  await database.query(
    "SELECT o.*, o.ctid::text, o.xmin::text FROM orders o WHERE tenant <> 'b' ORDER BY id",
  ),
  await database.query(
    "SELECT o.*, o.ctid::text, o.xmin::text FROM order_lines o WHERE tenant <> 'b' ORDER BY id",
  ),
  await database.query(
    "SELECT o.*, o.ctid::text, o.xmin::text FROM order_extras o WHERE tenant <> 'b' ORDER BY 1",
  ),
];
const copy = async (...more: string[]) => {
  const result = await folder.run(["copy", "db:a:*", "db:b:*", "--json", ...more]);
  return { ...result, counts: result.code === 0 ? JSON.parse(result.stdout) : null };
};

it("gives new keys, rewrites every reference and leaves other tenants' rows alone", async () => {
  const before = await foreign();
  const first = await copy("--renumber");
  expect(first.stderr).not.toContain("error");
  expect(first.counts).toMatchObject({ outcome: "applied", inserted: 7, deleted: 1 });
  expect(await meaning("b")).toEqual(
    (await meaning("a")).map((row) => ({
      ...row,
      parent_tenant: row["parent_tenant"] === null ? null : "b",
    })),
  );
  expect(await foreign()).toEqual(before);
});

it("finds its rows again", async () => {
  await copy("--renumber");
  const again = await copy("--renumber");
  expect(again.counts).toMatchObject({
    outcome: "already-applied",
    inserted: 0,
    updated: 0,
    deleted: 0,
    unchanged: 7,
  });
  await database.query(
    "UPDATE orders SET note = 'changed' WHERE id = 2; INSERT INTO orders (tenant, parent_id, note) VALUES ('a', 4, 'new')",
  );
  await database.query("DELETE FROM order_lines WHERE tenant = 'a' AND qty = 40");
  const before = await foreign();
  expect((await copy("--renumber")).counts).toMatchObject({
    inserted: 1,
    updated: 1,
    deleted: 1,
    unchanged: 5,
  });
  expect(await foreign()).toEqual(before);
  expect((await meaning("b")).map(({ note, parent }) => [note, parent])).toEqual(
    (await meaning("a")).map(({ note, parent }) => [note, parent]),
  );
});
