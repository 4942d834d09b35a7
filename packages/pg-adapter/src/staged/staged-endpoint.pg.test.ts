import { type CodedError, isCodedError, type RowChange, type RowScope, type TableSpec } from "@syncline/core";
import { diffEndpoints, type Endpoint, type LockRequest, STAGED_REFERENCED } from "@syncline/engine";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectionOf, DEFAULT_OPTIONS, openSide, testContext } from "../read/testing/compare-databases.ts";
import type { PgScope } from "../scope.ts";
import { openStagedEndpoint, type StagedEndpointOptions } from "./open-staged-endpoint.ts";
import { cannotStage } from "./staging-errors.ts";
import { type MemoryTable, memoryFiles } from "./testing/memory-files.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase("staged");
});
afterAll(() => database.drop());

const host = (schema = "public"): PgScope => ({
  connection: connectionOf(database.url),
  schema,
  tenantColumn: null,
});
const side = (tables: readonly string[], schema = "public") =>
  openSide({ url: database.url, schema, tables }, "target");
const staged = (tables: readonly MemoryTable[], options: Partial<StagedEndpointOptions> = {}) =>
  openStagedEndpoint({ rows: memoryFiles(tables), host: host(), label: "files", ...options });

async function compareEndpoints(source: Endpoint, target: Endpoint, signal = new AbortController().signal) {
  const run = await diffEndpoints({ source, target, options: DEFAULT_OPTIONS, ctx: testContext(signal) });
  try {
    const changes: RowChange[] = [];
    for await (const change of run.changes) changes.push(change);
    await run.result;
    return brief(changes);
  } finally {
    await run.close();
  }
}

async function compareWith(tables: readonly MemoryTable[], names = tables.map(({ name }) => name)) {
  return compareEndpoints(await staged(tables, { partner: await side(names) }), await side(names));
}

const brief = (changes: readonly RowChange[]) =>
  changes.map((change) =>
    change.kind === "update"
      ? `update ${change.key.join(",")}: ${change.changes.map(({ column, before, after }) => `${column} ${before} → ${after}`).join("; ")}`
      : `${change.kind} ${change.key.join(",")}`,
  );

const request = (signal = new AbortController().signal): LockRequest => ({
  accept: () => true,
  connections: 1,
  signal,
});
const USERS = {
  name: "users",
  columns: [
    ["id", "integer"],
    ["name", "text"],
    ["age", "smallint"],
  ],
  key: ["id"],
} as const;

async function failure(
  tables: readonly MemoryTable[],
  options: Partial<StagedEndpointOptions> = {},
): Promise<CodedError> {
  const endpoint = await staged(tables, options);
  try {
    await endpoint.lock(request());
  } catch (error) {
    if (isCodedError(error)) return error;
    throw error;
  } finally {
    await endpoint.close();
  }
  throw new Error("it was staged");
}

