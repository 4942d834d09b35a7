import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type CommandFolder, configOf, makeCommandFolder } from "../../testing/run-syncline.ts";

let database: TestDatabase;
let folder: CommandFolder;

beforeAll(async () => {
  database = await createTestDatabase("two_directories");
  folder = await makeCommandFolder(configOf({ dev: { url: database.url } }));
  await database.query(`CREATE TABLE users (id int PRIMARY KEY, name text NOT NULL, email text UNIQUE, twice int GENERATED ALWAYS AS (id * 2) STORED);
    INSERT INTO users VALUES (1, 'a', 'a@x'), (2, 'b', 'b@x')`);
});
afterAll(async () => {
  await folder.remove();
  await database.drop();
});

it("a patch between two pulled states applies to the database that they came from", async () => {
  await folder.run(["pull", "dev:public:users", "before"]);
  await database.query("UPDATE users SET name = 'z' WHERE id = 1; DELETE FROM users WHERE id = 2");
  await database.query("INSERT INTO users VALUES (3, 'c', NULL)");
  await folder.run(["pull", "dev:public:users", "after"]);
  const made = await folder.run(["diff", "./before", "./after", "--output", "back.patch", "--exit-code"]);
  expect(made, made.stderr).toMatchObject({ code: 1 });
  const applied = await folder.run(["patch", "back.patch", "dev:public:users", "--yes"]);
  expect(applied, applied.stderr).toMatchObject({ code: 0 });
  expect(await database.query("SELECT id, name, email FROM users ORDER BY id")).toEqual([
    { id: 1, name: "a", email: "a@x" },
    { id: 2, name: "b", email: "b@x" },
  ]);
});

it("and is refused by a table that looks otherwise meanwhile", async () => {
  await database.query("ALTER TABLE users ALTER COLUMN name DROP NOT NULL");
  const applied = await folder.run(["patch", "back.patch", "dev:public:users", "--yes"]);
  expect(applied).toMatchObject({ code: 8 });
  expect(applied.stderr).toContain("is not as it was when the patch was made");
});
