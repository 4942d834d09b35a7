import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  type CommandFolder,
  configOf,
  makeCommandFolder,
  type RunResult,
} from "../../testing/run-syncline.ts";

const TABLES = `CREATE TABLE team (id int PRIMARY KEY, name text);
  CREATE TABLE person (id int PRIMARY KEY, team int REFERENCES team, name text, updated_at timestamptz);
  CREATE TABLE log (text text)`;
const SOURCE = `INSERT INTO team VALUES (1, 'one'), (2, 'two');
  INSERT INTO person VALUES (1, 1, 'a', '2026-01-02'), (2, 2, 'b', '2026-01-01'), (3, 2, 'c', '2026-01-01');
  INSERT INTO log VALUES ('x'), ('x')`;
const TARGET = `INSERT INTO team VALUES (1, 'one'), (9, 'nine');
  INSERT INTO person VALUES (1, 1, 'old', '2026-01-01'), (2, 9, 'new', '2026-01-03'), (9, 9, 'z', '2026-01-01');
  INSERT INTO log VALUES ('x'), ('y')`;

let source: TestDatabase;
let target: TestDatabase;
let folder: CommandFolder;

beforeAll(async () => {
  source = await createTestDatabase("copy_source");
  target = await createTestDatabase("copy_target");
});
afterAll(async () => {
  await source.drop();
  await target.drop();
});
beforeEach(async () => {
  folder = await makeCommandFolder(configOf({ from: { url: source.url }, to: { url: target.url } }));
  for (const database of [source, target])
    await database.query(
      "DROP SCHEMA IF EXISTS syncline CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public",
    );
  await source.query(`${TABLES}; ${SOURCE}`);
  await target.query(TABLES);
  return () => folder.remove();
});

const WAY = ["from:public:*", "to:public:*"];

async function rowsOf(database: TestDatabase): Promise<string[]> {
  const rows = await database.query<{ line: string }>(
    `SELECT 'team ' || t::text AS line FROM team t UNION ALL SELECT 'person ' || id || ' ' || team || ' ' || name FROM person
     UNION ALL SELECT 'log ' || text FROM log ORDER BY 1`,
  );
  return rows.map(({ line }) => line);
}

async function copy(
  ...options: string[]
): Promise<Record<string, unknown> & { readonly code: number | null }> {
  const result = await folder.run(["copy", ...WAY, "--json", ...options]);
  return { code: result.code, ...parsed(result) };
}

function parsed({ stdout, stderr }: RunResult): Record<string, unknown> {
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout) as Record<string, unknown>;
}

