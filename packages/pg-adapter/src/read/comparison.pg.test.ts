import { CodedError, parseFilter } from "@syncline/core";
import { diffEndpoints } from "@syncline/engine";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  compare,
  connectionOf,
  DEFAULT_OPTIONS,
  openSide,
  testContext,
} from "./testing/compare-databases.ts";

let source: TestDatabase;
let target: TestDatabase;
beforeAll(async () => {
  [source, target] = await Promise.all([
    createTestDatabase("compare_source"),
    createTestDatabase("compare_target"),
  ]);
});
afterAll(() => Promise.all([source?.drop(), target?.drop()]));
beforeEach(async () => {
  const clean = "DROP SCHEMA public CASCADE; CREATE SCHEMA public";
  await Promise.all([source.query(clean), target.query(clean)]);
});

const both = (sql: string) => Promise.all([source.query(sql), target.query(sql)]);

async function refusal(work: Promise<unknown>): Promise<CodedError> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof CodedError)) throw new Error(`expected a CodedError, got ${String(error)}`);
  return error;
}

it("tells its progress in whole rows", async () => {
  await both("CREATE TABLE t (k int PRIMARY KEY, v text)");
  await source.query("INSERT INTO t SELECT n, 'same' FROM generate_series(1, 3001) n");
  await target.query("INSERT INTO t SELECT n, 'same' FROM generate_series(1, 3000) n");
  const told: number[] = [];
  const run = await diffEndpoints({
    source: await openSide(source, "source"),
    target: await openSide(target, "target"),
    options: { ...DEFAULT_OPTIONS, path: "buckets-by-range" },
    ctx: { ...testContext(new AbortController().signal), progress: ({ rows }) => told.push(rows) },
  });
  try {
    for await (const _change of run.changes);
    expect((await run.result).totals).toMatchObject({ inserts: 1 });
  } finally {
    await run.close();
  }
  expect(told.length).toBeGreaterThan(0);
  expect(told.filter((rows) => !Number.isInteger(rows))).toEqual([]);
});

