import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type CommandFolder, makeCommandFolder } from "../../testing/run-syncline.ts";

let database: TestDatabase;
let folder: CommandFolder;

beforeAll(async () => {
  database = await createTestDatabase("cli_push_guards");
});
afterAll(() => database.drop());
beforeEach(async () => {
  await database.query(`DROP SCHEMA IF EXISTS syncline CASCADE; DROP TABLE IF EXISTS notes, users;
    CREATE TABLE users (tenant_id text, id int, name text, PRIMARY KEY (tenant_id, id));
    INSERT INTO users SELECT t, n, t || n FROM unnest(ARRAY['acme', 'beta']) t, generate_series(1, 3) n;
    CREATE TABLE notes (id int PRIMARY KEY, text text)`);
  const server = { url: database.url };
  folder = await makeCommandFolder(
    JSON.stringify({
      version: 1,
      servers: {
        shared: { ...server, tenancy: { kind: "column", column: "tenant_id", schema: "public" } },
      },
    }),
  );
  return () => folder.remove();
});

const users = () => database.query("SELECT tenant_id AS t, id, name FROM users ORDER BY 1, 2");

describe("push to a tenant that is a value of a column", () => {
  it("carries one tenant's rows into another and touches no third", async () => {
    await database.query(
      "INSERT INTO users VALUES ('gamma', 1, 'third'); INSERT INTO users VALUES ('beta', 9, 'only here')",
    );
    expect(await folder.run(["pull", "shared:acme:users", "rows", "--format", "csv"])).toMatchObject({
      code: 0,
    });
    expect(await folder.run(["push", "rows", "shared:beta:users", "--json"])).toMatchObject({ code: 0 });
    expect(await users()).toEqual([
      ...[1, 2, 3].map((id) => ({ t: "acme", id, name: `acme${id}` })),
      ...[1, 2, 3].map((id) => ({ t: "beta", id, name: `acme${id}` })),
      { t: "gamma", id: 1, name: "third" },
    ]);
  });
});

describe("push to a guarded server", () => {
  const withProtection = (protection: string, more: object = {}) =>
    folder.write(
      "syncline.yaml",
      JSON.stringify({ version: 1, servers: { prod: { url: database.url, protection } }, ...more }),
    );

  it("needs its name, never writes to a read-only one, and follows the flow rules", async () => {
    await withProtection("open");
    await database.query("INSERT INTO notes VALUES (1, 'a')");
    await folder.run(["pull", "prod:public:notes", "rows"]);
    await database.query("UPDATE notes SET text = 'b'");
    await withProtection("protected");
    expect(await folder.run(["push", "rows", "prod:public:notes", "--yes"])).toMatchObject({ code: 7 });
    await withProtection("readonly");
    expect(await folder.run(["push", "rows", "prod:public:notes", "--confirm", "prod"])).toMatchObject({
      code: 7,
    });
    await withProtection("open", { flows: { default: "deny", allow: [] } });
    expect(await folder.run(["push", "rows", "prod:public:notes"])).toMatchObject({ code: 7 });
    expect(await database.query("SELECT text FROM notes")).toEqual([{ text: "b" }]);
    await withProtection("protected");
    expect(await folder.run(["push", "rows", "prod:public:notes", "--confirm", "prod"])).toMatchObject({
      code: 0,
    });
    expect(await database.query("SELECT text FROM notes")).toEqual([{ text: "a" }]);
  });

  it("asks before it writes what --diff-first has shown, and says what contradicts itself", async () => {
    await withProtection("open");
    await database.query("INSERT INTO notes VALUES (1, 'a')");
    await folder.run(["pull", "prod:public:notes", "rows"]);
    await database.query("UPDATE notes SET text = 'b'");
    expect(await folder.run(["push", "rows", "prod:public:notes", "--diff-first"])).toMatchObject({
      code: 2,
    });
    expect(
      await folder.run(["push", "rows", "prod:public:notes", "--merge", "--strategy", "replace"]),
    ).toMatchObject({ code: 2 });
    expect(await folder.run(["push", "rows", "prod:public:notes", "--base", "./rows"])).toMatchObject({
      code: 2,
    });
    expect(await folder.run(["push", "rows", "prod:public:notes", "--strategy", "three-way"])).toMatchObject({
      code: 2,
    });
    expect(await folder.run(["push", "nowhere", "prod:public:notes"])).toMatchObject({ code: 10 });
    expect(await database.query("SELECT text FROM notes")).toEqual([{ text: "b" }]);
    expect(await folder.run(["push", "rows", "prod:public:notes", "--diff-first", "--yes"])).toMatchObject({
      code: 0,
    });
    expect(await database.query("SELECT text FROM notes")).toEqual([{ text: "a" }]);
  });
});
