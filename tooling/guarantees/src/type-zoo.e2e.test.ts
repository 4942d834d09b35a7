import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  createTestDatabase,
  findInstalledBinDir,
  startSecondServer,
  type TestDatabase,
  TYPE_ZOO,
  ZOO_TYPES,
  zooStatements,
} from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { locator, syncline } from "./syncline-child.ts";

interface DiffDocument {
  readonly summary: Record<
    "source_count" | "target_count" | "unchanged" | "to_insert" | "to_update" | "to_delete",
    number
  >;
  readonly operations: readonly { readonly op: string; readonly new?: Record<string, unknown> }[];
  readonly complete: boolean;
}

const PATHS = ["stream", "buckets-by-range", "buckets-by-hash", "auto"];
const ROWS = Math.max(...TYPE_ZOO.map(({ samples }) => samples.length)) + 1;
const IDENTICAL = {
  source_count: ROWS,
  target_count: ROWS,
  unchanged: ROWS,
  to_insert: 0,
  to_update: 0,
  to_delete: 0,
};

async function diff(source: string, target: string, ...options: string[]): Promise<DiffDocument> {
  const run = await syncline(["diff", locator(source), locator(target), "--json", ...options]);
  expect(run.stderr).toBe("");
  return JSON.parse(run.stdout);
}

/** Every kind of damage: rows missing, rows too many, and every value of the others replaced by its neighbour's. */
const DAMAGE = `
DELETE FROM zoo WHERE id % 4 = 0;
INSERT INTO zoo (id) SELECT n FROM generate_series(100, 102) n;
UPDATE zoo z SET (${TYPE_ZOO.map(({ name }) => name).join(", ")}) =
  (SELECT ${TYPE_ZOO.map(({ name }) => name).join(", ")} FROM zoo o WHERE o.id = z.id % ${ROWS} + 1)
WHERE id % 2 = 1`;

function zooSuite(
  title: string,
  openTarget: () => Promise<{ url: string; run(sql: string): Promise<unknown>; close(): Promise<void> }>,
) {
  describe(title, () => {
    let source: TestDatabase;
    let target: Awaited<ReturnType<typeof openTarget>>;
    const folder = mkdtempSync(join(tmpdir(), "syncline-zoo-"));

    beforeAll(async () => {
      source = await createTestDatabase("zoo_source");
      target = await openTarget();
      for (const statements of [...ZOO_TYPES, zooStatements("zoo")]) {
        await source.query(statements);
        await target.run(statements);
      }
    });

    afterAll(async () => {
      rmSync(folder, { recursive: true, force: true });
      await target.close();
      await source.drop();
    });

    it.each(PATHS)("finds no difference by path %s", async (path) => {
      const found = await diff(source.url, target.url, "--path", path);
      expect(found.summary).toMatchObject(IDENTICAL);
      expect(found).toMatchObject({ complete: true, operations: [] });
    });

    it("sees every column of a row that lost its values", async () => {
      await target.run(
        `UPDATE zoo SET ${TYPE_ZOO.map(({ name }) => `${name} = NULL`).join(", ")} WHERE id = 1`,
      );
      const found = await diff(source.url, target.url);
      expect(found.operations).toHaveLength(1);
      expect(Object.keys(found.operations[0]?.new ?? {}).sort()).toEqual(
        TYPE_ZOO.map(({ name }) => name).sort(),
      );
    });

    it("carries every type through a patch, and back by undo", async () => {
      await target.run(DAMAGE);
      const damaged = await diff(source.url, target.url);
      expect(damaged.summary.unchanged).toBeLessThan(ROWS);
      const file = join(folder, "zoo.patch");
      const made = await syncline(["diff", locator(source.url), locator(target.url), "--output", file]);
      expect(made.stderr).toContain("Wrote");
      const applied = await syncline(["patch", file, locator(target.url), "--yes", "--json"]);
      expect(JSON.parse(applied.stdout)).toMatchObject({ outcome: "applied" });
      expect((await diff(source.url, target.url)).summary).toMatchObject(IDENTICAL);

      const id = /"id":"([^"]+)"/.exec(readFileSync(file, "utf8"))?.[1] ?? "";
      const undone = await syncline(["undo", id, locator(target.url), "--yes", "--json"]);
      expect(undone.stdout + undone.stderr).toMatch(/"outcome":\s*"applied"/);
      expect(await diff(source.url, target.url)).toEqual(damaged);
    });
  });
}

zooSuite("two databases of one server", async () => {
  const database = await createTestDatabase("zoo_target");
  return { url: database.url, run: (sql) => database.query(sql), close: () => database.drop() };
});

describe.skipIf(findInstalledBinDir(15) === null)("PostgreSQL 15 against 18", () => {
  zooSuite("one zoo on both", async () => {
    const server = await startSecondServer({ major: 15 });
    if (server === null) throw new Error("PostgreSQL 15 went away");
    const database = await createTestDatabase("zoo_target", { serverUrl: server.url("postgres") });
    return {
      url: database.url,
      run: (sql) => database.query(sql),
      close: async () => {
        await database.drop();
        await server.stop();
      },
    };
  });
});
