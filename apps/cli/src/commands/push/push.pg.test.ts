import { appendFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type CommandFolder, configOf, makeCommandFolder } from "../../testing/run-syncline.ts";

const TABLES = `CREATE TABLE users (id int PRIMARY KEY, name text, active boolean NOT NULL DEFAULT true, secret text);
  INSERT INTO users SELECT n, 'user ' || n, n % 2 = 0, 's' || n FROM generate_series(1, 10) AS n;
  CREATE TABLE orders (id int PRIMARY KEY, user_id int REFERENCES users, total numeric(10,2));
  INSERT INTO orders SELECT n, n, n FROM generate_series(1, 10) AS n;
  CREATE TABLE other (id int PRIMARY KEY); INSERT INTO other VALUES (1);`;

let source: TestDatabase;
let target: TestDatabase;
let folder: CommandFolder;

beforeAll(async () => {
  source = await createTestDatabase("cli_push_source");
  target = await createTestDatabase("cli_push_target");
});
afterAll(async () => {
  await source.drop();
  await target.drop();
});
beforeEach(async () => {
  folder = await makeCommandFolder(configOf({ dev: { url: source.url }, prod: { url: target.url } }));
  for (const database of [source, target])
    await database.query(
      `DROP SCHEMA IF EXISTS syncline CASCADE; DROP TABLE IF EXISTS orders, users, other; ${TABLES}`,
    );
  return () => folder.remove();
});

const all = (database: TestDatabase, table: string) =>
  database.query<Record<string, unknown>>(`SELECT * FROM ${table} ORDER BY id`);
const path = (name: string) => join(folder.path, name);

async function pushJson(...args: string[]) {
  const result = await folder.run(["push", ...args, "--json"]);
  return { ...result, document: result.stdout === "" ? null : JSON.parse(result.stdout) };
}

