import { CodedError } from "@syncline/core";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { copy } from "./testing/copy-databases.ts";
import { LARGE_ROWS, LARGE_SHAPE, LARGE_TABLES } from "./testing/large-tables.ts";

let source: TestDatabase;
let target: TestDatabase;
beforeAll(async () => {
  [source, target] = await Promise.all([
    createTestDatabase("entry_source"),
    createTestDatabase("entry_target"),
  ]);
  await Promise.all([source.query(LARGE_SHAPE), target.query(LARGE_SHAPE)]);
  await source.query(LARGE_ROWS);
}, 60_000);
afterAll(() => Promise.all([source?.drop(), target?.drop()]));

beforeEach(() => target.query(`TRUNCATE ${LARGE_TABLES.join(", ")}; DROP SCHEMA IF EXISTS syncline CASCADE`));

const entries = async () =>
  (
    await target.query<{ id: string; inserted: string; header: string; tables: string }>(
      "SELECT id, inserted::text, header, tables FROM syncline.ledger",
    )
  ).map(({ id, inserted, header, tables }) => ({
    id,
    inserted: Number(inserted),
    complete: (JSON.parse(header) as { metadata: { complete: boolean } }).metadata.complete,
    tables: Object.fromEntries(
      (JSON.parse(tables) as { name: string; inserted: number }[]).map((table) => [
        table.name,
        table.inserted,
      ]),
    ),
  }));

const ALL = { region: 20, customer: 20_000, purchase: 40_000, favourite: 2_000 };

it.each([
  ["in one transaction", { singleTransaction: true }],
  ["in parts, by several connections", { parallel: 4, partBytes: 500_000 }],
])("a load %s has one entry with all tables", async (_, options) => {
  const result = await copy({ url: source.url }, { url: target.url }, options);
  expect(result).toMatchObject({ outcome: "copied", ledgerId: expect.any(String) });
  expect(await entries()).toEqual([
    { id: "ledgerId" in result ? result.ledgerId : null, inserted: 62_020, complete: true, tables: ALL },
  ]);
});

it("a load of which tables failed names those that are there, and is not complete", async () => {
  await target.query("ALTER TABLE purchase ADD CONSTRAINT few CHECK (customer < 1000)");
  try {
    const wanted = { url: target.url, tables: ["region", "customer", "purchase"] };
    const result = await copy({ url: source.url }, wanted, { parallel: 4, partBytes: 500_000 });
    expect(result.outcome).toBe("partial");
    expect(await entries()).toMatchObject([
      { inserted: 20_020, complete: false, tables: { region: 20, customer: 20_000 } },
    ]);
  } finally {
    await target.query("ALTER TABLE purchase DROP CONSTRAINT few");
  }
});

it("rows that a foreign key takes out again leave no entry", async () => {
  await target.query("ALTER TABLE customer ADD CONSTRAINT few CHECK (id < 1000)");
  try {
    const wanted = { url: target.url, tables: ["region", "customer", "purchase"] };
    const run = copy({ url: source.url }, wanted, { parallel: 4, partBytes: 500_000 });
    await expect(run).rejects.toBeInstanceOf(CodedError);
    expect(await entries()).toEqual([]);
    expect(await target.query("SELECT FROM purchase LIMIT 1")).toEqual([]);
  } finally {
    await target.query("ALTER TABLE customer DROP CONSTRAINT few");
  }
});
