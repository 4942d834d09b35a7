import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type CommandFolder, configOf, makeCommandFolder } from "../testing/run-syncline.ts";

const TABLE =
  "CREATE TABLE users (id int PRIMARY KEY, name text, status text); INSERT INTO users SELECT n, 'user ' || n, 'active' FROM generate_series(1, 50) AS n;";
const SOURCE = "dev:public:users";
const TARGET = "prod:public:users";

let source: TestDatabase;
let target: TestDatabase;
let folder: CommandFolder;

beforeAll(async () => {
  source = await createTestDatabase("cli_source");
  target = await createTestDatabase("cli_target");
});
afterAll(async () => {
  await source.drop();
  await target.drop();
});
beforeEach(async () => {
  folder = await makeCommandFolder(configOf({ dev: { url: source.url }, prod: { url: target.url } }));
  for (const database of [source, target])
    await database.query(`DROP SCHEMA IF EXISTS syncline CASCADE; DROP TABLE IF EXISTS users; ${TABLE}`);
  await source.query(
    "UPDATE users SET status = 'gone' WHERE id <= 3; DELETE FROM users WHERE id = 50; INSERT INTO users VALUES (51, 'new', 'active')",
  );
  return () => folder.remove();
});

const rows = (database: TestDatabase) => database.query("SELECT * FROM users ORDER BY id");

