import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { quoteIdentifier as quoted } from "../sql/quote.ts";
import { copy, definitions, digest } from "./testing/copy-databases.ts";

let source: TestDatabase;
let target: TestDatabase;
beforeAll(async () => {
  [source, target] = await Promise.all([
    createTestDatabase("names_source"),
    createTestDatabase("names_target"),
  ]);
});
afterAll(async () => {
  await target?.query("DROP OWNED BY copy_writer CASCADE; DROP ROLE copy_writer").catch(() => {});
  await Promise.all([source?.drop(), target?.drop()]);
});
beforeEach(async () => {
  const clean = "DROP SCHEMA public CASCADE; DROP SCHEMA IF EXISTS syncline CASCADE; CREATE SCHEMA public";
  await Promise.all([source.query(clean), target.query(clean)]);
});

const both = (sql: string) => Promise.all([source.query(sql), target.query(sql)]);

const NAMES = [
  "constructor",
  "__proto__",
  "a b",
  'q"uote',
  "se;mi--",
  "ünï",
  "select",
  "n".repeat(63),
  "line\nbreak",
  "$1",
  "%s",
  "back\\slash",
];

it("hostile names of tables, columns, indexes and constraints", async () => {
  for (const name of NAMES) {
    const n = quoted(name);
    await both(`CREATE TABLE ${n} (${n} int CONSTRAINT ${n} CHECK (${n} >= 0), pad text, ${quoted(`k${name.slice(0, 40)}`)} int PRIMARY KEY);
      CREATE INDEX ON ${n} (${n}); COMMENT ON TABLE ${n} IS 'x'`);
    await source.query(
      `INSERT INTO ${n} SELECT n, repeat('p', 50), n FROM generate_series(1, 3000) n; ANALYZE ${n}`,
    );
  }
  const before = await definitions(target.url);
  const result = await copy(source, target, { parallel: 4, partBytes: 100_000 });
  expect(result).toMatchObject({ outcome: "copied", rows: NAMES.length * 3000 });
  for (const name of NAMES) {
    const query = `SELECT * FROM public.${quoted(name)}`;
    expect(await digest(target.url, query)).toBe(await digest(source.url, query));
  }
  expect(await definitions(target.url)).toEqual(before);
});

it("columns of other names, orders and types, left out and computed ones", async () => {
  await source.query(`CREATE TABLE t (a int, b text, c smallint, d json, gone text, g int GENERATED ALWAYS AS (a + 1) STORED, dropped int);
    ALTER TABLE t DROP COLUMN dropped; INSERT INTO t SELECT n, 'tab\\t' || n, n, '{"a": 1}', 'x' FROM generate_series(1, 50) n; INSERT INTO t DEFAULT VALUES`);
  await target.query(
    "CREATE TABLE u (d jsonb, c bigint, renamed varchar, a numeric, g int, own int DEFAULT 3)",
  );
  const result = await copy(source, target, {
    tableMap: new Map([["t", "u"]]),
    columnMap: new Map([["t", new Map([["b", "renamed"]])]]),
    ignoreFields: ["gone"],
  });
  expect(result).toMatchObject({ outcome: "copied", rows: 51 });
  expect(await digest(target.url, "SELECT a, renamed, c, d, g, own FROM u")).toBe(
    await digest(source.url, "SELECT a, b, c, d::jsonb, g, 3 FROM t"),
  );
});

it("a view as the source, and a filter", async () => {
  await source.query(
    "CREATE TABLE base (id int PRIMARY KEY, keep bool); INSERT INTO base SELECT n, n % 2 = 0 FROM generate_series(1, 100) n; CREATE VIEW v AS SELECT * FROM base",
  );
  await target.query("CREATE TABLE v (id int PRIMARY KEY, keep bool)");
  const { parseFilter } = await import("@syncline/core");
  const filter = parseFilter('{"where": {"keep": true}}');
  const result = await copy(
    { url: source.url, tables: ["v"] },
    { url: target.url, tables: ["v"] },
    { filter },
  );
  expect(result).toMatchObject({ outcome: "copied", rows: 50 });
  expect(await digest(target.url, "SELECT * FROM v")).toBe(
    await digest(source.url, "SELECT * FROM v WHERE keep"),
  );
});

it("a role that owns nothing: nothing is dropped, and what it may not do is left to others", async () => {
  await both(
    `CREATE TABLE parent (id int PRIMARY KEY, pad text); CREATE TABLE child (id int PRIMARY KEY, parent int REFERENCES parent)`,
  );
  await source.query(
    `INSERT INTO parent SELECT n, repeat('x', 800) FROM generate_series(1, 15000) n; INSERT INTO child SELECT n, n FROM generate_series(1, 15000) n`,
  );
  await target.query(
    "CREATE ROLE copy_writer LOGIN PASSWORD 'w'; GRANT USAGE ON SCHEMA public TO copy_writer",
  );
  const url = new URL(target.url);
  url.username = "copy_writer";
  url.password = "w";
  const side = { url: url.href };
  await target.query("GRANT SELECT ON ALL TABLES IN SCHEMA public TO copy_writer");
  expect(await copy(source, side)).toMatchObject({
    outcome: "unsuitable",
    reasons: [expect.stringContaining("may not insert"), expect.anything()],
  });
  await target.query("GRANT INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO copy_writer");
  expect(await copy(source, side, { parallel: 4, partBytes: 100_000 })).toMatchObject({
    outcome: "copied",
    rows: 30_000,
  });
  for (const table of ["parent", "child"])
    expect(await digest(target.url, `SELECT * FROM ${table}`)).toBe(
      await digest(source.url, `SELECT * FROM ${table}`),
    );
  expect(
    await target.query("SELECT count(*)::int AS n FROM pg_namespace WHERE nspname = 'syncline'"),
  ).toEqual([{ n: 0 }]);
});

it("a dry run counts and writes nothing", async () => {
  await both("CREATE TABLE t (id int)");
  await source.query("INSERT INTO t SELECT generate_series(1, 42)");
  expect(await copy(source, target, { dryRun: true })).toMatchObject({ outcome: "dry-run", rows: 42 });
  expect(await target.query("SELECT count(*)::int AS n FROM t")).toEqual([{ n: 0 }]);
});

it("statements that somebody planted are never executed by another role", async () => {
  await both("CREATE TABLE t (id int PRIMARY KEY, pad text)");
  await source.query("INSERT INTO t SELECT n, repeat('x', 100) FROM generate_series(1, 9000) n; ANALYZE");
  expect(await copy(source, target, { parallel: 2, partBytes: 100_000 })).toMatchObject({
    outcome: "copied",
  });
  await target.query(`TRUNCATE t; INSERT INTO syncline.copy_definition VALUES (gen_random_uuid(), 0, 'index', 'public.t', 'public.t'::regclass, 'x', '{CREATE TABLE public.planted ()}');
    DROP ROLE IF EXISTS copy_planter; CREATE ROLE copy_planter; ALTER TABLE syncline.copy_definition OWNER TO copy_planter`);
  const result = await copy(source, target, { parallel: 2, partBytes: 100_000 });
  expect(result).toMatchObject({
    outcome: "copied",
    notes: [expect.stringContaining('role "copy_planter"')],
  });
  expect(await target.query("SELECT to_regclass('public.planted') AS planted")).toEqual([{ planted: null }]);
  await target.query("DROP OWNED BY copy_planter CASCADE; DROP ROLE copy_planter");
});