describe("row files against a table", () => {
  it("find inserts, updates and deletes, with types from the files or the table", async () => {
    await database.query(`CREATE TABLE people (id int PRIMARY KEY, name text, score numeric(10,2), at timestamptz);
      INSERT INTO people SELECT g, 'n' || g, g, '2026-01-01T00:00:00Z' FROM generate_series(1, 3000) g`);
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
    expect(await compareWith([{ name: "people", columns, key: ["id"], rows }])).toEqual([
      "delete 1",
      "update 1000: name n1000 → changed",
      "update 2000: name n2000 → changed",
      "update 3000: name n3000 → changed",
      "insert 3001",
    ]);
  });

  it("read many differing rows while a stream is open on the one session", async () => {
    await database.query(`CREATE TABLE busy (id int PRIMARY KEY, v text);
      INSERT INTO busy SELECT g, 'old' FROM generate_series(1, 20000) g`);
    const rows = Array.from({ length: 20_000 }, (_, index) => [String(index + 1), "new"]);
    const found = await compareWith([
      {
        name: "busy",
        columns: [
          ["id", null],
          ["v", null],
        ],
        rows,
      },
    ]);
    expect(found).toHaveLength(20_000);
    expect(found[19_999]).toBe("update 20000: v old → new");
  });

  it("take the table's key, collations and citext over where the file says nothing", async () => {
    await database.query(`CREATE EXTENSION IF NOT EXISTS citext;
      CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
      CREATE TABLE tags (name citext PRIMARY KEY, n int); INSERT INTO tags VALUES ('Alpha', 1), ('beta', 2);
      CREATE TABLE words (w text COLLATE loose PRIMARY KEY, n int); INSERT INTO words VALUES ('Ärger', 1)`);
    const columns = (name: string) =>
      [
        [name, null],
        ["n", null],
      ] as const;
    expect(
      await compareWith([
        {
          name: "tags",
          columns: columns("name"),
          rows: [
            ["ALPHA", "1"],
            ["beta", "2"],
          ],
        },
      ]),
    ).toEqual(["update Alpha: name Alpha → ALPHA"]);
    expect(await compareWith([{ name: "words", columns: columns("w"), rows: [["ärger", "1"]] }])).toEqual([
      "update Ärger: w Ärger → ärger",
    ]);
    const twice = await failure(
      [
        {
          name: "tags",
          columns: columns("name"),
          rows: [
            ["a", "1"],
            ["b", "1"],
            ["A", "2"],
          ],
        },
      ],
      {
        partner: await side(["tags"]),
      },
    );
    expect(twice).toMatchObject({ code: "key.not_unique", details: { lines: [2, 4] } });
  });

  it("find the tenant's own types under the tenant's schema", async () => {
    await database.query(`CREATE SCHEMA tenant_b; CREATE TYPE tenant_b.mood AS ENUM ('sad', 'ok');
      CREATE DOMAIN tenant_b.small AS int CHECK (VALUE < 10);
      CREATE TABLE tenant_b.days (id int PRIMARY KEY, mood tenant_b.mood, n tenant_b.small, moods tenant_b.mood[]);
      INSERT INTO tenant_b.days VALUES (1, 'ok', 3, '{sad,ok}')`);
    const columns = [
      ["id", "integer"],
      ["mood", "tenant_a.mood"],
      ["n", "tenant_a.small"],
      ["moods", "tenant_a.mood[]"],
    ] as const;
    const days = (row: string[]): MemoryTable => ({ name: "days", columns, key: ["id"], rows: [row] });
    const options = { host: host("tenant_b"), partner: await side(["days"], "tenant_b") };
    const source = await staged([days(["1", "sad", "3", "{sad,ok}"])], options);
    expect(await compareEndpoints(source, await side(["days"], "tenant_b"))).toEqual([
      "update 1: mood ok → sad",
    ]);
    expect(await failure([days(["1", "glad", "3", "{}"])], options)).toMatchObject({
      message: 'files/days.ndjson, line 2: the value of column "mood" is not of type tenant_b.mood.',
    });
    expect(await failure([days(["1", "ok", "12", "{}"])], options)).toMatchObject({
      details: { line: 2, column: "n" },
    });
  });

  it("leave out columns that no row has, and computed ones", async () => {
    await database.query(`CREATE TABLE parts (id int PRIMARY KEY, a text, b text, c int GENERATED ALWAYS AS (id * 2) STORED);
      INSERT INTO parts VALUES (1, 'a', 'keep')`);
    const columns = [
      ["id", null],
      ["a", null],
      ["b", null],
      ["c", null],
    ] as const;
    const endpoint = await staged(
      [
        {
          name: "parts",
          columns,
          rows: [
            ["1", "x", undefined, "99"],
            ["2", null, undefined, undefined],
          ],
        },
      ],
      {
        partner: await side(["parts"]),
      },
    );
    const snapshot = await (await endpoint.lock(request())).begin(null);
    expect(snapshot.tables[0]?.columns.map(({ name }) => name)).toEqual(["id", "a"]);
    expect(snapshot.tables[0]?.name).toEqual({ schema: "public", name: "parts" });
    await endpoint.close();
  });

  it("compare with each other in two sessions of one server", async () => {
    const rows = [
      ["1", "a", "5"],
      ["2", "b", null],
    ];
    const source = await staged([{ ...USERS, rows }]);
    const target = await staged([
      {
        ...USERS,
        rows: [
          ["1", "a", "6"],
          ["3", "c", null],
        ],
      },
    ]);
    expect(await compareEndpoints(source, target)).toEqual(["update 1: age 6 → 5", "insert 2", "delete 3"]);
  });
});

