import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CAN_RUN_AT_TERMINAL, runAtTerminal } from "../../testing/run-at-terminal.ts";
import { type CommandFolder, configOf, makeCommandFolder } from "../../testing/run-syncline.ts";

let databases: Record<"base" | "ours" | "theirs", TestDatabase>;
let folder: CommandFolder;

const COPY = ["copy", "theirs:public:users", "ours:public:users", "--base", "base:public:users"];
const THREE_WAY = [...COPY, "--strategy", "three-way"];

beforeAll(async () => {
  const [base, ours, theirs] = await Promise.all(
    ["way_base", "way_ours", "way_theirs"].map((name) => createTestDatabase(name)),
  );
  databases = { base, ours, theirs } as typeof databases;
});
afterAll(async () => {
  for (const database of Object.values(databases)) await database.drop();
});
beforeEach(async () => {
  const servers = Object.entries(databases).map(([name, { url }]) => [name, { url }] as const);
  folder = await makeCommandFolder(configOf(Object.fromEntries(servers)));
  for (const database of Object.values(databases)) {
    await database.query(
      "DROP SCHEMA IF EXISTS syncline CASCADE; DROP TABLE IF EXISTS users; CREATE TABLE users (id int PRIMARY KEY, name text, city text, note text)",
    );
    await database.query(
      "INSERT INTO users SELECT n, 'name ' || n, 'city', NULL FROM generate_series(1, 6) AS n",
    );
  }
  const { ours, theirs } = databases;
  await ours.query(
    "UPDATE users SET name = 'ours ' || id WHERE id IN (1, 2, 3); DELETE FROM users WHERE id = 6",
  );
  await ours.query("INSERT INTO users VALUES (10, 'ten', NULL, NULL)");
  await theirs.query(
    "UPDATE users SET name = 'theirs ' || id WHERE id IN (1, 2); UPDATE users SET city = 'Rome' WHERE id IN (1, 3)",
  );
  await theirs.query(
    "UPDATE users SET note = 'last' WHERE id = 6; DELETE FROM users WHERE id = 4; INSERT INTO users VALUES (11, 'eleven', NULL, NULL)",
  );
  return () => folder.remove();
});

const rows = async () =>
  (
    await databases.ours.query<{ line: string }>(
      "SELECT concat_ws(' | ', id, name, coalesce(city, '-'), coalesce(note, '-')) AS line FROM users ORDER BY id",
    )
  ).map(({ line }) => line);

const HELD = [
  "1 | ours 1 | city | -",
  "2 | ours 2 | city | -",
  "3 | ours 3 | Rome | -",
  "5 | name 5 | city | -",
  "10 | ten | - | -",
  "11 | eleven | - | -",
];

