import { SlicedDiff } from "@syncline/engine";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, expect, it } from "vitest";
import { compare } from "./testing/compare-databases.ts";
import { compareSliced, slicedInput } from "./testing/compare-sliced.ts";

let source: TestDatabase;
let target: TestDatabase;
beforeAll(async () => {
  [source, target] = await Promise.all([
    createTestDatabase("sliced_traps_source"),
    createTestDatabase("sliced_traps_target"),
  ]);
});
afterAll(() => Promise.all([source?.drop(), target?.drop()]));

async function make(
  shape: string,
  rows: { readonly source: string; readonly target: string },
): Promise<void> {
  const fresh = "DROP SCHEMA public CASCADE; CREATE SCHEMA public;";
  await source.query(`${fresh}${shape};${rows.source}; ANALYZE`);
  await target.query(`${fresh}${shape};${rows.target}; ANALYZE`);
}

async function expectSame(slices = 5): Promise<number> {
  const whole = await compare(source, target);
  const cut = await compareSliced({ source, target, slices });
  expect(cut.changes).toEqual(whole.changes);
  expect(cut.tables.map(({ counts }) => counts)).toEqual(whole.result.tables.map(({ counts }) => counts));
  return cut.segments;
}

it("covers rows of either side beyond all bounds, and NULL keys once", async () => {
  await make("CREATE TABLE t (a int UNIQUE, n int)", {
    source:
      "INSERT INTO t SELECT g, g FROM generate_series(1000, 2000) g; INSERT INTO t VALUES (NULL, 1), (NULL, 1), (NULL, 2), (-2147483648, 0)",
    target:
      "INSERT INTO t SELECT g, g FROM generate_series(1100, 1900) g; INSERT INTO t VALUES (NULL, 1), (NULL, 3), (2147483647, 0), (5, 5)",
  });
  expect(await expectSame()).toBe(5);
});

it.each([
  [
    "timestamptz",
    "CASE g WHEN 1 THEN 'infinity' WHEN 2 THEN '-infinity' WHEN 3 THEN '0044-03-15 BC' ELSE '2000-01-01'::timestamptz + g * interval '1 hour' END",
  ],
  [
    "date",
    "CASE g WHEN 1 THEN 'infinity' WHEN 2 THEN '-infinity' WHEN 3 THEN '0044-03-15 BC' ELSE '2000-01-01'::date + g END",
  ],
  ["uuid", "md5(g::text)::uuid"],
  ["bigint", "(g - 300) * 9007199254740993"],
  // Sorted by bytes, whatever the collation says of case, accents and signs; a quote is part of a bound.
  ["text", "(ARRAY['a', 'B', 'é', '''', '_', '😀', 'z', '\\'])[g % 8 + 1] || g"],
  ['varchar(40) COLLATE "en-x-icu"', "(ARRAY['a', 'B', 'é', '''', '_', 'ß', 'z', ' '])[g % 8 + 1] || g"],
  ['text COLLATE "C"', "md5(g::text)"],
])("cuts keys of type %s where both sides sort alike", async (type, value) => {
  const rows = (limit: string) =>
    `INSERT INTO t SELECT ${value}, g FROM generate_series(1, 600) g WHERE ${limit}`;
  await make(`CREATE TABLE t (k ${type} PRIMARY KEY, n int)`, {
    source: rows("g % 7 <> 0"),
    target: rows("g % 5 <> 0"),
  });
  expect(await expectSame()).toBe(5);
});

it("cuts composite keys by a text in front", async () => {
  const rows = "INSERT INTO t SELECT 'k' || g % 90, g, g FROM generate_series(1, 900) g";
  await make("CREATE TABLE t (k text, id int, n int, PRIMARY KEY (k, id))", {
    source: `${rows} WHERE g % 7 <> 0`,
    target: `${rows} WHERE g % 5 <> 0`,
  });
  expect(await expectSame(20)).toBe(8); // each reads the whole table
});

it.each([
  ["tenant int", "g % 3", 20],
  ["tenant boolean", "g % 2 = 0", 20],
  ["tenant bytea", "'\\xff'::bytea", 20],
  ["tenant text", "chr(65 + g % 3)", 8], // each reads the whole table
])("cuts keys by more columns where the first has few values: %s", async (column, value, segments) => {
  const rows = `INSERT INTO t SELECT ${value}, g * 7 % 901, g FROM generate_series(1, 900) g`;
  await make(`CREATE TABLE t (${column}, id bigint, n int, PRIMARY KEY (tenant, id))`, {
    source: `${rows} WHERE g % 7 <> 0`,
    target: `${rows} WHERE g % 5 <> 0`,
  });
  expect(await expectSame(20)).toBe(segments);
});

it("covers NULLs in any column of a key that is cut by two", async () => {
  const rows =
    "INSERT INTO t SELECT g % 2, g, g FROM generate_series(1, 400) g; INSERT INTO t VALUES (NULL, 1, 1), (1, NULL, 2), (NULL, NULL, 3)";
  await make("CREATE TABLE t (a int, b int, n int, UNIQUE (a, b))", {
    source: `${rows}, (0, NULL, 4)`,
    target: `${rows}, (0, NULL, 5), (NULL, 7, 6)`,
  });
  expect(await expectSame(10)).toBe(10);
});

it("leaves whole what has no key of which the first columns sort alike", async () => {
  const rows = "INSERT INTO t SELECT g, 7, g FROM generate_series(1, 500) g";
  for (const key of ["k", "k, same"]) {
    await make(`CREATE TABLE t (k numeric, same int, n int, PRIMARY KEY (${key}))`, {
      source: rows,
      target: `${rows} WHERE g % 3 > 0`,
    });
    expect(await expectSame()).toBeLessThan(3);
  }
});

it("shows one instant of both sides while others write, also to those who join later", async () => {
  await make("CREATE TABLE t (id int PRIMARY KEY, n int)", {
    source: "INSERT INTO t SELECT g, g FROM generate_series(1, 900) g",
    target: "INSERT INTO t SELECT g, g FROM generate_series(1, 900) g WHERE g % 100 <> 0",
  });
  const whole = await compare(source, target);
  expect(whole.changes).toHaveLength(9);
  const edit =
    "UPDATE t SET n = n + 1; DELETE FROM t WHERE id % 3 = 0; INSERT INTO t SELECT g, g FROM generate_series(901, 1200) g";
  const opened = async () => void (await Promise.all([source.query(edit), target.query(edit)]));
  const cut = await compareSliced({ source, target, slices: 4, opened });
  expect(cut.changes).toEqual(whole.changes);
  expect(cut.segments).toBe(4);
});

it("says that an instant is gone when all who held it are", async () => {
  const first = await SlicedDiff.open(await slicedInput({ source, target, slices: 1 }), null);
  const { instant } = first;
  await first.close();
  await expect(
    SlicedDiff.open(await slicedInput({ source, target, slices: 1 }), instant),
  ).rejects.toMatchObject({
    code: "run.instant_lost",
    retryable: true,
  });
});
