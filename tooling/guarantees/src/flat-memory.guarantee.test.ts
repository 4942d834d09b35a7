import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { recordGuarantee, scaled } from "@syncline/tooling-vitest";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { peakOf } from "./peak-memory.ts";

const ROWS = scaled(4_000_000);
const MIB = 2 ** 20;
const LONG = 60 * 60_000;
const CREATE = `CREATE TABLE items (id uuid PRIMARY KEY, name text NOT NULL, amount numeric(14,2) NOT NULL,
  attributes jsonb NOT NULL, digest bytea NOT NULL, updated_at timestamptz NOT NULL)`;
const FILL = `INSERT INTO items SELECT md5('id' || n)::uuid, 'item ' || n || ' ' || md5('name' || n), n::numeric / 100,
  jsonb_build_object('size', n % 97, 'tag', md5('tag' || n)), decode(md5('digest' || n) || md5('more' || n), 'hex'),
  timestamptz '2024-01-01Z' + n * interval '3 seconds' FROM generate_series(1, ${ROWS}) AS n`;
const STATE = "SELECT count(*)::int AS n, sum(hashtextextended(items::text, 0))::text AS sum FROM items";

const edit = (rows: number) => `UPDATE items SET name = name || '!'
  WHERE id IN (SELECT md5('id' || n)::uuid FROM generate_series(1, ${ROWS}, ${Math.max(1, Math.floor(ROWS / rows))}) AS n)`;
const place = ({ url }: TestDatabase) => `${url}#public:items`;

describe.skipIf(process.platform !== "linux")(`G28: ${ROWS.toLocaleString("en")} rows`, () => {
  let folder: string;
  let original: TestDatabase;
  let expected: unknown;
  let target: TestDatabase | null = null;
  const peaks: string[] = [];
  let exceeded = 0;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "syncline-memory-"));
    original = await createTestDatabase("memory");
    for (const statement of [CREATE, FILL, "VACUUM ANALYZE items"]) await original.query(statement);
    expected = await original.query(STATE);
  }, LONG);
  afterEach(async () => {
    await target?.drop();
    target = null;
  }, LONG);
  afterAll(async () => {
    await original.drop();
    rmSync(folder, { recursive: true, force: true });
    recordGuarantee({
      id: "G28",
      claim: "memory is flat",
      figure: `${peaks.length} ways of moving ${ROWS.toLocaleString("en")} rows`,
      failures: exceeded,
      details: `peak resident memory of the program: ${peaks.join(", ")}`,
    });
  }, LONG);

  async function edited(rows: number): Promise<TestDatabase> {
    const database = await createTestDatabase("memory_target", { template: original.name });
    target = database;
    await database.query(edit(rows));
    await database.query("VACUUM ANALYZE items");
    return database;
  }

  async function expectFlat(name: string, mebibytes: number, args: readonly string[]): Promise<void> {
    const peak = await peakOf(["--no-progress", ...args]);
    peaks.push(`${name} ${Math.round(peak / MIB)} MiB`);
    if (peak > mebibytes * MIB) exceeded += 1;
    expect(peak, name).toBeGreaterThan(30 * MIB);
    expect(peak / MIB, name).toBeLessThanOrEqual(mebibytes);
  }

  it(
    "copies into an empty table",
    async () => {
      target = await createTestDatabase("memory_target");
      await target.query(CREATE);
      await expectFlat("copy in bulk", 200, ["copy", place(original), place(target), "--yes"]);
      expect(await target.query(STATE)).toEqual(expected);
    },
    LONG,
  );

  it(
    "copies the hundredth part that differs",
    async () => {
      const database = await edited(ROWS / 100);
      const strategy = ["--strategy", "merge", "--yes"];
      await expectFlat("copy by difference", 200, ["copy", place(original), place(database), ...strategy]);
      expect(await database.query(STATE)).toEqual(expected);
    },
    LONG,
  );

  it(
    "pulls a directory and pushes it over 300 edits",
    async () => {
      const directory = join(folder, "pulled");
      await expectFlat("pull", 200, ["pull", place(original), directory, "--yes"]);
      const database = await edited(300);
      await expectFlat("push", 200, ["push", directory, place(database), "--yes"]);
      expect(await database.query(STATE)).toEqual(expected);
      rmSync(directory, { recursive: true });
    },
    LONG,
  );

  it.each(["ndjson", "yaml"])(
    "exports and imports %s",
    async (format) => {
      const file = join(folder, `rows.${format}`);
      const output = ["--format", format, "--output", file];
      await expectFlat(`export ${format}`, 300, ["export", place(original), ...output]);
      const database = await edited(ROWS / 100);
      await expectFlat(`import ${format}`, 300, ["import", file, place(database), "--merge", "--yes"]);
      expect(await database.query(STATE)).toEqual(expected);
      rmSync(file);
    },
    LONG,
  );
});