describe("rows that leave out what others have", () => {
  const columns = [
    ["id", "integer"],
    ["a", "text"],
    ["b", "text"],
    ["n", "integer"],
    ["d", "text"],
  ] as const;
  const table = (rows: MemoryTable["rows"]): MemoryTable => ({ name: "partial", columns, key: ["id"], rows });
  const setUp = `DROP TABLE IF EXISTS partial;
    CREATE TABLE partial (id int PRIMARY KEY, a text, b text, n int NOT NULL, d text NOT NULL DEFAULT 'std');
    INSERT INTO partial VALUES (1, 'a1', 'b1', 1, 'd1'), (2, 'a2', 'b2', 2, 'd2'), (3, 'a3', 'b3', 3, 'd3')`;

  it("keep the table's values, and take its defaults where they are new", async () => {
    await database.query(setUp);
    const rows = [
      ["1", "new", undefined, undefined, undefined],
      ["2", undefined, "new", "2", "d2"],
      ["3", "a3", undefined, "3", undefined],
      ["4", "a4", undefined, "4", undefined],
    ];
    expect(await compareWith([table(rows)])).toEqual([
      "update 1: a a1 → new",
      "update 2: b b2 → new",
      "insert 4",
    ]);
    const endpoint = await staged([table(rows)], { partner: await side(["partial"]) });
    const snapshot = await (await endpoint.lock(request())).begin(null);
    const selection = {
      table: snapshot.tables[0] as TableSpec,
      columns: ["b", "d"],
      filter: null,
      scope: null,
      masks: new Map(),
    };
    const all: unknown[] = [];
    for await (const batch of snapshot
      .selectRows(selection)
      .texts({ order: "key", signal: request().signal }))
      all.push(...batch);
    expect(all[3]).toEqual([null, "std"]);
    await endpoint.close();
  });

  it("see the other side as the comparison sees it, whoever writes meanwhile", async () => {
    await database.query(setUp);
    const target = await side(["partial"]);
    const source = await staged(
      [
        table([
          ["1", "a1", undefined, "1", "d1"],
          ["2", "a2", "b2", "2", "d2"],
          ["3", "a3", "b3", "3", "d3"],
        ]),
      ],
      { partner: target },
    );
    const write = () => database.query("UPDATE partial SET b = 'meanwhile' WHERE id = 1");
    const withWriter: Endpoint = {
      label: source.label,
      tenantSchema: source.tenantSchema,
      named: null,
      close: () => source.close(),
      async lock(wanted) {
        const locked = await source.lock(wanted);
        const begin = async (shared: string | null) => {
          const snapshot = await locked.begin(shared);
          await write();
          return snapshot;
        };
        return { database: locked.database, begin };
      },
    };
    expect(await compareEndpoints(withWriter, target)).toEqual([]);
    expect(await database.query("SELECT b FROM partial WHERE id = 1")).toEqual([{ b: "meanwhile" }]);
  });

  it("are refused where a new row needs a value, or nothing tells which value stays", async () => {
    await database.query(setUp);
    const partner = await side(["partial"]);
    const full = ["1", "a1", "b1", "1", "d1"];
    const endpoint = await staged([table([full, ["9", "a", "b", undefined, "d"]])], { partner });
    const locked = await endpoint.lock(request());
    await expect(locked.begin(null)).rejects.toMatchObject({
      code: "file.damaged",
      details: { line: 3, column: "n" },
    });
    await endpoint.close();
    const alone = await failure([table([full, ["2", undefined, "b", "1", "d"]])]);
    expect(alone).toMatchObject({ code: "file.damaged", details: { line: 3, column: "a" } });
    const narrow = [
      ["id", "integer"],
      ["a", "character varying(1)"],
    ] as const;
    const other = await staged(
      [
        {
          name: "partial",
          columns: narrow,
          key: ["id"],
          rows: [
            ["1", "x"],
            ["2", undefined],
          ],
        },
      ],
      { partner },
    );
    await expect((await other.lock(request())).begin(null)).rejects.toMatchObject({
      details: { line: 3, column: "a" },
    });
    await other.close();
  });

  it("draw no numbers and run no functions", async () => {
    await database.query(
      `CREATE TABLE drawn (id int PRIMARY KEY, n serial, u uuid DEFAULT gen_random_uuid(), v text)`,
    );
    const wide = [
      ["id", "integer"],
      ["n", "integer"],
      ["u", "uuid"],
      ["v", "text"],
    ] as const;
    const rows = [
      ["1", "1", "00000000-0000-0000-0000-000000000001", "x"],
      ["2", undefined, undefined, "y"],
    ];
    const endpoint = await staged([{ name: "drawn", columns: wide, key: ["id"], rows }], {
      partner: await side(["drawn"]),
    });
    await expect((await endpoint.lock(request())).begin(null)).rejects.toMatchObject({
      details: { line: 3, column: "n" },
    });
    await endpoint.close();
    expect(await database.query("SELECT is_called FROM drawn_n_seq")).toEqual([{ is_called: false }]);
  });
});

