import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type CommandFolder, configOf, makeCommandFolder } from "../../testing/run-syncline.ts";

const TABLES = `CREATE TABLE parent (id int PRIMARY KEY);
  CREATE TABLE child (id int PRIMARY KEY, parent int REFERENCES parent ON DELETE CASCADE)`;

let source: TestDatabase;
let target: TestDatabase;
let folder: CommandFolder;

beforeAll(async () => {
  source = await createTestDatabase("beyond_source");
  target = await createTestDatabase("beyond_target");
  folder = await makeCommandFolder(configOf({ from: { url: source.url }, to: { url: target.url } }));
  await source.query(`${TABLES}; INSERT INTO parent VALUES (1)`);
  await target.query(
    `${TABLES}; INSERT INTO parent VALUES (1), (2), (3); INSERT INTO child SELECT g, 1 + g % 3 FROM pg_catalog.generate_series(1, 9) g`,
  );
});
afterAll(async () => {
  await folder.remove();
  await source.drop();
  await target.drop();
});

it.each([["--dry-run"], ["--yes"]])("counts the rows that foreign keys take along, %s", async (mode) => {
  const args = ["copy", "from:public:parent", "to:public:parent", "--include-cascades", "--json", mode];
  const run = await folder.run(args);
  expect(run, run.stderr).toMatchObject({ code: 0 });
  expect(JSON.parse(run.stdout)).toMatchObject({
    deleted: 8,
    tables: [
      { name: "parent", deleted: 2 },
      { name: "child", deleted: 6 },
    ],
  });
});

it("names a schema that the target lacks, and what makes it", async () => {
  const run = await folder.run(["copy", "from:public:*", "to:nowhere:*", "--json", "--yes"]);
  expect(run).toMatchObject({ code: 10 });
  expect(JSON.parse(run.stderr.split("\n").find((line) => line.startsWith("{")) ?? "")).toMatchObject({
    error: { code: "tenant.not_found", message: expect.stringContaining('schema "nowhere"') },
  });
  expect(run.stderr).toContain("--include-schemas");
});

it.each([
  ["by difference", "--dry-run", "parent,child"],
  ["in bulk", "--yes", "empty"],
])("refuses to ignore a column that no table has, %s", async (_way, mode, tables) => {
  await source.query("CREATE TABLE IF NOT EXISTS empty (id int PRIMARY KEY, note text)");
  await target.query("CREATE TABLE IF NOT EXISTS empty (id int PRIMARY KEY, note text)");
  const args = ["copy", `from:public:${tables}`, `to:public:${tables}`, "--ignore-fields", "nota", mode];
  const run = await folder.run(args);
  expect(run).toMatchObject({ code: 10 });
  expect(run.stderr).toContain('No table has a column "nota"');
});
