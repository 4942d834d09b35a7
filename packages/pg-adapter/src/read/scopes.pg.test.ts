import type { KeyList, RowClosure, RowScope } from "@syncline/core";
import { checkTableFilter, parseFilter } from "@syncline/core";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { idsIn, inPublic, named, selection, textsOf, withSnapshot } from "./testing/open-snapshot.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase("scopes");
});
afterAll(() => database.drop());
beforeEach(() => database.query("DROP SCHEMA public CASCADE; CREATE SCHEMA public"));

const EQUALS = "pg_catalog.=";

function keys(list: string, ...columns: string[]): RowScope {
  return { kind: "keys", list, columns, operators: columns.map(() => EQUALS) };
}

function related(column: string, table: string, otherColumn: string, where: RowScope): RowScope {
  return {
    kind: "related",
    table: inPublic(table),
    columns: [column],
    otherColumns: [otherColumn],
    operators: [EQUALS],
    where,
  };
}

/** Every answer of a scope, of its negation and of both together. */
async function idsOf(table: string, scope: RowScope, lists: Record<string, KeyList> = {}) {
  return withSnapshot({ url: database.url }, async (snapshot) => {
    snapshot.useKeyLists(new Map(Object.entries(lists)));
    const inside = await idsIn(snapshot, table, scope);
    const outside = await idsIn(snapshot, table, { kind: "not", item: scope });
    const all = await idsIn(snapshot, table, { kind: "all" });
    expect([...inside, ...outside].sort()).toEqual([...all].sort());
    expect(
      await idsIn(snapshot, table, { kind: "and", items: [scope, { kind: "not", item: scope }] }),
    ).toEqual([]);
    const either: RowScope = { kind: "or", items: [scope, { kind: "not", item: scope }] };
    expect(await idsIn(snapshot, table, either)).toEqual(all);
    return inside;
  });
}