describe("push", () => {
  it("carries a directory edited by hand, and can be taken back", async () => {
    await folder.run(["pull", "dev:public:*", "rows", "--format", "yaml"]);
    const file = path("rows/users.yaml");
    const text = await readFile(file, "utf8");
    const edited = text
      .replace("name: user 3\n", "name: O'Neill # renamed\n")
      .replace(/- id: 10\n(?: {2}.*\n)+/, "")
      .replace(/\.\.\.\n$/, "- {id: 11, name: ~, active: false}\n...\n");
    await writeFile(file, edited);
    await writeFile(
      path("rows/orders.yaml"),
      (await readFile(path("rows/orders.yaml"), "utf8")).replace(/- id: 10\n(?: {2}.*\n)+/, ""),
    );
    const before = await all(target, "users");
    const tried = await pushJson("rows", "prod:public:*", "--dry-run", "--edited");
    expect(tried.document).toMatchObject({ outcome: "dry-run", inserted: 1, updated: 1, deleted: 2 });
    expect(await all(target, "users")).toEqual(before);
    const { code, document, stderr } = await pushJson("rows", "prod:public:*", "--edited");
    expect({ code, stderr }).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("users.yaml was edited"),
    });
    expect(document).toMatchObject({
      action: "push",
      outcome: "applied",
      inserted: 1,
      updated: 1,
      deleted: 2,
    });
    expect(await all(target, "users")).toEqual([
      ...before.slice(0, 2),
      { ...before[2], name: "O'Neill" },
      ...before.slice(3, 9),
      { id: 11, name: null, active: false, secret: null },
    ]);
    expect(await folder.run(["diff", "./rows", "prod:public:users,orders", "--exit-code"])).toMatchObject({
      code: 0,
    });
    expect(await folder.run(["undo", document.ledger_id, "prod:public:*"])).toMatchObject({ code: 0 });
    expect(await all(target, "users")).toEqual(before);
  });

  it("never touches rows outside the directory's tables and filter", async () => {
    const filter = '{"tables":{"users":{"where":{"active":true}},"orders":{"where":{"total":{"$gt":5}}}}}';
    await folder.run(["pull", "dev:public:users,orders", "rows", "--filter", filter]);
    await target.query(
      "DELETE FROM orders; UPDATE users SET name = 'mine' WHERE id IN (1, 2); INSERT INTO users VALUES (20, 'extra', true), (21, 'extra', false); INSERT INTO orders VALUES (7, 1, 7), (50, 1, 9), (51, 1, 2); INSERT INTO other VALUES (2)",
    );
    const outcome = await pushJson("rows", "prod:public:*");
    expect(outcome).toMatchObject({ code: 0, document: { outcome: "applied" } });
    const users = await all(target, "users");
    expect(users.find(({ id }) => id === 1)).toMatchObject({ name: "mine" });
    expect(users.find(({ id }) => id === 2)).toMatchObject({ name: "user 2" });
    expect(users.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 21]);
    expect((await all(target, "orders")).map(({ id }) => id)).toEqual([6, 7, 8, 9, 10, 51]);
    expect(await all(target, "other")).toEqual([{ id: 1 }, { id: 2 }]);
  });

  it("holds the filter of the pull in diff and copy too, whatever columns were pulled", async () => {
    await folder.run([
      "pull",
      "dev:public:users",
      "rows",
      "--fields",
      "name",
      "--filter",
      '{"where":{"active":true}}',
    ]);
    await target.query("UPDATE users SET name = 'mine'; DELETE FROM orders; DELETE FROM users WHERE id = 2");
    const diff = await folder.run(["diff", "./rows", "prod:public:users", "--json"]);
    expect(JSON.parse(diff.stdout)).toMatchObject({ summary: { to_insert: 1, to_update: 4, to_delete: 0 } });
    const copied = await folder.run(["copy", "./rows", "prod:public:users", "--json", "--yes"]);
    expect(JSON.parse(copied.stdout)).toMatchObject({ inserted: 1, updated: 4, deleted: 0 });
    expect((await all(target, "users")).filter(({ name }) => name === "mine").map(({ id }) => id)).toEqual([
      1, 3, 5, 7, 9,
    ]);
    const manifest = JSON.parse(await readFile(path("rows/manifest.json"), "utf8"));
    await writeFile(path("rows/manifest.json"), JSON.stringify({ ...manifest, scope: null }));
    expect(
      JSON.parse((await folder.run(["copy", "./rows", "prod:public:users", "--json", "--yes"])).stdout),
    ).toMatchObject({ deleted: 0 });
    expect(await all(target, "users")).toHaveLength(10);
  });

  it("keeps what the directory leaves out: columns, and with --merge rows", async () => {
    await folder.run(["pull", "dev:public:users", "rows", "--fields", "name", "--format", "csv"]);
    expect((await readFile(path("rows/users.csv"), "utf8")).split("\n")[0]).toBe("id,name");
    await target.query(
      "UPDATE users SET name = 'old'; DELETE FROM orders; DELETE FROM users WHERE id = 4; INSERT INTO users VALUES (30, 'theirs', true, 'x')",
    );
    expect(await pushJson("rows", "prod:public:*", "--merge")).toMatchObject({
      code: 0,
      document: { inserted: 1, updated: 9, deleted: 0 },
    });
    const users = await all(target, "users");
    expect(users.find(({ id }) => id === 3)).toEqual({ id: 3, name: "user 3", active: false, secret: "s3" });
    expect(users.find(({ id }) => id === 4)).toEqual({ id: 4, name: "user 4", active: true, secret: null });
    expect(users.find(({ id }) => id === 30)).toEqual({ id: 30, name: "theirs", active: true, secret: "x" });
  });

  it("deletes nothing for a directory that does not know what it leaves out", async () => {
    await folder.run(["pull", "dev:public:users", "rows"]);
    const manifest = JSON.parse(await readFile(path("rows/manifest.json"), "utf8"));
    await writeFile(path("rows/manifest.json"), JSON.stringify({ ...manifest, scope: null }));
    await target.query("INSERT INTO users VALUES (30, 'theirs', true)");
    expect(await pushJson("rows", "prod:public:*")).toMatchObject({
      code: 0,
      document: { deleted: 0 },
      stderr: expect.stringContaining("no row is deleted"),
    });
    expect(await all(target, "users")).toHaveLength(11);
  });

  it("goes to another tenant under the same names", async () => {
    await target.query(
      "DROP SCHEMA IF EXISTS acme CASCADE; CREATE SCHEMA acme; CREATE TABLE acme.users (LIKE public.users INCLUDING ALL)",
    );
    await folder.run(["pull", "dev:public:users", "rows", "--format", "json"]);
    expect(await pushJson("rows", "prod:acme:*")).toMatchObject({ code: 0, document: { inserted: 10 } });
    expect(await all(target, "acme.users")).toEqual(await all(source, "users"));
    await target.query("DROP SCHEMA acme CASCADE");
  });

  it("says where a file is wrong, and writes nothing", async () => {
    await folder.run(["pull", "dev:public:*", "rows"]);
    await target.query("UPDATE users SET name = 'old'");
    for (const [line, code, message] of [
      ['{"id":99,"name":"x","nope":1}', 9, /users\.ndjson", line 11, column 21/],
      ['{"id":99,"active":"maybe"}', 9, /users\.ndjson.*line 11/],
      ['{"id":3,"name":"twice"}', 8, /lines 3 and 11/],
      ['{"id":99,"name":"cut', 9, /line 11/],
    ] as const) {
      const text = await readFile(path("rows/users.ndjson"), "utf8");
      await appendFile(path("rows/users.ndjson"), `${line}\n`);
      const outcome = await folder.run(["push", "rows", "prod:public:*"]);
      expect(outcome).toMatchObject({ code, stderr: expect.stringMatching(message) });
      await writeFile(path("rows/users.ndjson"), text);
    }
    expect((await all(target, "users")).every(({ name }) => name === "old")).toBe(true);
  });
});
