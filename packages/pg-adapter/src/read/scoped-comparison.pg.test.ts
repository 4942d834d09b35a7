import type { KeyList, MaskRule, RowChange, RowScope } from "@syncline/core";
import { parseFilter } from "@syncline/core";
import type { DiffOptions } from "@syncline/engine";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { compare, type Side } from "./testing/compare-databases.ts";
import { inPublic } from "./testing/open-snapshot.ts";

let source: TestDatabase;
let target: TestDatabase;
beforeAll(async () => {
  [source, target] = await Promise.all([createTestDatabase("scoped_s"), createTestDatabase("scoped_t")]);
});
afterAll(() => Promise.all([source?.drop(), target?.drop()]));
beforeEach(async () => {
  const clean = "DROP SCHEMA public CASCADE; CREATE SCHEMA public";
  await Promise.all([source.query(clean), target.query(clean)]);
});

const both = (sql: string) => Promise.all([source.query(sql), target.query(sql)]);

interface Narrowed {
  readonly source?: Readonly<Record<string, RowScope>>;
  readonly target?: Readonly<Record<string, RowScope>>;
  readonly masks?: Readonly<Record<string, Readonly<Record<string, MaskRule>>>>;
  readonly ids?: readonly string[];
}

/** `ids` is the key list `ids` on both sides; masks are the source's. */
function prepare({ ids = [], ...narrowed }: Narrowed): NonNullable<DiffOptions["prepare"]> {
  return async (side, snapshot) => {
    const list: KeyList = { types: ["integer"], tuples: ids.map((id) => [id]) };
    snapshot.useKeyLists(new Map([["ids", list]]));
    snapshot.useMaskKey(Buffer.from("secret"));
    const masks = Object.entries(side === "source" ? (narrowed.masks ?? {}) : {});
    return {
      scopes: new Map(Object.entries(narrowed[side] ?? {})),
      masks: new Map(masks.map(([table, rules]) => [table, new Map(Object.entries(rules))])),
    };
  };
}

const IDS: RowScope = { kind: "keys", list: "ids", columns: ["id"], operators: ["pg_catalog.="] };

/** `+3` insert, `-3` delete, `~3` update, `!3` update of a row outside the scope; in order of id. */
function told(changes: readonly RowChange[]): string[] {
  const sign = (change: RowChange) =>
    change.kind === "insert" ? "+" : change.kind === "delete" ? "-" : change.outside === true ? "!" : "~";
  return changes
    .map((change) => `${sign(change)}${change.key.join("/")}`)
    .sort((a, b) => Number(a.slice(1)) - Number(b.slice(1)));
}

const PATHS = ["auto", "stream", "buckets-by-range", "buckets-by-hash"] as const;

async function onEveryPath(
  narrowed: Narrowed,
  options: Partial<DiffOptions> = {},
  sides: [Side, Side] = [source, target],
) {
  const all = [];
  for (const path of PATHS)
    all.push(await compare(...sides, { path, prepare: prepare(narrowed), ...options }));
  for (const { changes, result } of all) {
    expect(told(changes)).toEqual(told(all[0]?.changes ?? []));
    expect(result.totals).toEqual(all[0]?.result.totals);
  }
  const [first] = all;
  if (first === undefined) throw new Error("no path");
  return first;
}

describe("a scope of the target", () => {
  it("rows outside it are never deleted; those that the source has are told as outside", async () => {
    await both("CREATE TABLE t (id int PRIMARY KEY, v text)");
    await source.query("INSERT INTO t VALUES (1, 'a'), (2, 'b'), (4, 'd'), (5, 'e'), (7, 'g')");
    await target.query("INSERT INTO t VALUES (1, 'a'), (2, 'x'), (3, 'c'), (4, 'd'), (5, 'x'), (6, 'f')");
    const { changes, result } = await onEveryPath({ target: { t: IDS }, ids: ["1", "2", "3"] });
    expect(told(changes)).toEqual(["~2", "-3", "!5", "+7"]);
    expect(changes.find((change) => change.key[0] === "5")).toEqual({
      kind: "update",
      table: 0,
      key: ["5"],
      outside: true,
      changes: [{ column: "v", before: "x", after: "e" }],
    });
    expect(result.totals).toMatchObject({ inserts: 1, updates: 2, deletes: 1, unchanged: 2 });
  });

  it("rows without a key: others that are alike do not make a delete of more", async () => {
    await both("CREATE TABLE t (id int, v text)");
    await source.query("INSERT INTO t VALUES (1, 'a'), (2, 'b'), (2, 'b')");
    await target.query("INSERT INTO t VALUES (1, 'a'), (1, 'a'), (3, 'c'), (3, 'c'), (4, 'd')");
    const { changes } = await compare(source, target, {
      prepare: prepare({ target: { t: IDS }, ids: ["1", "2", "3"] }),
    });
    const seen = changes.map((change) => ({ ...change, key: undefined }));
    expect(seen).toHaveLength(3);
    expect(seen).toContainEqual({ kind: "delete", table: 0, before: ["3", "c"], count: 2, of: 2 });
    expect(seen).toContainEqual({ kind: "delete", table: 0, before: ["1", "a"], count: 1, of: 2 });
    expect(seen).toContainEqual({ kind: "insert", table: 0, after: ["2", "b"], count: 2 });
  });
});