describe("key lists", () => {
  it("any value of a text: quotes, backslashes, commas, braces, the word NULL, empty, and NULL never matches", async () => {
    const values = [
      "a'b",
      'c"d',
      "e\\f",
      "g,h",
      "{i}",
      "NULL",
      "",
      "j\nk\tl",
      "ü€😀",
      " m ",
      "\\N",
      "$1",
      "--",
      "%s",
    ];
    await database.query("CREATE TABLE t (id int PRIMARY KEY, v text)");
    for (const [at, value] of values.entries())
      await database.query(`INSERT INTO t VALUES (${at + 1}, $q$${value}$q$)`);
    await database.query("INSERT INTO t VALUES (100, NULL), (101, 'other'), (102, 'null')");
    const list = { types: ["text"], tuples: [...values, null].map((value) => [value]) };
    expect(await idsOf("t", keys("l", "v"), { l: list })).toEqual(values.map((_, at) => `${at + 1}`));
  });

  it("tuples of several types; a tuple with NULL matches nothing; the list is not made of its columns alone", async () => {
    await database.query(`CREATE TYPE mood AS ENUM ('low', 'high');
      CREATE TABLE t (id int PRIMARY KEY, a uuid, b numeric(10, 2), c mood, d timestamptz, e char(4));
      INSERT INTO t VALUES (1, '00000000-0000-0000-0000-000000000001', 1.50, 'low', '2024-01-01 00:00:00Z', 'x'),
        (2, '00000000-0000-0000-0000-000000000001', 1.50, 'high', '2024-01-01 00:00:00Z', 'x'),
        (3, '00000000-0000-0000-0000-000000000002', 1.50, 'low', '2024-01-01 00:00:00Z', 'x'),
        (4, '00000000-0000-0000-0000-000000000001', NULL, 'low', '2024-01-01 00:00:00Z', 'x')`);
    const types = ["uuid", "numeric", "public.mood", "timestamp with time zone", "character"];
    const tuple = ["00000000-0000-0000-0000-000000000001", "1.5", "low", "2024-01-01 02:00:00+02", "x   "];
    const other = ["00000000-0000-0000-0000-000000000002", "1.5", "high", "2024-01-01 00:00:00Z", "x"];
    const list = { types, tuples: [tuple, other, tuple.with(1, null as unknown as string)] };
    expect(await idsOf("t", keys("l", "a", "b", "c", "d", "e"), { l: list })).toEqual(["1"]);
  });

  it("an empty list is no row, and lists do not mix", async () => {
    await database.query("CREATE TABLE t (id int PRIMARY KEY, v int); INSERT INTO t VALUES (1, 1), (2, 2)");
    const lists = { none: { types: ["integer"], tuples: [] }, one: { types: ["integer"], tuples: [["1"]] } };
    expect(await idsOf("t", keys("none", "v"), lists)).toEqual([]);
    expect(await idsOf("t", keys("one", "v"), lists)).toEqual(["1"]);
    expect(await idsOf("t", { kind: "or", items: [keys("none", "v"), keys("one", "id")] }, lists)).toEqual([
      "1",
    ]);
  });

  it("lists that come later are added, also when rows were read before", async () => {
    await database.query("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1), (2), (3)");
    await withSnapshot({ url: database.url }, async (snapshot) => {
      const list = (id: string): KeyList => ({ types: ["integer"], tuples: [[id]] });
      snapshot.useKeyLists(new Map([["a", list("1")]]));
      snapshot.useKeyLists(new Map([["b", list("2")]]));
      const either: RowScope = { kind: "or", items: [keys("a", "id"), keys("b", "id")] };
      expect(await idsIn(snapshot, "t", either)).toEqual(["1", "2"]);
      snapshot.useKeyLists(new Map([["a", list("3")]]));
      expect(await idsIn(snapshot, "t", either)).toEqual(["2", "3"]);
      const tables = [{ name: inPublic("t"), seed: keys("a", "id") }];
      const itself: RowScope = { kind: "closure", table: 0, tables, edges: [] };
      expect(await idsIn(snapshot, "t", itself)).toEqual(["3"]);
      snapshot.useKeyLists(new Map([["a", list("1")]]));
      expect(await idsIn(snapshot, "t", itself)).toEqual(["1"]);
    });
  });

  it("by the operator of an extension's type", async () => {
    await database.query(`CREATE EXTENSION IF NOT EXISTS citext SCHEMA public;
      CREATE TABLE t (id int PRIMARY KEY, v citext); INSERT INTO t VALUES (1, 'Anna'), (2, 'anne')`);
    const scope: RowScope = { kind: "keys", list: "l", columns: ["v"], operators: ["public.="] };
    expect(await idsOf("t", scope, { l: { types: ["public.citext"], tuples: [["ANNA"]] } })).toEqual(["1"]);
  });

  it("100,000 tuples in a table of 200,000 rows within seconds, under NOT and OR too", async () => {
    await database.query(`CREATE TABLE t (id int PRIMARY KEY, a int, b text);
      INSERT INTO t SELECT n, n / 2, 'v' || n FROM generate_series(1, 200000) n; ANALYZE t`);
    const tuples = Array.from({ length: 100_000 }, (_, at) => [`${Math.floor((at + 1) / 2)}`, `v${at + 1}`]);
    const started = performance.now();
    const lists = { l: { types: ["integer", "text"], tuples } };
    expect(await idsOf("t", keys("l", "a", "b"), lists)).toHaveLength(100_000);
    expect(performance.now() - started).toBeLessThan(30_000);
  });
});

describe("filters and groups", () => {
  it("a filter and its negation split the rows, NULL included", async () => {
    await database.query(
      "CREATE TABLE t (id int PRIMARY KEY, v int); INSERT INTO t VALUES (1, 1), (2, NULL), (3, 3)",
    );
    await withSnapshot({ url: database.url }, async (snapshot) => {
      const filter = checkTableFilter(parseFilter('{"where":{"v":{"$gt":1}}}'), named(snapshot, "t"));
      if (filter === null) throw new Error("no filter");
      const scope: RowScope = { kind: "filter", filter };
      expect(await idsIn(snapshot, "t", scope)).toEqual(["3"]);
      expect(await idsIn(snapshot, "t", { kind: "not", item: scope })).toEqual(["1", "2"]);
      expect(await idsIn(snapshot, "t", { kind: "or", items: [] })).toEqual([]);
      expect(await idsIn(snapshot, "t", { kind: "and", items: [] })).toEqual(["1", "2", "3"]);
      expect(await idsIn(snapshot, "t", { kind: "none" })).toEqual([]);
    });
  });
});