describe("what cannot be compared is refused with the way out", () => {
  it("columns that differ", async () => {
    await source.query("CREATE TABLE t (k int PRIMARY KEY, extra text, at timestamptz)");
    await target.query("CREATE TABLE t (k int PRIMARY KEY, other text, at uuid)");
    const error = await refusal(compare(source, target));
    expect(error.code).toBe("schema.mismatch");
    for (const name of [
      '"extra" is only in the source',
      '"other" is only in the target',
      "timestamp with time zone in the source, uuid in the target",
    ]) {
      expect(error.message).toContain(name);
    }
    expect(error.hint).toContain("--ignore-fields");
    expect((await compare(source, target, { ignoreFields: ["extra", "other", "at"] })).result.complete).toBe(
      true,
    );
    expect((await compare(source, target, { fields: ["k"] })).result.complete).toBe(true);
  });

  it("tables without a partner", async () => {
    await source.query("CREATE TABLE a (k int PRIMARY KEY); CREATE TABLE b (k int PRIMARY KEY)");
    await target.query("CREATE TABLE a (k int PRIMARY KEY)");
    const error = await refusal(compare(source, target));
    expect([error.code, error.message]).toEqual([
      "schema.mismatch",
      expect.stringContaining('"b" (only in the source)'),
    ]);
    expect((await compare(source, target, { tablePatterns: ["a"] })).tables).toHaveLength(1);
  });

  it.each([
    ["a table", { tables: ["custmers"] }, {}, "table.not_found", '"customers"'],
    ["a pattern", {}, { tablePatterns: ["nope*"] }, "table.not_found", "customers"],
    ["a field", {}, { fields: ["nam"] }, "column.not_found", '"name"'],
    ["a key column", {}, { keys: new Map([["customers", ["naem"]]]) }, "column.not_found", '"name"'],
    ["a key's table", {}, { keys: new Map([["custmers", ["id"]]]) }, "table.not_found", '"customers"'],
    ["a tolerance", {}, { tolerance: new Map([["nmae", "1"]]) }, "column.not_found", '"name"'],
    ["a tolerance of a text", {}, { tolerance: new Map([["name", "1"]]) }, "usage.invalid", "numbers"],
    ["a schema", { schema: "nowhere" }, {}, "tenant.not_found", "exact case"],
  ] as const)("an unknown name: %s", async (_, side, options, code, hint) => {
    await both("CREATE TABLE customers (id int PRIMARY KEY, name text)");
    const error = await refusal(compare({ url: source.url, ...side }, { url: target.url, ...side }, options));
    expect([error.code, error.hint]).toEqual([code, expect.stringContaining(hint)]);
  });

  it("a key that is not unique", async () => {
    await both("CREATE TABLE t (k int, v int); INSERT INTO t VALUES (1, 1), (1, 2)");
    const error = await refusal(compare(source, target, { keys: new Map([["t", ["k"]]]) }));
    expect(error.code).toBe("key.not_unique");
  });

  it("keys of other columns on each side", async () => {
    await source.query("CREATE TABLE t (a int PRIMARY KEY, b int NOT NULL)");
    await target.query("CREATE TABLE t (a int NOT NULL, b int PRIMARY KEY)");
    const error = await refusal(compare(source, target));
    expect([error.code, error.hint]).toEqual(["key.missing", expect.stringContaining("--key")]);
  });

  it("names in maps that mean nothing, or two things", async () => {
    await both("CREATE TABLE t (k int PRIMARY KEY, a int, b int); CREATE TABLE u (k int PRIMARY KEY, a int)");
    const columns = (table: string, ...pairs: [string, string][]) => ({
      columnMap: new Map([[table, new Map(pairs)]]),
      tablePatterns: ["t"],
    });
    expect(await refusal(compare(source, target, columns("t", ["nope", "a"])))).toMatchObject({
      code: "column.not_found",
      message: expect.stringContaining('source has no column "nope"') as string,
    });
    expect(await refusal(compare(source, target, columns("*", ["a", "nope"])))).toMatchObject({
      code: "column.not_found",
      message: expect.stringContaining('target has no column "nope"') as string,
    });
    expect(await refusal(compare(source, target, columns("nope", ["a", "b"])))).toMatchObject({
      code: "table.not_found",
    });
    expect(await refusal(compare(source, target, columns("t", ["a", "k"], ["b", "k"])))).toMatchObject({
      code: "usage.invalid",
    });
    const shadowed = await refusal(compare(source, target, columns("t", ["a", "b"])));
    expect(shadowed.code).toBe("schema.mismatch");
    for (const part of ['"b" is only in the source', '"a" is only in the target'])
      expect(shadowed.message).toContain(part);
    const one = [
      { url: source.url, tables: ["t"] },
      { url: target.url, tables: ["t"] },
    ] as const;
    expect(await refusal(compare(...one, { tableMap: new Map([["nope", "t"]]) }))).toMatchObject({
      code: "table.not_found",
    });
    expect(await refusal(compare(...one, { tablePatterns: ["u"] }))).toMatchObject({
      code: "table.not_found",
    });
    expect(
      await refusal(
        compare(source, target, {
          tableMap: new Map([
            ["t", "u"],
            ["u", "u"],
          ]),
        }),
      ),
    ).toMatchObject({ code: "usage.invalid" });
  });

  it("a key of a type without equality, a materialized view that holds nothing yet", async () => {
    await both(
      "CREATE TABLE t (j json, p point[], v int); CREATE MATERIALIZED VIEW m AS SELECT 1 AS v WITH NO DATA",
    );
    const side = (table: string) =>
      [
        { url: source.url, tables: [table] },
        { url: target.url, tables: [table] },
      ] as const;
    for (const column of ["j", "p"]) {
      const error = await refusal(compare(...side("t"), { keys: new Map([["t", [column]]]) }));
      expect(error).toMatchObject({
        code: "schema.unsupported",
        message: expect.stringContaining(`"${column}"`) as string,
      });
    }
    expect(await refusal(compare(...side("m")))).toMatchObject({ code: "schema.unsupported" });
  });

  it("a tenant that its column cannot hold", async () => {
    await both("CREATE TABLE t (tenant int, k int, PRIMARY KEY (tenant, k))");
    const side = (value: string) => ({ tenantColumn: { name: "tenant", value } });
    for (const value of ["acme", "99999999999"]) {
      const error = await refusal(
        compare({ url: source.url, ...side("1") }, { url: target.url, ...side(value) }),
      );
      expect(error).toMatchObject({
        code: "tenant.not_found",
        message: expect.stringContaining(`"${value}"`) as string,
      });
    }
  });

  it("a missing privilege, with the GRANT", async () => {
    await both("CREATE TABLE t (k int PRIMARY KEY, secret text)");
    const role = `reader_${target.name}`;
    await target.query(`CREATE ROLE ${role} LOGIN`);
    const url = target.url.replace(/\/\/[^@]*@/, `//${role}@`);
    try {
      await target.query("REVOKE ALL ON SCHEMA public FROM PUBLIC");
      expect((await refusal(compare(source, { url }))).hint).toContain("GRANT USAGE ON SCHEMA");
      await target.query("GRANT USAGE ON SCHEMA public TO PUBLIC");
      const error = await refusal(compare(source, { url }));
      expect([error.code, error.hint]).toEqual([
        "permission.denied",
        expect.stringContaining(`GRANT SELECT ON TABLE "public"."t" TO "${role}"`),
      ]);
      await target.query(`GRANT SELECT (k) ON t TO ${role}`);
      expect((await refusal(compare(source, { url }))).hint).toContain("GRANT SELECT ON TABLE");
      await target.query(
        `GRANT SELECT ON t TO ${role}; ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY p ON t USING (k > 5)`,
      );
      expect((await refusal(compare(source, { url }))).code).toBe("permission.rows_hidden");
    } finally {
      await target.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    }
  });
});

