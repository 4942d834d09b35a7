import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type CommandFolder, configOf, makeCommandFolder } from "../../testing/run-syncline.ts";

let databases: Record<"base" | "ours" | "theirs", TestDatabase>;
let folder: CommandFolder;

const DETECT = ["diff", "theirs:public:*", "ours:public:*", "--detect-conflicts"];

beforeAll(async () => {
  const names = ["base", "ours", "theirs"] as const;
  const made = await Promise.all(names.map((name) => createTestDatabase(`detect_${name}`)));
  databases = Object.fromEntries(names.map((name, at) => [name, made[at]])) as typeof databases;
});
afterAll(async () => {
  for (const database of Object.values(databases)) await database.drop();
});
beforeEach(async () => {
  const servers = Object.entries(databases).map(([name, { url }]) => [name, { url }] as const);
  folder = await makeCommandFolder(configOf(Object.fromEntries(servers)));
  for (const database of Object.values(databases)) {
    await database.query(
      "DROP SCHEMA IF EXISTS syncline CASCADE; DROP TABLE IF EXISTS users, tags; CREATE TABLE users (id int PRIMARY KEY, name text, city text, updated_at timestamptz DEFAULT now()); CREATE TABLE tags (id int PRIMARY KEY, tag text)",
    );
    await database.query(
      "INSERT INTO users SELECT n, 'name', 'city', '2020-01-01' FROM generate_series(1, 5) n; INSERT INTO tags VALUES (1, 'a')",
    );
  }
  return () => folder.remove();
});

const edit = async () => {
  await databases.ours.query(
    "UPDATE users SET name = 'ours', updated_at = '2999-01-01' WHERE id IN (1, 2, 3)",
  );
  await databases.theirs.query(
    "UPDATE users SET name = 'theirs', updated_at = '2999-01-01' WHERE id IN (1, 4)",
  );
  await databases.theirs.query("UPDATE users SET city = 'Rome' WHERE id = 2");
};

it("compares both sides with a base", async () => {
  await edit();
  const done = await folder.run([...DETECT, "--base", "base:public:*", "--json"]);
  expect(done.code, done.stderr).toBe(6);
  expect(JSON.parse(done.stdout)).toMatchObject({
    basis: { kind: "base", base: "base:public:*" },
    both_changed: 2,
    conflicts: 1,
    first_conflicts: [
      { kind: "update-update", table: "users", key: { id: "1" }, columns: ["name"], base: { name: "name" } },
    ],
  });
  const people = await folder.run([...DETECT, "--base", "base:public:*"]);
  expect(people.stdout).toContain("2 rows were changed");
  expect(people.stdout).toContain("users id=1: changed on both sides (name)");
});

it("goes by timestamps since the last application from the source, and says so", async () => {
  const nothing = await folder.run(DETECT);
  expect(nothing.code).toBe(2);
  expect(nothing.stderr).toContain("--base");
  await databases.theirs.query("INSERT INTO tags VALUES (2, 'b')");
  const copied = await folder.run(["copy", "theirs:public:*", "ours:public:*", "--yes"]);
  expect(copied.code, copied.stderr).toBe(0);
  expect((await folder.run(DETECT)).code).toBe(0);
  await edit();
  const done = await folder.run([...DETECT, "--json"]);
  expect(done.code, done.stderr).toBe(6);
  expect(JSON.parse(done.stdout)).toMatchObject({
    basis: { kind: "last-sync" },
    conflicts: 1,
    first_conflicts: [{ table: "users", key: { id: "1" } }],
    not_judged: ["tags"],
  });
  expect((await folder.run(DETECT)).stderr).toContain("No base is given or stored");
});