describe("related rows", () => {
  const SHOP = `CREATE TABLE customer (id int PRIMARY KEY, name text);
    CREATE TABLE orders (id int PRIMARY KEY, customer int REFERENCES customer);
    CREATE TABLE line (id int PRIMARY KEY, ord int REFERENCES orders, no int);
    INSERT INTO customer VALUES (1, 'a'), (2, 'b'), (3, 'c');
    INSERT INTO orders VALUES (10, 1), (11, 1), (12, 2), (13, NULL);
    INSERT INTO line VALUES (100, 10, 1), (101, 10, 2), (102, 12, 1), (103, NULL, 1)`;

  it("down and up two references, and the other way by NOT", async () => {
    await database.query(SHOP);
    const lists = { c: { types: ["integer"], tuples: [["1"]] } };
    const orders = related("customer", "customer", "id", keys("c", "id"));
    expect(await idsOf("orders", orders, lists)).toEqual(["10", "11"]);
    expect(await idsOf("line", related("ord", "orders", "id", orders), lists)).toEqual(["100", "101"]);
    const withLines = related("id", "line", "ord", { kind: "all" });
    expect(await idsOf("orders", withLines)).toEqual(["10", "12"]);
    const withoutOrders: RowScope = {
      kind: "not",
      item: related("id", "orders", "customer", { kind: "all" }),
    };
    expect(await idsOf("customer", withoutOrders)).toEqual(["3"]);
    const either: RowScope = { kind: "or", items: [withoutOrders, keys("c", "id")] };
    expect(await idsOf("customer", either, lists)).toEqual(["1", "3"]);
  });

  it("composite references, and a key that contains a column of each collation", async () => {
    await database.query(`CREATE TABLE p (id int PRIMARY KEY, a int, b text COLLATE "C", UNIQUE (a, b));
      CREATE TABLE c (id int PRIMARY KEY, a int, b text COLLATE "POSIX");
      INSERT INTO p VALUES (1, 1, 'x'), (2, 1, 'y'); INSERT INTO c VALUES (1, 1, 'x'), (2, 1, 'z'), (3, NULL, 'x'), (4, 2, 'x')`);
    const scope: RowScope = {
      kind: "related",
      table: inPublic("p"),
      columns: ["a", "b"],
      otherColumns: ["a", "b"],
      operators: [EQUALS, EQUALS],
      where: { kind: "all" },
    };
    expect(await idsOf("c", scope)).toEqual(["1"]);
  });

  it("through a partitioned table, a child table of inheritance left out, and a view", async () => {
    await database.query(`CREATE TABLE part (id int, kind int, PRIMARY KEY (id, kind)) PARTITION BY LIST (kind);
      CREATE TABLE part_1 PARTITION OF part FOR VALUES IN (1); CREATE TABLE part_2 PARTITION OF part FOR VALUES IN (2);
      CREATE TABLE parent (id int PRIMARY KEY, part int); CREATE TABLE heir () INHERITS (parent);
      INSERT INTO part VALUES (1, 1), (2, 2), (3, 2); INSERT INTO parent VALUES (1, 2); INSERT INTO heir VALUES (2, 3);
      CREATE VIEW v AS SELECT * FROM parent`);
    expect(await idsOf("parent", related("part", "part", "id", { kind: "all" }))).toEqual(["1"]);
    expect(await idsOf("part", related("id", "parent", "part", { kind: "all" }))).toEqual(["2"]);
    expect(await idsOf("part", related("id", "v", "part", { kind: "all" }))).toEqual(["2", "3"]);
  });
});