describe("a scope of the source", () => {
  it("rows outside it do not exist, in lookups neither", async () => {
    await both("CREATE TABLE t (id int PRIMARY KEY, v text)");
    await source.query("INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c'), (4, 'd')");
    await target.query("INSERT INTO t VALUES (2, 'x'), (3, 'c'), (4, 'x'), (9, 'i')");
    const scope = { source: { t: IDS }, ids: ["1", "2"] };
    const { changes } = await onEveryPath(scope);
    expect(told(changes)).toEqual(["+1", "~2", "-3", "-4", "-9"]);
    const either = await onEveryPath({ ...scope, target: { t: IDS } });
    expect(told(either.changes)).toEqual(["+1", "~2"]);
  });

  it("with a filter: found by key without the filter, never without the scope", async () => {
    await both("CREATE TABLE t (id int PRIMARY KEY, v text)");
    await source.query("INSERT INTO t VALUES (1, 'in'), (2, 'out'), (3, 'out'), (4, 'in')");
    await target.query("INSERT INTO t VALUES (1, 'out'), (2, 'in'), (3, 'in'), (4, 'out')");
    const filter = parseFilter('{"where":{"v":"in"}}');
    const { changes } = await onEveryPath(
      { source: { t: IDS }, target: { t: IDS }, ids: ["1", "2"] },
      { filter },
    );
    expect(told(changes)).toEqual(["~1", "~2"]);
    const narrowSource = await onEveryPath({ source: { t: IDS }, ids: ["1", "2"] }, { filter });
    expect(told(narrowSource.changes)).toEqual(["~1", "~2", "-3"]);
    const narrowTarget = await onEveryPath({ target: { t: IDS }, ids: ["1", "2"] }, { filter });
    expect(told(narrowTarget.changes)).toEqual(["~1", "~2", "!4"]);
  });

  it("keys that are equal wider than bytes", async () => {
    await both("CREATE TABLE t (id numeric PRIMARY KEY, v text)");
    await source.query("INSERT INTO t VALUES (1.0, 'a'), (2.0, 'b'), (3.0, 'c')");
    await target.query("INSERT INTO t VALUES (1, 'x'), (2, 'b'), (3, 'c')");
    const keys: RowScope = { ...IDS, kind: "keys" };
    const { changes } = await onEveryPath({ source: { t: keys }, target: { t: keys }, ids: ["1", "2"] });
    expect(told(changes)).toEqual(["~1", "~2"]);
    const narrow = await onEveryPath({ target: { t: keys }, ids: ["1", "2"] });
    expect(told(narrow.changes)).toEqual(["~1", "~2", "!3"]);
  });

  it("related rows, partitioned tables and column tenancy", async () => {
    await both(`CREATE TABLE p (id int, org text, PRIMARY KEY (org, id)); CREATE TABLE t (id int, org text, p int, v text, PRIMARY KEY (org, id)) PARTITION BY LIST (org);
      CREATE TABLE t_a PARTITION OF t FOR VALUES IN ('a'); CREATE TABLE t_b PARTITION OF t DEFAULT;
      INSERT INTO p VALUES (1, 'a'), (2, 'a'), (3, 'b'), (2, 'b')`);
    await source.query(
      "INSERT INTO t VALUES (1, 'a', 1, 's'), (2, 'a', 2, 's'), (3, 'b', 1, 's'), (1, 'b', 2, 's'), (5, 'a', 1, 's')",
    );
    await target.query(
      "INSERT INTO t VALUES (1, 'b', 2, 't'), (2, 'b', 2, 't'), (4, 'b', 2, 't'), (5, 'b', 3, 't'), (1, 'a', 1, 't')",
    );
    const ofParents: RowScope = {
      kind: "related",
      table: inPublic("p"),
      columns: ["p"],
      otherColumns: ["id"],
      operators: ["pg_catalog.="],
      where: IDS,
    };
    const side = (value: string) => ({ tenantColumn: { name: "org", value } });
    const narrowed = { source: { t: ofParents }, target: { t: ofParents }, ids: ["1", "2"] };
    const { changes } = await onEveryPath(narrowed, { tablePatterns: ["t"] }, [
      { url: source.url, ...side("a") },
      { url: target.url, ...side("b") },
    ]);
    expect(told(changes)).toEqual(["~1", "~2", "-4", "!5"]);
  });

  it("views on both sides", async () => {
    await both("CREATE TABLE b (id int, v text); CREATE VIEW t AS SELECT * FROM b");
    await source.query("INSERT INTO b VALUES (1, 'a'), (2, 'b'), (3, 'c')");
    await target.query("INSERT INTO b VALUES (1, 'x'), (3, 'x'), (4, 'x')");
    const sides: [Side, Side] = [
      { url: source.url, tables: ["t"] },
      { url: target.url, tables: ["t"] },
    ];
    const narrowed = { target: { t: IDS }, ids: ["1", "4"] };
    const { changes } = await onEveryPath(narrowed, { keys: new Map([["t", ["id"]]]) }, sides);
    expect(told(changes)).toEqual(["~1", "+2", "!3", "-4"]);
  });
});

