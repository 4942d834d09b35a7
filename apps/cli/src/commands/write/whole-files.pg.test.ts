import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type CommandFolder, configOf, makeCommandFolder } from "../../testing/run-syncline.ts";

const TABLE = `CREATE TABLE customers (id int PRIMARY KEY, name text);
  INSERT INTO customers SELECT n, 'customer ' || n FROM generate_series(1, 2000) AS n;`;

let source: TestDatabase;
let target: TestDatabase;
let folder: CommandFolder;

beforeAll(async () => {
  source = await createTestDatabase("cli_whole_source");
  target = await createTestDatabase("cli_whole_target");
  await source.query(TABLE);
});
afterAll(async () => {
  await source.drop();
  await target.drop();
});
beforeEach(async () => {
  folder = await makeCommandFolder(configOf({ dev: { url: source.url }, prod: { url: target.url } }));
  await target.query(`DROP SCHEMA IF EXISTS syncline CASCADE; DROP TABLE IF EXISTS customers; ${TABLE}`);
  return () => folder.remove();
});

async function rowsInTarget(): Promise<number> {
  const [row] = await target.query<{ rows: string }>("SELECT count(*)::text AS rows FROM customers");
  return Number(row?.rows);
}

/** Cuts the file of the pulled table behind the line of its row 1995. */
async function pullAndCut(format: "ndjson" | "csv"): Promise<void> {
  expect(await folder.run(["pull", "dev:public:customers", "rows", "--format", format])).toMatchObject({
    code: 0,
  });
  const path = join(folder.path, `rows/customers.${format}`);
  const lines = (await readFile(path, "utf8")).split("\n");
  await writeFile(path, `${lines.slice(0, format === "csv" ? 1996 : 1995).join("\n")}\n`);
}

const REFUSED = /customers\.(ndjson|csv)" holds 1,995 rows, 5 fewer than were pulled.*--edited/s;

describe("a pulled file that was cut at the end of a line", () => {
  it.each([
    ["push", ["push", "rows", "prod:public:*", "--yes"]],
    ["push --dry-run", ["push", "rows", "prod:public:*", "--dry-run"]],
    ["copy", ["copy", "./rows", "prod:public:*", "--yes"]],
    ["import", ["import", "rows", "prod:public:*", "--yes"]],
    ["diff --output", ["diff", "./rows", "prod:public:*", "--output", "cut.patch"]],
    [
      "push --strategy three-way",
      ["push", "rows", "prod:public:*", "--strategy", "three-way", "--base", "dev:public:*"],
    ],
  ])("is refused by %s, which could delete", async (_, args) => {
    for (const format of ["ndjson", "csv"] as const) {
      await pullAndCut(format);
      const { code, stderr } = await folder.run(args);
      expect({ code, stderr }).toEqual({ code: 9, stderr: expect.stringMatching(REFUSED) });
      expect(await rowsInTarget()).toBe(2000);
      await rm(join(folder.path, "rows"), { recursive: true });
    }
  });

  it.each([
    ["push", ["push", "rows", "prod:public:*", "--yes", "--edited"]],
    ["copy", ["copy", "./rows", "prod:public:*", "--yes", "--edited"]],
    ["import", ["import", "rows", "prod:public:*", "--yes", "--edited"]],
  ])("is what %s --edited writes", async (_, args) => {
    await pullAndCut("ndjson");
    expect(await folder.run(args)).toMatchObject({ code: 0 });
    expect(await rowsInTarget()).toBe(1995);
  });

  it.each([
    ["push --merge", ["push", "rows", "prod:public:*", "--merge"]],
    ["copy --strategy merge", ["copy", "./rows", "prod:public:*", "--strategy", "merge"]],
    ["import --merge", ["import", "rows", "prod:public:*", "--merge"]],
    ["diff", ["diff", "./rows", "prod:public:*"]],
    ["diff of a target", ["diff", "prod:public:customers", "./rows", "--output", "back.patch"]],
  ])("is told by %s, which deletes nothing", async (_, args) => {
    await pullAndCut("ndjson");
    const { code, stderr } = await folder.run(args);
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: expect.stringContaining("5 fewer than were pulled"),
    });
    expect(await rowsInTarget()).toBe(2000);
  });

  it("is no matter when the file holds as many rows", async () => {
    await folder.run(["pull", "dev:public:customers", "rows"]);
    const path = join(folder.path, "rows/customers.ndjson");
    await writeFile(path, (await readFile(path, "utf8")).replace('customer 7"', 'someone"'));
    const { code, stderr } = await folder.run(["push", "rows", "prod:public:*"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.not.stringContaining("fewer") });
  });
});