describe("closures", () => {
  const closure = (
    table: number,
    tables: RowClosure["tables"],
    edges: readonly [from: number, to: number, fromColumn: string, toColumn: string][],
  ): RowScope => ({
    kind: "closure",
    table,
    tables,
    edges: edges.map(([from, to, fromColumn, toColumn]) => ({
      from,
      to,
      fromColumns: [fromColumn],
      toColumns: [toColumn],
      operators: [EQUALS],
    })),
  });
  const one = { l: { types: ["integer"], tuples: [["1"]] } };

  it("a tree that refers to itself, cycles included, downwards and upwards", async () => {
    await database.query(`CREATE TABLE node (id int PRIMARY KEY, up int);
      INSERT INTO node VALUES (1, 3), (2, 1), (3, 2), (4, 2), (5, 5), (6, NULL), (7, 6), (8, 5)`);
    const tables = [{ name: inPublic("node"), seed: keys("l", "id") }];
    expect(await idsOf("node", closure(0, tables, [[0, 0, "id", "up"]]), one)).toEqual(["1", "2", "3", "4"]);
    expect(await idsOf("node", closure(0, tables, [[0, 0, "up", "id"]]), one)).toEqual(["1", "2", "3"]);
    expect(await idsOf("node", closure(0, tables, []), one)).toEqual(["1"]);
  });

  it("two tables that refer to each other, one partitioned: rows at the same place of two partitions are two rows", async () => {
    await database.query(`CREATE TABLE team (id int, region int, captain int, PRIMARY KEY (id, region)) PARTITION BY LIST (region);
      CREATE TABLE team_1 PARTITION OF team FOR VALUES IN (1); CREATE TABLE team_2 PARTITION OF team FOR VALUES IN (2);
      CREATE TABLE player (id int PRIMARY KEY, team int);
      INSERT INTO team VALUES (1, 1, 10), (2, 1, 12); INSERT INTO team VALUES (3, 2, 13), (4, 2, 14);
      INSERT INTO player VALUES (10, 1), (11, 4), (12, 2), (13, 3), (14, 1), (15, NULL)`);
    const tables = [
      { name: inPublic("team"), seed: keys("l", "id") },
      { name: inPublic("player"), seed: { kind: "none" } as const },
    ];
    const edges = [
      [0, 1, "id", "team"],
      [1, 0, "id", "captain"],
    ] as const;
    const scope = (table: number) => closure(table, tables, edges as never);
    expect(await idsOf("team", scope(0), one)).toEqual(["1", "4"]);
    expect(await idsOf("player", scope(1), one)).toEqual(["10", "11", "14"]);
  });

  it("through a view", async () => {
    await database.query(`CREATE TABLE node (id int PRIMARY KEY, up int); CREATE VIEW v AS SELECT * FROM node;
      INSERT INTO node VALUES (1, NULL), (2, 1), (3, 2), (4, NULL)`);
    const tables = [
      { name: inPublic("node"), seed: keys("l", "id") },
      { name: inPublic("v"), seed: { kind: "none" } as const },
    ];
    const scope = closure(0, tables, [
      [0, 1, "id", "up"],
      [1, 0, "id", "id"],
    ]);
    expect(await idsOf("node", scope, one)).toEqual(["1", "2", "3"]);
  });

  it("50,000 roots of an unindexed tree within seconds", async () => {
    await database.query(`CREATE TABLE node (id int PRIMARY KEY, up int);
      INSERT INTO node SELECT n, CASE WHEN n > 50000 THEN n - 50000 END FROM generate_series(1, 200000) n; ANALYZE node`);
    const tuples = Array.from({ length: 50_000 }, (_, at) => [`${at + 1}`]);
    const tables = [{ name: inPublic("node"), seed: keys("l", "id") }];
    const started = performance.now();
    const all = await withSnapshot({ url: database.url }, async (snapshot) => {
      snapshot.useKeyLists(new Map([["l", { types: ["integer"], tuples }]]));
      return idsIn(snapshot, "node", closure(0, tables, [[0, 0, "id", "up"]]));
    });
    expect(all).toHaveLength(200_000);
    expect(performance.now() - started).toBeLessThan(30_000);
  });
});

describe("column tenancy", () => {
  const side = () => ({ url: database.url, tenantColumn: { name: "org", value: "a" } });

  it("no path leads to another tenant's rows", async () => {
    await database.query(`CREATE TABLE p (id int, org text, v int, PRIMARY KEY (org, id)); CREATE TABLE c (id int, org text, p int, PRIMARY KEY (org, id));
      CREATE TABLE shared (id int PRIMARY KEY, v int);
      INSERT INTO p VALUES (1, 'a', 1), (1, 'b', 1), (2, 'b', 2); INSERT INTO c VALUES (10, 'a', 1), (11, 'a', 2), (10, 'b', 1), (12, 'b', 2);
      INSERT INTO shared VALUES (1, 10), (2, 12)`);
    await withSnapshot(side(), async (snapshot) => {
      const one = { types: ["integer"], tuples: [["1"], ["2"]] };
      snapshot.useKeyLists(new Map([["l", one]]));
      expect(await idsIn(snapshot, "c", related("p", "p", "id", { kind: "all" }))).toEqual(["10"]);
      expect(await idsIn(snapshot, "c", related("id", "shared", "v", { kind: "all" }))).toEqual(["10"]);
      expect(await textsOf(snapshot, selection(named(snapshot, "p"), { scope: keys("l", "id") }))).toEqual([
        ["1", "1"],
      ]);
      const reached: RowScope = {
        kind: "closure",
        table: 1,
        tables: [
          { name: inPublic("p"), seed: keys("l", "id") },
          { name: inPublic("c"), seed: { kind: "none" } },
        ],
        edges: [{ from: 0, to: 1, fromColumns: ["id"], toColumns: ["p"], operators: [EQUALS] }],
      };
      expect(await idsIn(snapshot, "c", reached)).toEqual(["10"]);
      expect(await idsIn(snapshot, "c", { kind: "not", item: reached })).toEqual(["11"]);
      expect(await idsIn(snapshot, "c", { kind: "or", items: [reached, keys("l", "p")] })).toEqual([
        "10",
        "11",
      ]);
    });
  });
});