it("refuses text without a known character set", async () => {
  const ascii = await createTestDatabase("ascii", {
    options: "ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0",
  });
  try {
    await both("CREATE TABLE t (k int PRIMARY KEY)");
    const error = await refusal(compare(source, ascii));
    expect([error.code, error.message]).toEqual(["schema.unsupported", expect.stringContaining("SQL_ASCII")]);
  } finally {
    await ascii.drop();
  }
});

it("compares text keys of other encodings and collations", async () => {
  const latin = await createTestDatabase("latin", {
    options: "ENCODING 'LATIN1' LC_COLLATE 'C' LC_CTYPE 'C' TEMPLATE template0",
  });
  try {
    const sql =
      "CREATE TABLE t (k text PRIMARY KEY, v text); INSERT INTO t SELECT chr(192 + g) || g, 'ü' || g FROM generate_series(0, 60) g";
    await Promise.all([source.query(sql), latin.query(sql)]);
    await latin.query("UPDATE t SET v = 'ö' WHERE k LIKE '%7'");
    for (const path of ["stream", "buckets-by-hash"] as const) {
      expect((await compare(source, latin, { path })).result.totals).toMatchObject({
        updates: 6,
        inserts: 0,
        deletes: 0,
        unchanged: 55,
      });
    }
  } finally {
    await latin.drop();
  }
});

describe("filters", () => {
  const filter = (text: string) => parseFilter(text);
  const rows =
    "CREATE TABLE t (k int PRIMARY KEY, status text, v int); INSERT INTO t SELECT g, 'active', g FROM generate_series(1, 20) g";

  it.each(["stream", "buckets-by-range", "buckets-by-hash"] as const)(
    "a row that passes on one side only is an update, by %s",
    async (path) => {
      await both(rows);
      await source.query("UPDATE t SET status = 'gone' WHERE k = 1; DELETE FROM t WHERE k = 3");
      await target.query(
        "UPDATE t SET status = 'gone' WHERE k = 2; DELETE FROM t WHERE k = 4; UPDATE t SET v = 0, status = 'gone' WHERE k = 5; UPDATE t SET v = 0 WHERE k = 6",
      );
      await both("INSERT INTO t VALUES (90, 'other', 1)");
      await target.query("UPDATE t SET v = 2 WHERE k = 90");
      const { changes, result } = await compare(source, target, {
        path,
        filter: filter('{"where":{"status":"active"}}'),
      });
      expect(changes.map((change) => `${change.kind} ${change.key}`).sort()).toEqual([
        "delete 3",
        "insert 4",
        "update 1",
        "update 2",
        "update 5",
        "update 6",
      ]);
      expect(result.totals).toMatchObject({ inserts: 1, updates: 4, deletes: 1 });
    },
  );

  it("the filter's column is ignored: a row that differs in it alone is equal", async () => {
    await both(rows);
    await source.query("UPDATE t SET status = 'gone' WHERE k = 1");
    const { changes } = await compare(source, target, {
      ignoreFields: ["status"],
      filter: filter('{"where":{"status":"active"}}'),
    });
    expect(changes).toEqual([]);
  });
});