describe("copy", () => {
  it("loads empty tables in bulk", async () => {
    expect(await copy()).toMatchObject({ code: 0, method: "bulk", inserted: 7, outcome: "applied" });
    expect(await rowsOf(target)).toEqual(await rowsOf(source));
  });

  it("reads only what is new since the last incremental run, and deletes nothing", async () => {
    await copy("--incremental");
    expect(await rowsOf(target)).toEqual(await rowsOf(source));
    await source.query(
      `UPDATE person SET name = 'late' WHERE id = 1; UPDATE person SET name = 'touched', updated_at = now() WHERE id = 2;
       DELETE FROM person WHERE id = 3`,
    );
    expect(await copy("--incremental", "--dry-run")).toMatchObject({
      code: 0,
      updated: 1,
      inserted: 0,
      deleted: 0,
    });
    expect(await copy("--incremental")).toMatchObject({ updated: 1, deleted: 0, strategy: "replace" });
    expect(await rowsOf(target)).toContain("person 1 1 a");
    expect(await copy("--incremental")).toMatchObject({ outcome: "already-applied", updated: 0 });
    expect(await copy("--strategy", "merge")).toMatchObject({ updated: 1, deleted: 0 });
  });

  it("holds what nobody decides, and writes nothing when that must not be", async () => {
    await target.query(`${TARGET}; UPDATE person SET updated_at = '2026-01-02' WHERE id = 1`);
    const before = await rowsOf(target);
    const strict = await copy("--strategy", "timestamp", "--strict");
    expect(strict).toMatchObject({
      code: 6,
      outcome: "conflicts",
      inserted: 0,
      undecided: 1,
      ledger_id: null,
    });
    expect(await rowsOf(target)).toEqual(before);
    const held = await copy("--strategy", "timestamp", "--conflicts", "conflicts.json");
    expect(held).toMatchObject({
      code: 6,
      outcome: "applied",
      undecided: 1,
      conflict_file: "conflicts.json",
    });
    expect(held["first_conflicts"]).toEqual([
      { table: "person", key: { id: "1" }, kind: "timestamp-tie", columns: ["name"] },
    ]);
    expect(await rowsOf(target)).toContain("person 1 1 old");
    expect(await copy("--strategy", "timestamp", "--on-conflict", "source")).toMatchObject({
      code: 0,
      updated: 1,
    });
    expect(await rowsOf(target)).toContain("person 1 1 a");
  });

  it("says which reference is missing, and where rows may not go", async () => {
    const person = ["copy", "from:public:person", "to:public:person", "--json"];
    await target.query("INSERT INTO person VALUES (9, NULL, 'z', NULL)");
    const missing = await folder.run([...person, "--strategy", "merge"]);
    expect(missing).toMatchObject({ code: 6, stdout: "" });
    expect(missing.stderr).toMatch(/reference\.missing.*person_team_fkey/);
    const servers = { from: { url: source.url }, to: { url: target.url }, other: { url: target.url } };
    await folder.write(
      "syncline.yaml",
      JSON.stringify({ version: 1, servers, flows: { allow: [{ from: "other", to: "other" }] } }),
    );
    expect(await folder.run(person)).toMatchObject({
      code: 7,
      stderr: expect.stringContaining("flow.refused"),
    });
    const url = `${target.url}#public:*`;
    expect(await folder.run(["copy", "from:public:*", url])).toMatchObject({ code: 7 });
  });

  it("makes the tables first, or alone", async () => {
    await target.query("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    expect(await copy("--schemas-only")).toMatchObject({
      code: 0,
      method: "definitions",
      outcome: "applied",
    });
    expect(await rowsOf(target)).toEqual([]);
    await target.query("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    expect(await copy("--include-schemas")).toMatchObject({ code: 0, method: "bulk", inserted: 7 });
    expect(await rowsOf(target)).toEqual(await rowsOf(source));
    await expect(target.query("INSERT INTO person VALUES (7, 77, 'x')")).rejects.toThrow(/foreign key/);
    expect((await folder.run(["diff", ...WAY, "--exit-code"])).code).toBe(0);
  });

  it("leaves tables alone that only the target has", async () => {
    await target.query("CREATE TABLE own (id int PRIMARY KEY); INSERT INTO own VALUES (1)");
    expect(await copy()).toMatchObject({ code: 0, method: "bulk" });
    await target.query("DELETE FROM log");
    expect(await copy()).toMatchObject({ code: 0, method: "difference", inserted: 2 });
    expect(await target.query("SELECT * FROM own")).toHaveLength(1);
  });

  it("reads everything again when a run was taken back", async () => {
    const first = await copy("--incremental");
    expect(first).toMatchObject({ code: 0, inserted: 7 });
    expect((await folder.run(["undo", String(first["ledger_id"]), "to:public:*"])).code).toBe(0);
    expect(await copy("--incremental")).toMatchObject({ inserted: 7 });
  });

  it.each([
    ["replace", { inserted: 3, updated: 2, deleted: 3, skipped: 0 }, 0],
    ["merge", { inserted: 3, updated: 2, deleted: 0, skipped: 0 }, 0],
    ["append", { inserted: 3, updated: 0, deleted: 0, skipped: 2 }, 0],
    ["timestamp", { inserted: 3, updated: 1, deleted: 0, skipped: 1 }, 0],
  ])("%s where rows are, by difference", async (strategy, counts, code) => {
    await target.query(TARGET);
    const before = await rowsOf(target);
    const dry = await copy("--strategy", strategy, "--dry-run");
    expect(dry).toMatchObject({ code, method: "difference", outcome: "dry-run", ...counts, ledger_id: null });
    expect(await rowsOf(target)).toEqual(before);
    const real = await copy("--strategy", strategy);
    expect(real).toMatchObject({ code, outcome: "applied", ...counts });
    if (strategy === "replace") expect(await rowsOf(target)).toEqual(await rowsOf(source));
    const log = await folder.run(["log", "to:public:*", "--json"]);
    expect(parsed(log)).toMatchObject({ entries: [{ id: real["ledger_id"], source: "from:public:*" }] });
    expect((await folder.run(["undo", String(real["ledger_id"]), "to:public:*"])).code).toBe(0);
    expect(await rowsOf(target)).toEqual(before);
  });
});
