import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type CommandFolder, makeCommandFolder } from "../../testing/run-syncline.ts";

const TABLES = `CREATE TABLE account (id int PRIMARY KEY, email text, manager int REFERENCES account);
  CREATE TABLE comment (id int PRIMARY KEY, account int REFERENCES account, text text);
  CREATE TABLE unrelated (id int PRIMARY KEY);
  INSERT INTO account VALUES (1, 'a@x.org', NULL), (2, 'b@y.org', 1), (3, 'c@x.org', NULL);
  INSERT INTO comment VALUES (1, 1, 'one'), (2, 2, 'two'), (3, 2, 'three'), (4, 3, 'four');
  INSERT INTO unrelated VALUES (1);`;

let source: TestDatabase;
let target: TestDatabase;
let folder: CommandFolder;

beforeAll(async () => {
  source = await createTestDatabase("pull_dataset_source");
  target = await createTestDatabase("pull_dataset_target");
});
afterAll(async () => {
  await source.drop();
  await target.drop();
});
beforeEach(async () => {
  const servers = { from: { url: source.url }, to: { url: target.url } };
  const filters = { email: { table: "account", column: "email" } };
  const datasets = { people: { root: "account", tables: ["comment"], filters } };
  folder = await makeCommandFolder(JSON.stringify({ version: 1, servers, datasets }));
  for (const database of [source, target])
    await database.query(
      `DROP SCHEMA IF EXISTS syncline CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public; ${TABLES}`,
    );
  return () => folder.remove();
});

const pull = (...args: string[]) =>
  folder.run(["pull", "from:public:*", "rows", "--dataset", "people", ...args]);

async function linesInTarget(): Promise<string[]> {
  const rows = await target.query<{ line: string }>(`SELECT 'account ' || a::text AS line FROM account a
    UNION ALL SELECT 'comment ' || c::text FROM comment c UNION ALL SELECT 'unrelated ' || u::text FROM unrelated u ORDER BY 1`);
  return rows.map(({ line }) => line);
}

describe("pull --dataset", () => {
  it("writes what belongs to the chosen roots, and import writes it root by root", async () => {
    const pulled = await pull("--email", "@y.org", "--format", "yaml", "--json");
    expect(pulled, pulled.stderr).toMatchObject({ code: 0 });
    expect(JSON.parse(pulled.stdout)).toMatchObject({ action: "pull", dataset: "people", roots: 1, rows: 4 });
    expect(await readFile(join(folder.path, "rows/account.referenced.yaml"), "utf8")).toContain("a@x.org");
    await target.query(`UPDATE account SET email = 'mine' WHERE id IN (1, 2, 3); DELETE FROM comment WHERE id = 3;
      INSERT INTO comment VALUES (8, 2, 'gone'), (9, 3, 'kept')`);
    const imported = await folder.run(["import", "rows", "to:public:*", "--json"]);
    expect(imported, imported.stderr).toMatchObject({ code: 0 });
    expect(JSON.parse(imported.stdout)).toMatchObject({ inserted: 1, updated: 1, deleted: 1, undecided: 0 });
    expect(await linesInTarget()).toEqual([
      "account (1,mine,)",
      "account (2,b@y.org,1)",
      "account (3,mine,)",
      "comment (1,1,one)",
      "comment (2,2,two)",
      "comment (3,2,three)",
      "comment (4,3,four)",
      "comment (9,3,kept)",
      "unrelated (1)",
    ]);
  });

  it("takes roots by a filter, with their definitions, and says when nothing changed", async () => {
    const filter = ["--filter", '{"where":{"id":3}}', "--include-schemas"];
    expect(await pull(...filter)).toMatchObject({ code: 0 });
    expect(await readFile(join(folder.path, "rows/account.ndjson"), "utf8")).toMatch(
      /^[^\n]*c@x\.org[^\n]*\n$/,
    );
    const definitions = await readFile(join(folder.path, "rows/schema.sql"), "utf8");
    expect(definitions).toMatch(/CREATE TABLE "public"\."comment"/);
    expect(definitions).not.toMatch(/unrelated/);
    const again = await pull(...filter, "--overwrite", "--json");
    expect(JSON.parse(again.stdout)).toMatchObject({ unchanged: true, roots: 1 });
  });

  it("deletes what was taken out of a file only with --edited", async () => {
    await pull("--email", "@y.org");
    const path = join(folder.path, "rows/comment.ndjson");
    await writeFile(path, (await readFile(path, "utf8")).replace(/[^\n]*three[^\n]*\n/, ""));
    const before = await linesInTarget();
    expect(await folder.run(["import", "rows", "to:public:*"])).toMatchObject({
      code: 9,
      stderr: expect.stringContaining("1 fewer than were pulled"),
    });
    expect(await linesInTarget()).toEqual(before);
    expect(await folder.run(["import", "rows", "to:public:*", "--edited"])).toMatchObject({ code: 0 });
    expect(await linesInTarget()).toEqual(before.filter((line) => line !== "comment (3,2,three)"));
  });

  it.each([
    ["push", ["push", "rows", "to:public:*"]],
    ["copy", ["copy", "./rows", "to:public:*"]],
    ["diff", ["diff", "./rows", "to:public:*", "--output", "x.patch"]],
    ["diff as target", ["diff", "to:public:*", "./rows"]],
  ])("is no whole table for %s, which points to import", async (_, args) => {
    await pull();
    const before = await linesInTarget();
    const { code, stderr } = await folder.run(args);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringMatching(/dataset "people".*syncline import (\.\/)?rows 'to:public:\*'/s),
    });
    expect(await linesInTarget()).toEqual(before);
  });

  it("refuses what does not go together", async () => {
    for (const args of [["--schema", "account"], ["--diff-first"]])
      expect(await pull(...args)).toMatchObject({ code: 2 });
    expect(await folder.run(["pull", "from:public:*", "rows", "--email", "x"])).toMatchObject({ code: 2 });
  });
});
