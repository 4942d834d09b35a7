import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type CommandFolder, configOf, makeCommandFolder } from "../../testing/run-syncline.ts";

const TABLES = `CREATE TABLE users (id int PRIMARY KEY, name text, balance numeric(10,2), active boolean, born timestamptz);
  INSERT INTO users VALUES (1, 'Zoë', 1.50, true, '2001-02-03 04:05:06+07'), (2, NULL, NULL, false, NULL), (3, '', 0.10, NULL, 'infinity');
  CREATE TABLE "Odd name" (a text, b bigint); INSERT INTO "Odd name" VALUES ('x', 9007199254740993);`;

let source: TestDatabase;
let folder: CommandFolder;

beforeAll(async () => {
  source = await createTestDatabase("cli_pull");
});
afterAll(() => source.drop());
beforeEach(async () => {
  folder = await makeCommandFolder(configOf({ dev: { url: source.url } }));
  await source.query(`DROP TABLE IF EXISTS users, "Odd name"; ${TABLES}`);
  return () => folder.remove();
});

describe("pull", () => {
  it("writes what can be read, and compares equal", async () => {
    const pulled = await folder.run(["pull", "dev:public:*", "rows"]);
    expect(pulled).toMatchObject({
      code: 0,
      stdout: "Pulled 4 rows of 2 tables from dev:public:* into rows.\n",
    });
    expect(await readFile(join(folder.path, "rows/users.ndjson"), "utf8")).toBe(
      `{"id":1,"name":"Zoë","balance":"1.50","active":true,"born":"2001-02-02 21:05:06+00"}
{"id":2,"name":null,"balance":null,"active":false,"born":null}
{"id":3,"name":"","balance":"0.10","active":null,"born":"infinity"}
`,
    );
    expect(await folder.run(["diff", "dev:public:*", "./rows", "--exit-code"])).toMatchObject({ code: 0 });
    expect(await folder.run(["diff", "./rows", "dev:public:*", "--exit-code"])).toMatchObject({ code: 0 });
  });

  it("carries edits of the files to the database as a patch", async () => {
    await folder.run(["pull", "dev:public:users", "rows"]);
    const path = join(folder.path, "rows/users.ndjson");
    const text = await readFile(path, "utf8");
    await writeFile(
      path,
      text.replace('"Zoë","balance":"1.50"', '"Zoe","balance":2.5').replace(/\{"id":2.*\n/, ""),
    );
    const made = await folder.run([
      "diff",
      "./rows",
      "dev:public:users",
      "--output",
      "edit.patch",
      "--exit-code",
      "--edited",
    ]);
    expect(made).toMatchObject({ code: 1 });
    expect(await folder.run(["patch", "edit.patch", "dev:public:users"])).toMatchObject({ code: 0 });
    expect(await source.query("SELECT id, name, balance::text FROM users ORDER BY id")).toEqual([
      { id: 1, name: "Zoe", balance: "2.50" },
      { id: 3, name: "", balance: "0.10" },
    ]);
  });

  it("writes definitions when asked, and the same again when nothing changed", async () => {
    const pull = (...more: string[]) =>
      folder.run(["pull", "dev:public:*", "rows", "--include-schemas", "--json", ...more]);
    expect(await pull()).toMatchObject({ code: 0 });
    const script = await readFile(join(folder.path, "rows/schema.sql"), "utf8");
    expect(script).toContain("CREATE TABLE");
    expect(JSON.parse((await pull("--overwrite")).stdout)).toMatchObject({ unchanged: true, rows: 4 });
    await source.query('DROP TABLE users; DROP TABLE "Odd name"');
    await source.query(script);
    expect(await folder.run(["push", "rows", "dev:public:*"])).toMatchObject({ code: 0 });
    expect(await folder.run(["diff", "./rows", "dev:public:*", "--exit-code"])).toMatchObject({ code: 0 });
  });

  it("shows what will change first, and leaves somebody's folder alone", async () => {
    await folder.run(["pull", "dev:public:users", "rows"]);
    await source.query("DELETE FROM users WHERE id = 1");
    const shown = await folder.run(["pull", "dev:public:users", "rows", "--overwrite", "--diff-first"]);
    expect(shown).toMatchObject({ code: 0, stderr: expect.stringMatching(/delete/i) });
    expect((await readFile(join(folder.path, "rows/users.ndjson"), "utf8")).split("\n")).toHaveLength(3);
    await writeFile(join(folder.path, "note.txt"), "mine");
    expect(await folder.run(["pull", "dev:public:users", ".", "--overwrite"])).toMatchObject({ code: 2 });
    expect(await folder.run(["pull", "dev:public:users", "rows"])).toMatchObject({ code: 2 });
    expect(await folder.run(["pull", "dev:public:none", "other"])).toMatchObject({ code: 10 });
  });
});
