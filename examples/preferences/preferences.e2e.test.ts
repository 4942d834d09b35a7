import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runExample } from "../testing/run-example.ts";

const HERE = new URL("./", import.meta.url);

let office: TestDatabase;
let branch: TestDatabase;
let folder: string;
const syncline = (...args: string[]) =>
  runExample(HERE, args, { OFFICE_URL: office.url, BRANCH_URL: branch.url });
const rows = (site: TestDatabase) =>
  site.query("SELECT user_name, app, theme, language, shortcuts::text FROM preferences ORDER BY 1, 2");

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "syncline-preferences-"));
  [office, branch] = (await Promise.all(["office", "branch"].map((name) => createTestDatabase(name)))) as [
    TestDatabase,
    TestDatabase,
  ];
  const schema = await readFile(new URL("schema.sql", HERE), "utf8");
  await Promise.all([office.query(schema), branch.query(schema)]);
});
afterAll(async () => {
  await Promise.all([office, branch].map((database) => database?.drop()));
  await rm(folder, { recursive: true, force: true });
});

it("merges what both sites edited, and holds only what they disagree about", async () => {
  const base = join(folder, "agreed");
  expect(await syncline("pull", "office:public:*", base)).toMatchObject({ code: 0 });
  await office.query(`
    UPDATE preferences SET theme = 'dark', changed_at = '2026-02-01' WHERE user_name = 'ada' AND app = 'mail';
    UPDATE preferences SET language = 'en', changed_at = '2026-02-01' WHERE user_name = 'eva';
    DELETE FROM preferences WHERE user_name = 'ben'`);
  await branch.query(`
    UPDATE preferences SET language = 'it', changed_at = '2026-03-01' WHERE user_name = 'ada' AND app = 'mail';
    UPDATE preferences SET language = 'es', changed_at = '2026-03-01' WHERE user_name = 'eva';
    INSERT INTO preferences VALUES ('zoe', 'mail', 'dark', 'pl', NULL, '2026-03-01')`);

  const merge = ["copy", "office:public:preferences", "branch:public:preferences", "--strategy", "three-way"];
  const first = await syncline(...merge, "--base", base, "--ignore-fields", "changed_at", "--yes");
  expect(first, first.stderr).toMatchObject({ code: 6 });
  expect(await rows(branch)).toEqual([
    { user_name: "ada", app: "calendar", theme: "light", language: "en", shortcuts: null },
    { user_name: "ada", app: "mail", theme: "dark", language: "it", shortcuts: '{"send": "ctrl+enter"}' },
    { user_name: "eva", app: "mail", theme: "light", language: "es", shortcuts: null },
    { user_name: "zoe", app: "mail", theme: "dark", language: "pl", shortcuts: null },
  ]);

  const decided = await syncline(...merge, "--base", base, "--on-conflict", "newest", "--yes");
  expect(decided, decided.stderr).toMatchObject({ code: 0 });
  const [eva] = await branch.query("SELECT language FROM preferences WHERE user_name = 'eva'");
  expect(eva).toEqual({ language: "es" });
});

it("takes the whole merge back", async () => {
  const log = await syncline("log", "branch:public:*", "--json");
  const [newest] = (JSON.parse(log.stdout) as { entries: { id: string }[] }).entries;
  const undone = await syncline("undo", newest?.id ?? "", "branch:public:*", "--yes");
  expect(undone, undone.stderr).toMatchObject({ code: 0 });
});
