import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type CommandFolder, configOf, makeCommandFolder } from "../../testing/run-syncline.ts";

let database: TestDatabase;
let folder: CommandFolder;

beforeAll(async () => {
  database = await createTestDatabase("cli_left_out");
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.query(`DROP TABLE IF EXISTS users;
    CREATE TABLE users (id int PRIMARY KEY, name text, plan text NOT NULL DEFAULT 'free', logins int NOT NULL DEFAULT 0, tags text[]);
    INSERT INTO users VALUES (1, 'ada', 'pro', 10, '{a}'), (2, 'bob', 'team', 20, '{b}'), (3, 'cy', 'free', 30, NULL)`);
  folder = await makeCommandFolder(configOf({ dev: { url: database.url, protection: "open" } }));
  return () => folder.remove();
});

async function edit(change: (lines: string[]) => string[]): Promise<void> {
  const path = join(folder.path, "rows/users.ndjson");
  const lines = (await readFile(path, "utf8")).trimEnd().split("\n");
  await writeFile(path, `${change(lines).join("\n")}\n`);
}

it.each([
  ["replace", []],
  ["merge", ["--merge"]],
])("keeps what a row leaves out: %s", async (_, options) => {
  expect(await folder.run(["pull", "dev:public:users", "rows"])).toMatchObject({ code: 0 });
  await database.query("UPDATE users SET logins = logins + 1");
  await edit(([, second = "", third = ""]) => [
    '{"id":1,"name":"Ada"}',
    second.replace('"plan":"team",', ""),
    third,
    '{"id":4,"name":"di"}',
  ]);
  const pushed = await folder.run(["push", "rows", "dev:public:users", ...options, "--yes"]);
  expect(pushed, pushed.stderr).toMatchObject({ code: 0 });
  expect(await database.query("SELECT id, name, plan, logins, tags FROM users ORDER BY id")).toEqual([
    { id: 1, name: "Ada", plan: "pro", logins: 11, tags: ["a"] },
    { id: 2, name: "bob", plan: "team", logins: 20, tags: ["b"] },
    { id: 3, name: "cy", plan: "free", logins: 30, tags: null },
    { id: 4, name: "di", plan: "free", logins: 0, tags: null },
  ]);
});

it("says which new row needs a value", async () => {
  await database.query("ALTER TABLE users ALTER plan DROP DEFAULT");
  await folder.run(["pull", "dev:public:users", "rows"]);
  await edit((lines) => [...lines, '{"id":4,"name":"di"}']);
  const pushed = await folder.run(["push", "rows", "dev:public:users", "--yes"]);
  expect(pushed.code).not.toBe(0);
  expect(pushed.stderr).toContain('line 4: the row leaves out column "plan"');
  expect(await database.query("SELECT count(*)::int AS n FROM users")).toEqual([{ n: 3 }]);
});
