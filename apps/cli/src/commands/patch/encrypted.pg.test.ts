import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { makeAgeKeys } from "../../testing/age-keys.ts";
import { type CommandFolder, configOf, makeCommandFolder } from "../../testing/run-syncline.ts";

const SOURCE = "dev:public:users";
const TARGET = "prod:public:users";

let source: TestDatabase;
let target: TestDatabase;
let folder: CommandFolder;
let keys: { readonly read: readonly string[]; readonly write: readonly string[] };

beforeAll(async () => {
  source = await createTestDatabase("patch_age_source");
  target = await createTestDatabase("patch_age_target");
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
  await source.query("UPDATE users SET name = 'secret ' || id WHERE id <= 2");
  keys = await makeKeys();
  await run("diff", SOURCE, TARGET, "--output", "a.patch.age", ...keys.write);
  return () => folder.remove();
});

async function makeKeys(): Promise<typeof keys> {
  const { identity, recipient } = await makeAgeKeys();
  await folder.write("key.txt", `${identity}\n`);
  return { read: ["--identity", "key.txt"], write: ["--recipient", recipient] };
}

async function run(...args: string[]) {
  const result = await folder.run(args);
  expect(result, result.stderr).toMatchObject({ code: 0 });
  return result;
}

async function names(): Promise<readonly string[]> {
  return (await target.query<{ name: string }>("SELECT name FROM users ORDER BY id LIMIT 2")).map(
    ({ name }) => name,
  );
}

async function expectEncrypted(name: string): Promise<void> {
  const bytes = await readFile(join(folder.path, name));
  expect(bytes.subarray(0, 21).toString()).toBe("age-encryption.org/v1");
  expect(bytes.includes("secret")).toBe(false);
}

describe("encrypted patches", () => {
  it("are written by diff, shown, verified, printed as SQL and applied with the key", async () => {
    await expectEncrypted("a.patch.age");
    const { read } = keys;
    expect((await run("patch", "show", "a.patch.age", ...read)).stdout).toContain("secret 1");
    expect((await run("patch", "verify", "a.patch.age", ...read)).stdout).toContain("is whole");
    expect((await run("patch", "sql", "a.patch.age", ...read)).stdout).toContain("secret 2");
    await run("patch", "a.patch.age", TARGET, ...read);
    expect(await names()).toEqual(["secret 1", "secret 2"]);
  });

  it("are inverted, combined and rebased into encrypted ones", async () => {
    const both = [...keys.read, ...keys.write];
    await run("patch", "invert", "a.patch.age", "--output", "back.patch.age", ...both);
    await run("patch", "combine", "a.patch.age", "back.patch.age", "--output", "none.patch.zst.age", ...both);
    await run("patch", "rebase", "a.patch.age", TARGET, "--output", "new.patch.age", ...both);
    for (const name of ["back.patch.age", "none.patch.zst.age", "new.patch.age"]) await expectEncrypted(name);
    const verified = await run("patch", "verify", "none.patch.zst.age", ...keys.read, "--json");
    expect(JSON.parse(verified.stdout)).toMatchObject({ ok: true, operations: 0 });
    await run("patch", "new.patch.age", TARGET, ...keys.read);
    await run("patch", "back.patch.age", TARGET, ...keys.read);
    expect(await names()).toEqual(["base 1", "base 2"]);
  });

  it("leave encrypted conflicts, which resolve into an encrypted patch", async () => {
    const both = [...keys.read, ...keys.write];
    await target.query("UPDATE users SET name = 'mine' WHERE id = 1");
    expect(
      await folder.run(["patch", "a.patch.age", TARGET, "--conflicts", "c.json.age", ...both]),
    ).toMatchObject({ code: 6 });
    await expectEncrypted("c.json.age");
    await run("patch", "resolve", "c.json.age", "--with", "theirs", "--output", "r.patch.age", ...both);
    await expectEncrypted("r.patch.age");
    await run("patch", "r.patch.age", TARGET, ...keys.read);
    expect(await names()).toEqual(["secret 1", "secret 2"]);
  });

  it.each([
    ["read without a key", ["patch", "show", "a.patch.age"], "--identity"],
    ["written for nobody", ["diff", SOURCE, TARGET, "--output", "b.patch.age"], "--recipient"],
    [
      "shown from a file that cannot be read",
      ["diff", SOURCE, TARGET, "--output", "b.patch.age", "--format", "detailed"],
      "--identity",
    ],
  ])("are not %s", async (_, args, hint) => {
    const { code, stderr } = await folder.run(args);
    expect({ code, stderr }).toEqual({ code: expect.any(Number), stderr: expect.stringContaining(hint) });
    expect(code).toBeGreaterThan(1);
    expect(await names()).toEqual(["base 1", "base 2"]);
  });
});