describe("masks", () => {
  const HASH: MaskRule = { kind: "hash", length: 12, domain: null };

  it("what is compared and carried is masked, filter and scope see the originals", async () => {
    await both("CREATE TABLE t (id int PRIMARY KEY, name text, v int)");
    await source.query("INSERT INTO t VALUES (1, 'Anna', 1), (2, 'Ben', 2), (3, NULL, 3), (4, 'Dora', 4)");
    const masks = { t: { name: HASH } };
    const filter = parseFilter('{"where":{"name":{"$in":["Anna","Ben",null]}}}');
    const { changes } = await onEveryPath({ masks, source: { t: IDS }, ids: ["1", "2", "3"] }, { filter });
    expect(told(changes)).toEqual(["+1", "+2", "+3"]);
    const rows = changes.flatMap((change) => (change.kind === "insert" ? [change.after] : []));
    expect(JSON.stringify(rows)).not.toMatch(/Anna|Ben/);
    for (const [id, name, v] of rows)
      await target.query(`INSERT INTO t VALUES (${id}, ${name === null ? "NULL" : `'${name}'`}, ${v})`);
    const again = await onEveryPath({ masks, source: { t: IDS }, ids: ["1", "2", "3"] });
    expect(again.changes).toEqual([]);
    await target.query("UPDATE t SET v = 9, name = 'other' WHERE id = 2");
    const {
      changes: [change],
    } = await onEveryPath({ masks, source: { t: IDS }, ids: ["1", "2", "3"] });
    const name = rows.find(([id]) => id === "2")?.[1];
    expect(change).toMatchObject({
      changes: [
        { column: "name", before: "other", after: name },
        { column: "v", before: "9", after: "2" },
      ],
    });
  });

  it("a masked key is looked up by its mask; one that is not unique any more, or NULL, is refused", async () => {
    await both("CREATE TABLE t (id text PRIMARY KEY, v int)");
    await source.query("INSERT INTO t VALUES ('Anna', 1), ('Ben', 2)");
    const masks = { t: { id: HASH } };
    const { changes } = await onEveryPath({ masks });
    const keys = changes.flatMap((change) => (change.kind === "insert" ? [change.after[0]] : []));
    await target.query(`INSERT INTO t VALUES ('${keys[0]}', 1), ('${keys[1]}', 3), ('Ben', 2)`);
    const filter = parseFilter('{"where":{"v":{"$lt":3}}}');
    const { changes: found } = await onEveryPath({ masks }, { filter });
    expect(found.map((change) => [change.kind, change.key[0]]).sort()).toEqual([
      ["delete", "Ben"],
      ["update", keys[1]],
    ]);
    const redacted = onEveryPath({ masks: { t: { id: { kind: "redact", text: "x" } } } });
    await expect(redacted).rejects.toMatchObject({ code: "key.not_unique" });
    await expect(onEveryPath({ masks: { t: { id: { kind: "null" } } } })).rejects.toMatchObject({
      code: "mask.invalid",
    });
    await expect(onEveryPath({ masks: { t: { nope: HASH } } })).rejects.toMatchObject({
      code: "column.not_found",
    });
    const wrong = onEveryPath({ masks: { t: { v: { kind: "redact", text: "x" } } } });
    await expect(wrong).rejects.toMatchObject({
      code: "mask.invalid",
      message: expect.stringContaining('Column "v" of table "t"') as string,
    });
  });
});