describe("tenants", () => {
  it("of a column: other tenants' rows and the column itself stay out", async () => {
    await both(
      "CREATE TABLE t (tenant text, k int, v text, PRIMARY KEY (tenant, k)); CREATE TABLE shared (k int)",
    );
    await source.query("INSERT INTO t VALUES ('a', 1, 'x'), ('a', 2, 'y'), ('z', 3, 'z')");
    await target.query("INSERT INTO t VALUES ('b', 1, 'x'), ('b', 2, 'w'), ('z', 9, 'z')");
    const tenant = (value: string) => ({ tenantColumn: { name: "tenant", value } });
    for (const path of ["stream", "buckets-by-range"] as const) {
      const { changes, tables } = await compare(
        { url: source.url, ...tenant("a") },
        { url: target.url, ...tenant("b") },
        { path },
      );
      expect(changes).toEqual([
        { kind: "update", table: 0, key: ["2"], changes: [{ column: "v", before: "w", after: "y" }] },
      ]);
      expect(tables[0]?.patchTable.columns.map(([name]) => name)).toEqual(["k", "v"]);
    }
  });

  it("of schemas: one snapshot serves both, each has its own types", async () => {
    const tenant = (name: string) =>
      `CREATE SCHEMA "${name}"; SET search_path = "${name}"; CREATE TYPE mood AS ENUM ('a', 'b'); CREATE TABLE t (k mood PRIMARY KEY, v text); INSERT INTO t VALUES ('a', 'same'), ('b', '${name}')`;
    await source.query('DROP SCHEMA IF EXISTS acme CASCADE; DROP SCHEMA IF EXISTS "Other One" CASCADE');
    await source.query(tenant("acme"));
    await source.query(tenant("Other One"));
    const { changes, tables } = await compare(
      { url: source.url, schema: "acme" },
      { url: source.url, schema: "Other One" },
    );
    expect(changes).toEqual([
      {
        kind: "update",
        table: 0,
        key: ["b"],
        changes: [{ column: "v", before: "Other One", after: "acme" }],
      },
    ]);
    expect(tables[0]?.patchTable.name).toBe("t");
    const back = await compare({ url: source.url, schema: "Other One" }, { url: source.url, schema: "acme" });
    expect(back.tables[0]?.patchTable.fingerprint).toBe(tables[0]?.patchTable.fingerprint);
  });
});

it("computes the bytes of a row once for both hashes", async () => {
  const { rowStreamQuery } = await import("./stream-sql.ts");
  const { bucketSumsQuery } = await import("./bucket-sql.ts");
  const { readTableInfos } = await import("../catalog/read-table-specs.ts");
  await source.query("CREATE TABLE t (k int PRIMARY KEY, v text)");
  const client = new pg.Client({
    connectionString: source.url,
    types: { getTypeParser: () => (value: string) => value } as unknown as pg.CustomTypesConfig,
  });
  await client.connect();
  const [info] = await readTableInfos(client, {
    schema: "public",
    tenantColumn: null,
    selection: { kind: "all" },
  });
  if (info === undefined) throw new Error("no table");
  const form = {
    order: "signed",
    cast: null,
    canonical: { kind: "cast", type: "integer" },
    width: 4,
    wide: false,
  } as const;
  const key = {
    nullable: false,
    canonical: false,
    columns: [{ name: "k", form, operator: "pg_catalog.=", collation: null }],
  };
  const compared = [
    { name: "k", form: { kind: "as-is" } },
    { name: "v", form: { kind: "as-is" } },
  ] as const;
  const sql = {
    info,
    tenant: null,
    scope: null,
    filter: null,
    masks: new Map(),
    plan: { table: info.spec, compared, carried: compared, key, hash: "pg-record-hash-1", filter: null },
  } as const;
  const signal = new AbortController().signal;
  const bucketing = { kind: "hash", bits: 4 } as const;
  const statements = [
    rowStreamQuery(sql, { order: "key", part: "keyed", only: null, signal }),
    bucketSumsQuery(sql, { bucketing, slice: { index: 0, of: 1 }, buckets: null, signal }),
  ];
  const timesComputed = async (statement: string) => {
    const { rows } = await client.query<{ "QUERY PLAN": string }>(`EXPLAIN (VERBOSE) ${statement}`);
    const plan = rows.map((row) => row["QUERY PLAN"]).join("\n");
    // In further parentheses it is a reference to what a lower node has computed.
    return (
      plan.replaceAll("(ROW(record_send(ROW(t.k, t.v))))", "").split("record_send(ROW(t.k, t.v))").length - 1
    );
  };
  try {
    for (const statement of statements) {
      expect(await timesComputed(statement)).toBe(1);
      expect(await timesComputed(statement.replaceAll(" OFFSET 0", ""))).toBeGreaterThan(1);
    }
  } finally {
    await client.end();
  }
});

it("connects to the server that the URL names", () => {
  expect(connectionOf(source.url).database).toBe(source.name);
});
