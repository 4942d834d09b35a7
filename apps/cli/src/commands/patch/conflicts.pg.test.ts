import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CAN_RUN_AT_TERMINAL, runAtTerminal } from "../../testing/run-at-terminal.ts";
import { type CommandFolder, configOf, makeCommandFolder } from "../../testing/run-syncline.ts";

let source: TestDatabase;
let target: TestDatabase;
let folder: CommandFolder;

beforeAll(async () => {
  source = await createTestDatabase("conflict_source");
  target = await createTestDatabase("conflict_target");
});
afterAll(async () => {
  await source.drop();
  await target.drop();
});
beforeEach(async () => {
  folder = await makeCommandFolder(configOf({ dev: { url: source.url }, prod: { url: target.url } }));
  for (const database of [source, target]) {
    await database.query(
      "DROP SCHEMA IF EXISTS syncline CASCADE; DROP TABLE IF EXISTS users; CREATE TABLE users (id int PRIMARY KEY, name text)",
    );
    await database.query("INSERT INTO users SELECT n, 'base ' || n FROM generate_series(1, 5) AS n");
  }
  await source.query("UPDATE users SET name = 'theirs ' || id");
  await folder.run(["diff", SOURCE, TARGET, "--output", "a.patch"]);
  await target.query("UPDATE users SET name = 'ours ' || id WHERE id <= 2");
  return () => folder.remove();
});

const SOURCE = "dev:public:users";
const TARGET = "prod:public:users";
const names = async () =>
  (await target.query<{ name: string }>("SELECT name FROM users ORDER BY id")).map(({ name }) => name);
const file = (name: string) => join(folder.path, name);

describe("conflicts", () => {
  it("are written to a file whose resolution applies", async () => {
    const met = await folder.run(["patch", "a.patch", TARGET, "--conflicts", "c.json", "--json"]);
    expect(met.code).toBe(6);
    expect(JSON.parse(met.stdout)).toMatchObject({
      outcome: "conflicts",
      conflicts: 2,
      conflict_file: "c.json",
      first_conflicts: [{ kind: "update-update", table: "users", key: { id: "1" } }, {}],
    });
    expect(await names()).toEqual(["ours 1", "ours 2", "base 3", "base 4", "base 5"]);
    expect((await folder.run(["patch", "resolve", "c.json", "--output", "r.patch"])).code).toBe(6);
    expect(
      (await folder.run(["patch", "resolve", "c.json", "--with", "theirs", "--output", "r.patch"])).code,
    ).toBe(0);
    expect((await folder.run(["patch", "r.patch", TARGET])).code).toBe(0);
    expect(await names()).toEqual([1, 2, 3, 4, 5].map((id) => `theirs ${id}`));
  });

  it("can be decided one by one in the file", async () => {
    await folder.run(["patch", "a.patch", TARGET, "--conflicts", "c.json"]);
    const text = await readFile(file("c.json"), "utf8");
    const decisions = ['"ours"', '{"name":"agreed"}'];
    const decided = text.replaceAll('"resolution":""', () => `"resolution":${decisions.shift()}`);
    expect(decisions).toEqual([]);
    await writeFile(file("c.json"), decided);
    expect((await folder.run(["patch", "resolve", "c.json", "--output", "r.patch"])).code).toBe(0);
    expect((await folder.run(["patch", "r.patch", TARGET])).code).toBe(0);
    expect(await names()).toEqual(["ours 1", "agreed", "theirs 3", "theirs 4", "theirs 5"]);
  });

  it("of a selection can be resolved as well", async () => {
    const met = await folder.run([
      "patch",
      "a.patch",
      TARGET,
      "--select",
      "table=users,key=2",
      "--conflicts",
      "c.json",
    ]);
    expect(met.code, met.stderr).toBe(6);
    expect(
      (await folder.run(["patch", "resolve", "c.json", "--with", "theirs", "--output", "r.patch"])).code,
    ).toBe(0);
    expect((await folder.run(["patch", "r.patch", TARGET])).code).toBe(0);
    expect(await names()).toEqual(["ours 1", "theirs 2", "base 3", "base 4", "base 5"]);
  });

  it("leave no file when there are none, and refuse an existing one", async () => {
    const ok = await folder.run([
      "patch",
      "a.patch",
      TARGET,
      "--select",
      "table=users,key=3",
      "--conflicts",
      "c.json",
    ]);
    expect(ok.code, ok.stderr).toBe(0);
    await expect(readFile(file("c.json"))).rejects.toThrow("ENOENT");
    await writeFile(file("c.json"), "mine");
    expect((await folder.run(["patch", "a.patch", TARGET, "--conflicts", "c.json"])).code).toBe(2);
    expect(await readFile(file("c.json"), "utf8")).toBe("mine");
    expect(await names()).toEqual(["ours 1", "ours 2", "theirs 3", "base 4", "base 5"]);
  });

  it("need a terminal for the strategy interactive", async () => {
    const result = await folder.run(["patch", "a.patch", TARGET, "--strategy", "interactive"]);
    expect(result.code).toBe(2);
    expect(result.stderr).toContain("--conflicts");
  });
});

describe.skipIf(!CAN_RUN_AT_TERMINAL)("at a terminal", () => {
  it("asks for each conflict and applies what was decided", async () => {
    const { code, screen } = await runAtTerminal(
      folder.path,
      ["patch", "a.patch", TARGET, "--strategy", "interactive"],
      [
        [/1 of 2[\s\S]*choice .*: $/, "o\n"],
        [/2 of 2[\s\S]*choice .*: $/, "t\n"],
      ],
    );
    expect(screen).toContain("'ours 1'");
    expect(code, screen).toBe(0);
    expect(await names()).toEqual(["ours 1", "theirs 2", "theirs 3", "theirs 4", "theirs 5"]);
  });

  it("writes nothing when the questions are not answered", async () => {
    for (const answer of ["q\n", "\u0003", "\u0004"]) {
      const { code, screen } = await runAtTerminal(
        folder.path,
        ["patch", "a.patch", TARGET, "--strategy", "interactive"],
        [[/choice .*: $/, answer]],
      );
      expect(code, screen).toBe(130);
    }
    expect(await names()).toEqual(["ours 1", "ours 2", "base 3", "base 4", "base 5"]);
  });

  it("asks for the name of a protected server, and takes no other", async () => {
    await folder.write(
      "syncline.yaml",
      configOf({ dev: { url: source.url }, prod: { url: target.url, protection: "protected" } }),
    );
    const args = ["patch", "a.patch", TARGET, "--select", "table=users,key=3", "--yes"];
    expect((await runAtTerminal(folder.path, args, [[/Type prod .*: $/, "yes\n"]])).code).toBe(7);
    expect(await names()).toContain("base 3");
    const { code, screen } = await runAtTerminal(folder.path, args, [[/Type prod .*: $/, "prod\n"]]);
    expect(code, screen).toBe(0);
    expect(await names()).toContain("theirs 3");
  });

  it("asks before it overwrites on an open target", async () => {
    const args = ["patch", "a.patch", TARGET, "--strategy", "theirs"];
    expect((await runAtTerminal(folder.path, args, [[/\[y\/N\] $/, "\n"]])).code).toBe(2);
    expect(await names()).toContain("ours 1");
    expect((await runAtTerminal(folder.path, [...args, "--yes"], [])).code).toBe(0);
    expect(await names()).toContain("theirs 1");
  });
});