describe("copy --strategy three-way", () => {
  it("merges what it can, holds what conflicts, and ends with 6", async () => {
    const done = await folder.run([...THREE_WAY, "--conflicts", "c.json", "--json"]);
    expect(done.code, done.stderr).toBe(6);
    expect(JSON.parse(done.stdout)).toMatchObject({
      outcome: "applied",
      inserted: 1,
      updated: 1,
      deleted: 1,
      conflicts: 3,
      undecided: 3,
      conflict_file: "c.json",
    });
    expect(await rows()).toEqual(HELD);
    expect((await folder.run(["patch", "resolve", "c.json", "--output", "r.patch"])).code).toBe(6);
    const resolved = await folder.run([
      "patch",
      "resolve",
      "c.json",
      "--with",
      "theirs",
      "--output",
      "r.patch",
    ]);
    expect(resolved.code, resolved.stderr).toBe(0);
    const applied = await folder.run(["patch", "r.patch", "ours:public:users"]);
    expect(applied.code, applied.stderr).toBe(0);
    expect(await rows()).toEqual([
      "1 | theirs 1 | Rome | -",
      "2 | theirs 2 | city | -",
      "3 | ours 3 | Rome | -",
      "5 | name 5 | city | -",
      "6 | name 6 | city | last",
      "10 | ten | - | -",
      "11 | eleven | - | -",
    ]);
  });

  it("writes nothing with --strict", async () => {
    const before = await rows();
    const done = await folder.run([...THREE_WAY, "--strict"]);
    expect(done.code, done.stderr).toBe(6);
    expect(await rows()).toEqual(before);
  });

  it.each([
    ["source", ["1 | theirs 1 | Rome | -", "2 | theirs 2 | city | -", "6 | name 6 | city | last"]],
    ["target", ["1 | ours 1 | Rome | -", "2 | ours 2 | city | -"]],
    ["base", ["1 | name 1 | Rome | -", "2 | name 2 | city | -", "6 | name 6 | city | -"]],
  ])("--on-conflict %s decides in bulk", async (rule, wanted) => {
    const done = await folder.run([...THREE_WAY, "--on-conflict", rule]);
    expect(done.code, done.stderr).toBe(0);
    expect((await rows()).filter((line) => /^[126] /.test(line))).toEqual(wanted);
  });

  it("is taken back by undo", async () => {
    const before = await rows();
    const done = await folder.run([...THREE_WAY, "--json"]);
    const { ledger_id: id } = JSON.parse(done.stdout);
    const undone = await folder.run(["undo", id, "ours:public:users", "--yes"]);
    expect(undone.code, undone.stderr).toBe(0);
    expect(await rows()).toEqual(before);
  });

  it("takes a pulled directory as the base", async () => {
    const pulled = await folder.run(["pull", "base:public:users", "base-rows"]);
    expect(pulled.code, pulled.stderr).toBe(0);
    const args = ["copy", "theirs:public:users", "ours:public:users", "--base", "./base-rows"];
    const done = await folder.run([...args, "--strategy", "three-way", "--json"]);
    expect(done.code, done.stderr).toBe(6);
    expect(JSON.parse(done.stdout)).toMatchObject({ inserted: 1, updated: 1, deleted: 1, undecided: 3 });
    expect(await rows()).toEqual(HELD);
  });

  it("asks only at a terminal", async () => {
    const done = await folder.run([...COPY, "--strategy", "interactive"]);
    expect(done.code).toBe(2);
    expect(done.stderr).toContain("--strategy interactive asks at a terminal");
  });
});

describe.skipIf(!CAN_RUN_AT_TERMINAL)("at a terminal", () => {
  const INTERACTIVE = [...COPY, "--strategy", "interactive"];

  it("shows base, ours and theirs, takes an edit, a side and a skip", async () => {
    const { code, screen } = await runAtTerminal(folder.path, INTERACTIVE, [
      [/Conflict 1[\s\S]*choice .*: $/, "e\n"],
      [/name \['ours 1'\]: $/, "agreed\n"],
      [/Conflict 2[\s\S]*choice .*: $/, "t\n"],
      [/Conflict 3[\s\S]*choice .*: $/, "s\n"],
    ]);
    expect(code, screen).toBe(6);
    expect(screen).toContain("! name");
    expect(await rows()).toEqual(["1 | agreed | Rome | -", "2 | theirs 2 | city | -", ...HELD.slice(2)]);
  });

  it("decides all that are alike, and writes nothing after q", async () => {
    const before = await rows();
    const quit = await runAtTerminal(folder.path, INTERACTIVE, [[/choice .*: $/, "q\n"]]);
    expect(quit.code, quit.screen).toBe(130);
    expect(await rows()).toEqual(before);
    const { code, screen } = await runAtTerminal(folder.path, INTERACTIVE, [
      [/Conflict 1[\s\S]*choice .*: $/, "A b\n"],
      [/Conflict 3[\s\S]*choice .*: $/, "o\n"],
    ]);
    expect(code, screen).toBe(0);
    expect(await rows()).toEqual(["1 | name 1 | Rome | -", "2 | name 2 | city | -", ...HELD.slice(2)]);
  });
});