describe("columns", () => {
  it("that only one side has are refused, or left out when asked to keep", async () => {
    await source.query(
      "CREATE TABLE t (id int PRIMARY KEY, v text, old int NOT NULL DEFAULT 1); INSERT INTO t VALUES (1, 'a')",
    );
    await target.query(
      "CREATE TABLE t (extra int NOT NULL DEFAULT 7, id int PRIMARY KEY, v text); INSERT INTO t VALUES (5, 1, 'b')",
    );
    await expect(compare(source, target)).rejects.toMatchObject({ code: "schema.mismatch" });
    const { changes, tables } = await compare(source, target, { unpairedColumns: "keep" });
    expect(changes).toMatchObject([
      { kind: "update", key: ["1"], changes: [{ column: "v", before: "b", after: "a" }] },
    ]);
    expect(tables[0]?.patchTable.columns.map(([name]) => name)).toEqual(["id", "v"]);
    await source.query("ALTER TABLE t ALTER v TYPE int USING 1");
    expect((await compare(source, target, { unpairedColumns: "keep" })).changes).toMatchObject([
      { kind: "update", key: ["1"], changes: [{ column: "v", before: "b", after: "1" }] },
    ]);
    await source.query("ALTER TABLE t DROP v; ALTER TABLE t ADD v point");
    await expect(compare(source, target, { unpairedColumns: "keep" })).rejects.toMatchObject({
      code: "schema.mismatch",
    });
  });

  it("that are wanted along are in every update, equal, ignored or changed, and change nothing else", async () => {
    await both(
      "CREATE TABLE t (id int PRIMARY KEY, v text, at timestamptz, note text); CREATE TABLE u (id int PRIMARY KEY, v text)",
    );
    await source.query(
      "INSERT INTO t VALUES (1, 'a', '2024-01-02Z', 'x'), (2, 'b', '2024-01-02Z', 'y'); INSERT INTO u VALUES (1, 'a')",
    );
    await target.query(
      "INSERT INTO t VALUES (1, 'x', '2024-01-02Z', 'x'), (2, 'b', '2024-01-02Z', 'z'); INSERT INTO u VALUES (1, 'x')",
    );
    const carryAlong = new Map([
      ["*", ["at", "nowhere"]],
      ["t", ["note"]],
    ]);
    const { changes, result } = await compare(source, target, { carryAlong, ignoreFields: ["note"] });
    const at = "2024-01-02 00:00:00+00";
    expect(changes).toEqual([
      {
        kind: "update",
        table: 0,
        key: ["1"],
        changes: [{ column: "v", before: "x", after: "a" }],
        along: [
          { column: "at", before: at, after: at },
          { column: "note", before: "x", after: "x" },
        ],
      },
      {
        kind: "update",
        table: 1,
        key: ["1"],
        changes: [{ column: "v", before: "x", after: "a" }],
        along: [],
      },
    ]);
    expect(result.totals.updates).toBe(2);
  });
});

it("a second look honours scopes too", async () => {
  await both("CREATE TABLE t (id int PRIMARY KEY, v text)");
  await source.query("INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c')");
  await target.query("INSERT INTO t VALUES (1, 'x'), (2, 'x'), (4, 'x'), (5, 'x')");
  const narrowed = { target: { t: IDS }, ids: ["1", "4"] };
  const { result } = await compare(source, target, { recheckAfterMs: 1, prepare: prepare(narrowed) });
  expect(result.tables[0]?.recheck).toEqual({ stable: 4, inFlight: 0 });
});