describe("tables that are not part of the snapshot", () => {
  it("are locked against being emptied while a scope reads them", async () => {
    await database.query(`CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE other (id int PRIMARY KEY);
      INSERT INTO t VALUES (1), (2); INSERT INTO other VALUES (1)`);
    await withSnapshot({ url: database.url, tables: ["t"] }, async (snapshot) => {
      const scope = related("id", "other", "id", { kind: "all" });
      expect(await idsIn(snapshot, "t", scope)).toEqual(["1"]);
      const emptied = database.query("SET lock_timeout = 200; TRUNCATE other");
      await expect(emptied).rejects.toMatchObject({ code: "55P03" });
      expect(await idsIn(snapshot, "t", scope)).toEqual(["1"]);
    });
  });

  it("are refused when they were emptied before that, and when they are not there", async () => {
    await database.query(`CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE other (id int PRIMARY KEY);
      INSERT INTO t VALUES (1); INSERT INTO other VALUES (1)`);
    await withSnapshot({ url: database.url, tables: ["t"] }, async (snapshot) => {
      const missing = idsIn(snapshot, "t", related("id", "nowhere", "id", { kind: "all" }));
      await expect(missing).rejects.toMatchObject({ code: "table.not_found" });
      await database.query("TRUNCATE other");
      const emptied = idsIn(snapshot, "t", related("id", "other", "id", { kind: "all" }));
      await expect(emptied).rejects.toMatchObject({ code: "schema.changed", retryable: true });
    });
  });
});

it.each([
  ["CREATE INDEX ON node (up);", 3_000],
  ["", 100],
])("a chain among 200,000 rows (%s %i links)", async (index, links) => {
  await database.query(`CREATE TABLE node (id int PRIMARY KEY, up int); ${index}
    INSERT INTO node SELECT n, CASE WHEN n BETWEEN 2 AND ${links} THEN n - 1 END FROM generate_series(1, 200000) n; ANALYZE node`);
  const chain: RowScope = {
    kind: "closure",
    table: 0,
    tables: [{ name: inPublic("node"), seed: keys("l", "id") }],
    edges: [{ from: 0, to: 0, fromColumns: ["id"], toColumns: ["up"], operators: [EQUALS] }],
  };
  const started = performance.now();
  const all = await withSnapshot({ url: database.url }, async (snapshot) => {
    snapshot.useKeyLists(new Map([["l", { types: ["integer"], tuples: [["1"]] }]]));
    return idsIn(snapshot, "node", chain);
  });
  expect(all).toHaveLength(links);
  expect(performance.now() - started).toBeLessThan(30_000);
});

it("a closure is worked out once for all its tables and connections, also inside another", async () => {
  await database.query(`CREATE TABLE a (id int PRIMARY KEY, b int); CREATE TABLE b (id int PRIMARY KEY, a int);
    INSERT INTO a SELECT n, n + 1 FROM generate_series(1, 1000) n; INSERT INTO b SELECT n, n FROM generate_series(1, 500) n; ANALYZE`);
  const tables = [
    { name: inPublic("a"), seed: keys("l", "id") },
    { name: inPublic("b"), seed: { kind: "none" } as const },
  ];
  const edge = (from: number, to: number, fromColumn: string, toColumn: string) => ({
    from,
    to,
    fromColumns: [fromColumn],
    toColumns: [toColumn],
    operators: [EQUALS],
  });
  const edges = [edge(0, 1, "b", "id"), edge(1, 0, "a", "id")];
  const reached = (table: number): RowScope => ({ kind: "closure", table, tables, edges });
  const around: RowScope = {
    kind: "closure",
    table: 0,
    tables: [{ name: inPublic("b"), seed: { kind: "and", items: [reached(1), keys("l", "id")] } }],
    edges: [edge(0, 0, "id", "a")],
  };
  await withSnapshot({ url: database.url }, async (snapshot) => {
    snapshot.useKeyLists(new Map([["l", { types: ["integer"], tuples: [["490"], ["496"]] }]]));
    const [ofA, ofB, ofB2] = await Promise.all([
      idsIn(snapshot, "a", reached(0)),
      idsIn(snapshot, "b", reached(1)),
      idsIn(snapshot, "b", around),
    ]);
    expect(ofA).toEqual(Array.from({ length: 11 }, (_, at) => `${490 + at}`));
    expect(ofB).toEqual(Array.from({ length: 10 }, (_, at) => `${491 + at}`));
    expect(ofB2).toEqual(["496"]);
  });
});
