import type { RowChange } from "@syncline/core";
import { diffEndpoints, type Endpoint } from "@syncline/engine";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectionOf, DEFAULT_OPTIONS, openSide, testContext } from "../read/testing/compare-databases.ts";
import { openStagedEndpoint } from "./open-staged-endpoint.ts";
import { type MemoryTable, memoryFiles } from "./testing/memory-files.ts";

let database: TestDatabase;
beforeAll(async () => void (database = await createTestDatabase("staged")));
afterAll(() => database.drop());

const host = () => ({ connection: connectionOf(database.url), schema: "public", tenantColumn: null });

async function compareWith(tables: readonly MemoryTable[], target: Endpoint): Promise<RowChange[]> {
  const source = await openStagedEndpoint({
    rows: memoryFiles(tables),
    host: host(),
    label: "files",
    partner: target,
  });
  const run = await diffEndpoints({
    source,
    target,
    options: { ...DEFAULT_OPTIONS },
    ctx: testContext(new AbortController().signal),
  });
  try {
    const changes: RowChange[] = [];
    for await (const change of run.changes) changes.push(change);
    await run.result;
    return changes;
  } finally {
    await run.close();
  }
}

const brief = (changes: readonly RowChange[]) =>
  changes.map((change) =>
    change.kind === "update"
      ? `update ${change.key.join(",")}: ${change.changes.map(({ column, before, after }) => `${column} ${before} → ${after}`).join("; ")}`
      : `${change.kind} ${change.key.join(",")}`,
  );

describe("row files against a table", () => {
  it("finds inserts, updates and deletes, with types from the files or the table", async () => {
    await database.query(`CREATE TABLE users (id int PRIMARY KEY, name text, score numeric(10,2), at timestamptz);
      INSERT INTO users SELECT g, 'n' || g, g, '2026-01-01T00:00:00Z' FROM generate_series(1, 3000) g`);
    const rows = Array.from({ length: 3000 }, (_, index): (string | null)[] => {
      const id = index + 2;
      return [String(id), id % 1000 === 0 ? "changed" : `n${id}`, String(id), "2026-01-01 01:00:00+01"];
    });
    const columns = [
      ["id", "integer"],
      ["name", null],
      ["score", null],
      ["at", "timestamp with time zone"],
    ] as const;
    const changes = await compareWith(
      [{ name: "users", columns, key: ["id"], rows }],
      await openSide({ url: database.url, tables: ["users"] }, "target"),
    );
    expect(brief(changes)).toEqual([
      "delete 1",
      "update 1000: name n1000 → changed",
      "update 2000: name n2000 → changed",
      "update 3000: name n3000 → changed",
      "insert 3001",
    ]);
  });
});
