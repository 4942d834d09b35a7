import { readdir } from "node:fs/promises";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type RunningServer, runServer } from "../testing/run-server.ts";
import { type CommandFolder, makeCommandFolder } from "../testing/run-syncline.ts";

let there: TestDatabase;
let here: TestDatabase;
let control: TestDatabase;
let server: RunningServer;
let behind: CommandFolder;
let folder: CommandFolder;

beforeAll(async () => {
  there = await createTestDatabase("remote_there");
  here = await createTestDatabase("remote_here");
  control = await createTestDatabase("remote_control");
  behind = await makeCommandFolder(
    JSON.stringify({ version: 1, current: "b", servers: { b: { url: there.url }, c: { url: there.url } } }),
  );
  server = await runServer(behind, control.url);
  folder = await makeCommandFolder(
    JSON.stringify({
      version: 1,
      servers: {
        local: { url: here.url },
        prod: { url: server.url, apiKey: { env: "PROD_KEY" }, environment: "production" },
        gone: { url: "http://127.0.0.1:1", apiKey: { env: "PROD_KEY" } },
      },
    }),
  );
}, 60_000);
afterAll(async () => {
  await folder.remove();
  await server.stop();
  await behind.remove();
  await control.drop();
  await there.drop();
  await here.drop();
});

const table = (schema: string) => `DROP SCHEMA IF EXISTS ${schema} CASCADE; CREATE SCHEMA ${schema};
  CREATE TABLE ${schema}.users (id int PRIMARY KEY, name text, born date, raw bytea, at timestamptz);
  INSERT INTO ${schema}.users VALUES (1, 'Ada', '1815-12-10', '\\x00ff', '2026-01-01 10:00:00+02'),
    (2, E'a "b"\\n\\t\\\\', NULL, NULL, NULL), (3, 'NULL', '0044-03-15 BC', '', 'infinity')`;

beforeEach(async () => {
  await there.query(`DROP SCHEMA IF EXISTS syncline CASCADE; ${table("acme")}`);
  await here.query(`DROP SCHEMA IF EXISTS syncline CASCADE; ${table("acme")}`);
});

const run = (args: readonly string[], key = server.key) =>
  folder.run(args, { PROD_KEY: key, TMPDIR: folder.path });
const names = async (database: TestDatabase) =>
  (await database.query<{ name: string }>("SELECT name FROM acme.users ORDER BY id")).map(({ name }) => name);
const edit = () =>
  here.query(`UPDATE acme.users SET name = 'Ann' WHERE id = 1; DELETE FROM acme.users WHERE id = 3;
    INSERT INTO acme.users VALUES (4, 'Dan', 'today', NULL, NULL)`);

describe("rows of another server", () => {
  it("are those of its database, whatever their values", async () => {
    await edit();
    const diff = await run(["diff", "prod:acme:users", "local:acme:users", "--json", "--exit-code"]);
    expect([diff.code, diff.stderr]).toEqual([1, ""]);
    expect(JSON.parse(diff.stdout).summary).toMatchObject({
      source: "prod:acme:users",
      to_insert: 1,
      to_update: 1,
      to_delete: 1,
      unchanged: 1,
    });
    expect((await readdir(folder.path)).filter((name) => name.startsWith("syncline-remote-"))).toEqual([]);
  });

  it("compare with a pulled directory, and are named by another of its servers", async () => {
    expect((await run(["pull", "local:acme:users", "./backup", "--overwrite"])).code).toBe(0);
    const same = await run(["diff", "prod:c/acme:users", "./backup", "--exit-code"]);
    expect(same.code, same.stderr).toBe(0);
  });

  it("are copied to a database here", async () => {
    await there.query("UPDATE acme.users SET name = 'Eve' WHERE id = 2; DELETE FROM acme.users WHERE id = 3");
    const copied = await run(["copy", "prod:acme:users", "local:acme:users", "--yes"]);
    expect(copied.code, copied.stderr).toBe(0);
    expect(await names(here)).toEqual(["Ada", "Eve"]);
  });
});

it("a patch is applied, told in the log and undone there; its conflicts end the command as they do here", async () => {
  await edit();
  const made = await run(["diff", "local:acme:users", "prod:acme:users", "--output", "to-prod.patch"]);
  expect(made.code, made.stderr).toBe(0);
  const applied = await run(["patch", "to-prod.patch", "prod:acme:users", "--json"]);
  expect(applied.code, applied.stderr).toBe(0);
  const document = JSON.parse(applied.stdout);
  expect(document).toMatchObject({ outcome: "applied", target: "prod:acme:users", inserted: 1 });
  expect(await names(there)).toEqual(["Ann", 'a "b"\n\t\\', "Dan"]);
  const log = await run(["log", "prod:acme:users", "--json"]);
  expect(JSON.parse(log.stdout).entries).toMatchObject([
    {
      id: document.ledger_id,
      patch_id: document.patch_id,
      kind: "apply",
      inserted: 1,
      undo_state: "applied",
    },
  ]);
  const undone = await run(["undo", document.patch_id, "prod:acme:users"]);
  expect(undone.code, undone.stderr).toBe(0);
  expect(await names(there)).toEqual(["Ada", 'a "b"\n\t\\', "NULL"]);
  await there.query("UPDATE acme.users SET name = 'Zoe' WHERE id = 1");
  const met = await run(["patch", "to-prod.patch", "prod:acme:users", "--json"]);
  expect(met.code, met.stderr).toBe(6);
  expect(JSON.parse(met.stdout)).toMatchObject({ outcome: "conflicts", conflicts: 1, ledger_id: null });
  expect((await names(there))[2]).toBe("NULL");
  const kept = await run(["patch", "to-prod.patch", "prod:acme:users", "--conflicts", "c.json"]);
  expect([kept.code, kept.stderr]).toEqual([2, expect.stringContaining("--conflicts")]);
});

describe("bad input", () => {
  it.each<readonly [string, readonly string[], number, string]>([
    [
      "a target that rows are copied to",
      ["copy", "local:acme:users", "prod:acme:users"],
      2,
      "another Syncline",
    ],
    ["a server that is away", ["log", "gone:acme:users"], 5, "cannot be reached"],
  ])("%s is refused clearly", async (_, args, code, text) => {
    const result = await run(args);
    expect([result.code, result.stderr, result.stdout]).toEqual([code, expect.stringContaining(text), ""]);
  });

  it("a wrong key is not repeated, and reads and writes nothing", async () => {
    const result = await run(
      ["diff", "prod:acme:users", "local:acme:users"],
      `slk_${"a".repeat(12)}_secretcanary`,
    );
    expect(result.code, result.stderr).toBe(4);
    expect(result.stderr).not.toContain("canary");
  });
});