describe("from a difference to a patch and back", () => {
  it("compares, writes a patch, tries it, applies it, logs it and takes it back", async () => {
    const before = await rows(target);
    expect(await folder.run(["diff", SOURCE, TARGET, "--exit-code", "--output", "a.patch"])).toMatchObject({
      code: 1,
    });
    expect((await folder.run(["patch", "a.patch", TARGET, "--dry-run"])).code).toBe(0);
    expect(await rows(target)).toEqual(before);

    const applied = await folder.run(["patch", "a.patch", TARGET, "--json"]);
    expect(applied.code).toBe(0);
    expect(JSON.parse(applied.stdout)).toMatchObject({
      action: "apply",
      outcome: "applied",
      inserted: 1,
      updated: 3,
      deleted: 1,
      conflicts: 0,
    });
    expect(await rows(target)).toEqual(await rows(source));
    expect((await folder.run(["diff", SOURCE, TARGET, "--exit-code"])).code).toBe(0);
    expect(JSON.parse((await folder.run(["patch", "a.patch", TARGET, "--json"])).stdout)).toMatchObject({
      outcome: "already-applied",
    });

    const { patch_id } = JSON.parse(applied.stdout) as { patch_id: string };
    const log = JSON.parse((await folder.run(["log", TARGET, "--json"])).stdout) as {
      entries: { patch_id: string }[];
    };
    expect(log.entries.at(-1)).toMatchObject({ patch_id, kind: "apply", undo_state: "applied", inserted: 1 });
    expect((await folder.run(["undo", patch_id, TARGET])).code).toBe(0);
    expect(await rows(target)).toEqual(before);
    expect(await folder.run(["undo", patch_id, TARGET])).toMatchObject({ code: 6 });
  });

  it("reports drift as conflicts with exit code 6 and writes nothing", async () => {
    await folder.run(["diff", SOURCE, TARGET, "--output", "a.patch"]);
    await target.query("UPDATE users SET status = 'mine' WHERE id = 2");
    const before = await rows(target);
    const result = await folder.run(["patch", "a.patch", TARGET]);
    expect(result.code).toBe(6);
    expect(result.stdout).toContain("users id=2");
    expect(await rows(target)).toEqual(before);

    const ours = await folder.run(["patch", "a.patch", TARGET, "--strategy", "ours", "--json"]);
    expect(ours.code).toBe(0);
    expect(JSON.parse(ours.stdout)).toMatchObject({ outcome: "applied", skipped: 1, updated: 2 });
  });

  it("wants a reason for --force and keeps it in the log", async () => {
    await folder.run(["diff", SOURCE, TARGET, "--output", "a.patch"]);
    await target.query("UPDATE users SET status = 'mine' WHERE id = 2");
    expect((await folder.run(["patch", "a.patch", TARGET, "-f"])).code).toBe(2);
    expect(
      (await folder.run(["patch", "a.patch", TARGET, "-f", "--reason", "agreed with the team"])).code,
    ).toBe(0);
    const log = await folder.run(["log", TARGET, "--json"]);
    expect(log.stdout).toContain("agreed with the team");
  });

  it("applies the inverse with --reverse, and from an inverted file", async () => {
    const before = await rows(target);
    await folder.run(["diff", SOURCE, TARGET, "--output", "a.patch"]);
    await folder.run(["patch", "a.patch", TARGET]);
    expect((await folder.run(["patch", "a.patch", TARGET, "-R"])).code).toBe(0);
    expect(await rows(target)).toEqual(before);
    await folder.run(["patch", "a.patch", TARGET]);
    expect((await folder.run(["patch", "invert", "a.patch", "--output", "back.patch"])).code).toBe(0);
    expect((await folder.run(["patch", "back.patch", TARGET])).code).toBe(0);
    expect(await rows(target)).toEqual(before);
  });

  it("takes a file named like a subcommand as a path, and options before the file", async () => {
    await folder.run(["diff", SOURCE, TARGET, "--output", "show"]);
    expect((await folder.run(["patch", "--dry-run", "./show", TARGET])).code).toBe(0);
    expect((await folder.run(["patch", "./show", TARGET, "--dry-run"])).code).toBe(0);
    expect((await folder.run(["patch", "show", "show"])).code).toBe(0);
  });

  it("reads a patch from standard input", async () => {
    await folder.run(["diff", SOURCE, TARGET, "--output", "a.patch"]);
    const running = folder.start(["patch", "-", TARGET, "--json"]);
    expect((await running.ended).code).toBe(9); // the helper closes standard input at once: nothing is no patch
    expect(await folder.run(["diff", SOURCE, TARGET, "--exit-code"])).toMatchObject({ code: 1 });
  });

  it("ends with 3 when a limit cut it short, also in the document", async () => {
    const cut = await folder.run([
      "diff",
      SOURCE,
      TARGET,
      "--max-differences",
      "2",
      "--json",
      "--output",
      "a.patch",
    ]);
    expect(cut.code).toBe(3);
    expect(JSON.parse(cut.stdout)).toMatchObject({ complete: false });
    expect(await readFile(join(folder.path, "a.patch"), "utf8")).toContain('"complete":false');
  });

  it.each(["summary", "detailed", "unified", "side-by-side", "sql", "html", "json", "ndjson"])(
    "prints %s, the same with and without --output",
    async (format) => {
      const plain = await folder.run(["diff", SOURCE, TARGET, "--format", format]);
      const written = await folder.run(["diff", SOURCE, TARGET, "--format", format, "--output", "a.patch"]);
      expect(plain).toMatchObject({ code: 0 });
      expect(plain.stderr).toBe("");
      const steady = (text: string) =>
        text.replaceAll(/\d+(\.\d+)? m?s/g, "TIME").replaceAll(/about [\d.]+ k?B/g, "SIZE");
      expect(steady(written.stdout)).toBe(steady(plain.stdout));
      expect(plain.stdout).not.toContain("\u001b");
    },
  );

  it("prints one JSON document whose counts and operations agree", async () => {
    const { stdout } = await folder.run(["diff", SOURCE, TARGET, "--json"]);
    const document = JSON.parse(stdout) as { operations: { op: string; table: string }[] };
    expect(document).toMatchObject({
      complete: true,
      summary: {
        source_count: 50,
        target_count: 50,
        unchanged: 46,
        to_insert: 1,
        to_update: 3,
        to_delete: 1,
      },
    });
    expect(document.operations.map(({ op }) => op).sort()).toEqual([
      "delete",
      "insert",
      "update",
      "update",
      "update",
    ]);
    expect(
      JSON.parse((await folder.run(["diff", SOURCE, TARGET, "--json", "--summary-only"])).stdout),
    ).not.toHaveProperty("operations");
  });
});
