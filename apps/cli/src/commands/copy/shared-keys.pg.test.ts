import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type CommandFolder, makeCommandFolder } from "../../testing/run-syncline.ts";

let database: TestDatabase;
let folder: CommandFolder;

beforeAll(async () => {
  database = await createTestDatabase("copy_shared_keys");
});
afterAll(() => database.drop());
beforeEach(async () => {
  const tenancy = { kind: "column", column: "tenant" };
  folder = await makeCommandFolder(
    JSON.stringify({ version: 1, servers: { db: { url: database.url, tenancy } } }),
  );
  await database.query(`DROP SCHEMA IF EXISTS syncline CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public;
    CREATE TABLE item (id int PRIMARY KEY, tenant text NOT NULL, name text);
    INSERT INTO item VALUES (1, 'a', 'one'), (2, 'a', 'two'), (3, 'b', 'three')`);
  return () => folder.remove();
});

const rows = () => database.query<{ id: number }>("SELECT * FROM item ORDER BY id");

it.each([
  ["into a tenant without rows", "c", "replace"],
  ["into a tenant with rows", "b", "replace"],
  ["only inserting", "b", "append"],
])("a key that all tenants share is refused %s", async (_what, tenant, strategy) => {
  const before = await rows();
  const result = await folder.run([
    "copy",
    "db:a:item",
    `db:${tenant}:item`,
    "--strategy",
    strategy,
    "--json",
  ]);
  expect(result.code).toBe(8);
  expect(result.stderr).toContain("renumber.required");
  expect(result.stderr).toContain("item_pkey");
  expect(await rows()).toEqual(before);
});

it("a tenant without rows, which may be a slip, deletes those of another only when that is said", async () => {
  const before = await rows();
  const copy = ["copy", "db:zz:item", "db:b:item", "--yes"];
  const refused = await folder.run(copy);
  expect(refused).toMatchObject({ code: 10 });
  expect(refused.stderr).toContain('no row of tenant "zz"');
  expect(await rows()).toEqual(before);
  expect(await folder.run([...copy, "--empty-source"])).toMatchObject({ code: 0 });
  expect((await rows()).map(({ id }) => id)).toEqual([1, 2]);
});