describe("a damaged file", () => {
  const good = Array.from({ length: 5000 }, (_, index) => [String(index), `n${index}`, "1"]);

  it.each([
    ["a value of another type", ["x", "n", "1"], "id", "is not of type integer"],
    ["a number out of range", ["9001", "n", "40000"], "age", "is not of type smallint"],
    ["a NUL character", ["9001", "a\0b", "1"], "name", "holds a NUL character"],
    ["half a surrogate pair", ["9001", "\ud800", "1"], "name", "is no valid Unicode text"],
  ])("is told by file, line and column: %s", async (_, row, column, problem) => {
    const error = await failure([{ ...USERS, rows: [...good, row] }]);
    expect(error).toMatchObject({
      code: "file.damaged",
      message: `files/users.ndjson, line 5002: the value of column "${column}" ${problem}.`,
      details: { line: 5002, column },
    });
  });

  it.each([
    ["numeric(6,2)", "1.005"],
    ["timestamp(0) without time zone", "2026-01-01 00:00:00.5"],
    ["real", "0.123456789"],
    ["character varying(3)", "abc  "],
    ["name", "x".repeat(64)],
    ["date", "2026-01-01 12:30:00"],
  ])("does not round or cut: %s", async (type, value) => {
    const error = await failure([{ name: "t", columns: [["v", type]], rows: [[value]] }]);
    expect(error).toMatchObject({ code: "file.damaged", details: { line: 2, column: "v" } });
    expect(`${error.message} ${error.hint}`).not.toContain(value);
  });

  it("is told for keys that are there twice, or not whole", async () => {
    const rows = [...good, ["77", "again", "1"]];
    expect(await failure([{ ...USERS, rows }])).toMatchObject({
      code: "key.not_unique",
      details: { lines: [79, 5002] },
    });
    expect(await failure([{ ...USERS, rows: [...good, [null, "x", "1"]] }])).toMatchObject({
      details: { line: 5002 },
    });
  });

  it("is told for one table in two files, and bad names", async () => {
    const rows = [["1", "a", "1"]];
    expect(
      (
        await failure([
          { ...USERS, rows },
          { ...USERS, name: "public.users", rows },
        ])
      ).message,
    ).toContain("twice");
    expect((await failure([{ ...USERS, name: "a.b.c", rows }])).message).toContain("no table name");
    expect((await failure([{ ...USERS, key: ["nope"], rows }])).message).toContain(
      'lacks its key column "nope"',
    );
  });

  it("cannot smuggle SQL in with a type", async () => {
    for (const type of [
      "integer); DROP TABLE canary; --",
      "int DEFAULT pg_sleep(9)",
      "text -- ",
      "text /*",
      "integer NOT NULL",
      "record",
      "no such type",
      "setof int",
    ]) {
      const endpoint = await staged([{ name: "t", columns: [["v", type]], rows: [["x"]] }]);
      const snapshot = await (await endpoint.lock(request())).begin(null);
      expect(snapshot.tables[0]?.columns[0]?.type.name).toBe("text");
      await endpoint.close();
    }
  });
});

