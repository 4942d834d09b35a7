import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openPatch, type PatchOperation } from "@syncline/core";
import { type DiffOptions, diffEndpoints, patchHeader, type RunContext } from "@syncline/engine";
import { openPgEndpoint } from "@syncline/pg-adapter";
import { openDiskObjectStore } from "@syncline/snapshot-store/objects";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import pg from "pg";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createSha256 } from "../files/patch-files.ts";
import { openResultStore, type ResultStore } from "./index.ts";

const OPTIONS: DiffOptions = {
  tableMap: new Map(),
  columnMap: new Map(),
  tablePatterns: [],
  filter: null,
  fields: null,
  ignoreFields: [],
  tolerance: new Map(),
  keys: new Map(),
  maxDifferences: null,
  maxPercent: null,
  maxTimeMs: null,
  recheckAfterMs: null,
  images: "all",
  path: "auto",
  parallel: 1,
};

const HOSTILE = `t"a'b😀${"ü".repeat(20)}`;
const quoted = pg.escapeIdentifier;
const ctx: RunContext = {
  signal: new AbortController().signal,
  progress: () => {},
  warn: () => {},
  actor: null,
  now: () => new Date(),
  randomBytes: (length) => randomBytes(length),
};

let database: TestDatabase;
let folder: string;
let results: ResultStore;

beforeAll(async () => {
  database = await createTestDatabase("results");
  const client = new pg.Client({ connectionString: database.url });
  await client.connect();
  for (const schema of ["source", "target"]) {
    const at = `${schema}.${quoted(HOSTILE)}`;
    await client.query(`
      CREATE SCHEMA ${schema};
      CREATE TABLE ${schema}.orders (id int8 PRIMARY KEY, name text, amount numeric(10,2), data jsonb, big text);
      CREATE TABLE ${at} (${quoted('"k"')} text COLLATE "C", ${quoted("ж'")} numeric, v text, PRIMARY KEY (${quoted('"k"')}, ${quoted("ж'")}));
      CREATE TABLE ${schema}.lines (line text, level int);`);
  }
  await client.query(`
    INSERT INTO target.orders SELECT n, 'name ' || n, n / 7.0, jsonb_build_object('n', n), NULL FROM generate_series(-50, 3000) n;
    INSERT INTO source.orders SELECT n, CASE WHEN n % 10 = 0 THEN 'Änderung ' || n ELSE 'name ' || n END,
      CASE WHEN n % 25 = 0 THEN NULL ELSE n / 7.0 END, jsonb_build_object('n', n), NULL FROM generate_series(-20, 3030) n;
    UPDATE source.orders SET big = repeat('0123456789', 200000) || 'needle' WHERE id = 77;
    INSERT INTO source.${quoted(HOSTILE)} SELECT 'k' || n, n * 1.5, NULL FROM generate_series(1, 40) n;
    INSERT INTO target.${quoted(HOSTILE)} SELECT 'k' || n, n * 1.5, '' FROM generate_series(1, 30) n;
    INSERT INTO source.lines SELECT 'line', 1 FROM generate_series(1, 5);
    INSERT INTO target.lines VALUES ('line', 1), ('gone', NULL), ('gone', NULL);`);
  await client.end();
  folder = await mkdtemp(join(tmpdir(), "syncline-results-"));
  const objectStore = await openDiskObjectStore({ folder: join(folder, "objects") });
  results = await openResultStore({ objectStore, cacheFolder: join(folder, "cache") });
});

afterAll(async () => {
  await results.close();
  await database.drop();
  await rm(folder, { recursive: true });
});

function openSide(schema: string) {
  const { hostname, port, pathname, username, password } = new URL(database.url);
  const connection = {
    host: hostname,
    port: Number(port),
    database: decodeURIComponent(pathname.slice(1)),
    user: decodeURIComponent(username),
    ...(password === "" ? {} : { password: decodeURIComponent(password) }),
    sslMode: "disable" as const,
    connectTimeoutMs: 10_000,
    applicationName: "syncline-test",
  };
  return openPgEndpoint({
    scope: { connection, schema, tenantColumn: null },
    tables: { kind: "all" },
    label: schema,
  });
}

async function compared(name: string, options: Partial<DiffOptions> = {}) {
  const [source, target] = [await openSide("source"), await openSide("target")];
  const run = await diffEndpoints({ source, target, options: { ...OPTIONS, ...options }, ctx });
  try {
    const metadata = { filter: null, ignoreFields: [], fields: null, scope: {} };
    const header = patchHeader({ ctx, run, source: "source", target: "target", metadata });
    return await results.writeDiffResult({ signal: ctx.signal, name, run, header });
  } finally {
    await run.close();
  }
}

const text = (operation: PatchOperation) =>
  JSON.stringify(operation, (_, value) => (value instanceof Map ? [...value] : value));

test.each(["auto", "buckets-by-hash"] as const)(
  "a comparison of real rows, %s, is found again",
  async (path) => {
    const stored = await compared(`unit.${path}`, { path });
    const patch = await openPatch(results.patchSource(stored.objectKey), { createDigest: createSha256 });
    expect(patch.hash).toBe(stored.hash);
    const operations: PatchOperation[] = [];
    for await (const batch of patch.operations()) operations.push(...batch);
    const result = await results.openResult(stored.indexKey ?? "");
    const indexed: PatchOperation[] = [];
    for await (const batch of result.operations({})) indexed.push(...batch);
    expect(indexed.map(text).sort()).toEqual(operations.map(text).sort());
    expect(stored.summary).toMatchObject({ inserts: 30 + 10 + 4, deletes: 30 + 2 });
    const orders = await result.list({
      filter: { table: "orders", kinds: ["insert", "delete"] },
      limit: 100,
    });
    const ids = orders.items.map(({ operation }) => Number(operation.key.get("id")));
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    expect(ids).toHaveLength(60);
    const big = await result.list({ filter: { text: "NEEDLE", column: "big" }, limit: 5 });
    expect(big.items.map(({ operation }) => operation.key.get("id"))).toEqual(["77"]);
    expect(big.items[0]?.cut).toEqual([{ side: "new", column: "big", length: 2_000_006 }]);
    const whole = await result.operation(big.items[0]?.id ?? -1);
    expect(whole?.op === "update" && whole.new.get("big")?.length).toBe(2_000_006);
    // A header names tables as SQL does.
    const named =
      result.header.tables.find(({ columns }) => columns.some(([column]) => column === '"k"'))?.name ?? "";
    expect(named).toContain("😀");
    const hostile = { table: named, key: { values: ["k7"], prefix: "10." } };
    expect((await result.list({ filter: hostile, limit: 5 })).items).toHaveLength(1);
    expect(await result.count({ filter: { table: named, column: "v" } })).toEqual({
      count: 30,
      exact: true,
      kinds: { insert: 0, update: 30, delete: 0 },
    });
    expect(await result.count({ filter: { table: "lines" } })).toMatchObject({ count: 2, exact: true });
    expect(await result.count({ filter: { text: "änderung" } })).toMatchObject({ count: 306 });
    result.close();
  },
);

test("a comparison that a limit cut short says so in both files", async () => {
  const stored = await compared("unit.cut", { maxDifferences: 12 });
  expect(stored.complete).toBe(false);
  const result = await results.openResult(stored.indexKey ?? "");
  expect(result.header.metadata.complete).toBe(false);
  expect(result.total).toBe(stored.operations);
  const patch = await openPatch(results.patchSource(stored.objectKey), { createDigest: createSha256 });
  expect(patch.header.metadata.complete).toBe(false);
  result.close();
});