describe("the host", () => {
  it("may forbid temporary tables, which tells the caller to take another one", async () => {
    await database.query(`CREATE ROLE no_temp LOGIN PASSWORD 'x'`);
    const [{ name }] = (await database.query("SELECT current_database() AS name")) as [{ name: string }];
    await database.query(`REVOKE TEMPORARY ON DATABASE "${name}" FROM PUBLIC`);
    const connection = { ...connectionOf(database.url), user: "no_temp", password: "x" };
    const error = await failure([{ ...USERS, rows: [] }], { host: { ...host(), connection } });
    expect(error.code).toBe("permission.denied");
    expect(cannotStage(error)).toBe(true);
    await database.query(`GRANT TEMPORARY ON DATABASE "${name}" TO PUBLIC; DROP ROLE no_temp`);
  });

  it("may go away in the middle, which is a lost connection", async () => {
    const files = memoryFiles([
      { ...USERS, rows: Array.from({ length: 50_000 }, (_, n) => [String(n), "x", "1"]) },
    ]);
    const kill = () =>
      database.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'syncline-test' AND datname = current_database()",
      );
    async function* rows(table: string, signal: AbortSignal) {
      let batches = 0;
      for await (const batch of files.rows(table, signal)) {
        batches += 1;
        if (batches === 100) await kill();
        yield batch;
      }
    }
    const endpoint = await openStagedEndpoint({ rows: { ...files, rows }, host: host(), label: "files" });
    await expect(endpoint.lock(request())).rejects.toMatchObject({
      code: "connection.lost",
      retryable: true,
    });
    await endpoint.close();
    const again = await openStagedEndpoint({ rows: files, host: host(), label: "files" });
    const snapshot = await (await again.lock(request())).begin(null);
    await kill();
    const table = snapshot.tables[0] as TableSpec;
    const selected = snapshot.selectRows({
      table,
      columns: ["id"],
      filter: null,
      scope: null,
      masks: new Map(),
    });
    const read = async () => {
      const batches = [];
      for await (const batch of selected.texts({ order: "key", signal: request().signal }))
        batches.push(batch);
      return batches;
    };
    await expect(read()).rejects.toMatchObject({ code: "connection.lost" });
    await again.close();
  });

  it("is left alone when the work is stopped in the middle", async () => {
    const stop = new AbortController();
    const endless: MemoryTable = {
      ...USERS,
      rows: Array.from({ length: 200_000 }, (_, index) => [String(index), "x", "1"]),
    };
    const endpoint = await staged([endless]);
    setTimeout(() => stop.abort(), 50);
    await expect(endpoint.lock(request(stop.signal))).rejects.toMatchObject({ code: "interrupted" });
    await endpoint.close();
    await expect
      .poll(() =>
        database.query(
          "SELECT pid FROM pg_stat_activity WHERE application_name = 'syncline-test' AND datname = current_database()",
        ),
      )
      .toEqual([]);
  });
});

it("tells referenced rows apart by a scope", async () => {
  const endpoint = await staged([
    {
      ...USERS,
      rows: [
        ["1", "a", null],
        ["2", "b", null],
        ["3", "c", null],
      ],
      referenced: [1],
    },
  ]);
  const snapshot = await (await endpoint.lock(request())).begin(null);
  const table = snapshot.tables[0] as TableSpec;
  const idsOf = async (scope: RowScope) => {
    const selected = snapshot.selectRows({ table, columns: ["id"], filter: null, scope, masks: new Map() });
    const ids: unknown[] = [];
    for await (const batch of selected.texts({ order: "key", signal: new AbortController().signal }))
      ids.push(...batch.map(([id]) => id));
    return ids;
  };
  expect(await idsOf(STAGED_REFERENCED)).toEqual(["2"]);
  expect(await idsOf({ kind: "not", item: STAGED_REFERENCED })).toEqual(["1", "3"]);
  await endpoint.close();
});
