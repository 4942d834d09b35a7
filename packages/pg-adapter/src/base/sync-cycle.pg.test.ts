import type { SyncCycleResult } from "@syncline/engine";
import { startFaultProxyFor } from "@syncline/tooling-faults";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type CycleOptions, cycle, type PairPlaces } from "./testing/pair.fixture.ts";

let source: TestDatabase;
let target: TestDatabase;
let control: TestDatabase;
let pairs = 0;
let places: PairPlaces;

beforeAll(async () => {
  [source, target, control] = await Promise.all([
    createTestDatabase("sync_source"),
    createTestDatabase("sync_target"),
    createTestDatabase("sync_control"),
  ]);
  for (const database of [source, target])
    await database.query("CREATE EXTENSION IF NOT EXISTS citext; CREATE EXTENSION IF NOT EXISTS hstore");
});
afterAll(async () => {
  await Promise.all([source, target, control].map((database) => database.drop()));
});
beforeEach(async () => {
  pairs += 1;
  const schema = `s${pairs}`;
  for (const database of [source, target]) await database.query(`CREATE SCHEMA ${schema}`);
  places = {
    source: { url: source.url, schema },
    target: { url: target.url, schema },
    base: { url: control.url, schema: `syncline_base_${pairs}` },
  };
});

const own = (sql: string) => sql.replaceAll("%", `s${pairs}`);
const both = (sql: string) => Promise.all([source.query(own(sql)), target.query(own(sql))]);
const inSource = (sql: string) => source.query(own(sql));
const inTarget = (sql: string) => target.query(own(sql));
const lines = async (database: TestDatabase, table: string) =>
  (
    await database.query<{ line: string }>(own(`SELECT t::text AS line FROM %.${table} t ORDER BY t::text`))
  ).map(({ line }) => line);
const sides = async (table: string) => ({
  source: await lines(source, table),
  target: await lines(target, table),
});
const same = async (table: string, wanted: readonly string[]) =>
  expect(await sides(table)).toEqual({ source: wanted, target: wanted });
const base = async (number = 1) =>
  (
    await control.query<{ line: string }>(
      `SELECT t::text AS line FROM syncline_base_${pairs}.syncline_base_${number} t ORDER BY t::text`,
    )
  ).map(({ line }) => line);
const written = ({ tables }: SyncCycleResult) =>
  tables.flatMap(({ target: t, source: s }) => [
    t.inserted,
    t.updated,
    t.deleted,
    s.inserted,
    s.updated,
    s.deleted,
  ]);
const NOTHING = [0, 0, 0, 0, 0, 0];
const again = (options: CycleOptions = {}) => cycle(places, options);

describe("rows", () => {
  beforeEach(() => both("CREATE TABLE %.t (id int PRIMARY KEY, a text, b text)"));

  it("of one side reach the other, deletes too, and nothing comes back", async () => {
    await inSource("INSERT INTO %.t VALUES (1, 'x', NULL), (2, 'y', '')");
    expect(written(await again())).toEqual([2, 0, 0, 0, 0, 0]);
    await same("t", ["(1,x,)", '(2,y,"")']);
    const second = await again();
    expect([written(second), second.ledgerIds]).toEqual([NOTHING, { target: null, source: null }]);
    await inTarget("UPDATE %.t SET a = 'z' WHERE id = 1; INSERT INTO %.t VALUES (3, 'n', 'n')");
    await inSource("UPDATE %.t SET b = 'w' WHERE id = 1; DELETE FROM %.t WHERE id = 2");
    const third = await again();
    expect(written(third)).toEqual([0, 1, 1, 1, 1, 0]);
    await same("t", ["(1,z,w)", "(3,n,n)"]);
    expect(await base()).toEqual(["(1,z,w)", "(3,n,n)"]);
    expect(written(await again())).toEqual(NOTHING);
    await again();
    await same("t", ["(1,z,w)", "(3,n,n)"]);
  });

  it("that both have alike at first contact are agreed on, different ones are in conflict", async () => {
    await both("INSERT INTO %.t VALUES (1, 'same', 'same')");
    await inSource("INSERT INTO %.t VALUES (2, 'source', 'x')");
    await inTarget("INSERT INTO %.t VALUES (2, 'target', 'x')");
    const first = await again();
    expect(first.open).toMatchObject([{ conflict: { kind: "insert-insert", columns: ["a"] } }]);
    expect(await base()).toEqual(["(1,same,same)"]);
    expect(await sides("t")).toEqual({
      source: ["(1,same,same)", "(2,source,x)"],
      target: ["(1,same,same)", "(2,target,x)"],
    });
    const held = await again();
    expect(held.open.map(({ name, versions }) => [name, versions])).toEqual(
      first.open.map(({ name, versions }) => [name, versions]),
    );
    const [open] = first.open;
    const settled = await again({
      decide: ({ versions }) => (versions === open?.versions ? "theirs" : undefined),
    });
    expect(settled.decided).toEqual([{ table: "t", name: open?.name, state: "applied" }]);
    await same("t", ["(1,same,same)", "(2,source,x)"]);
    expect((await again()).open).toEqual([]);
  });

  it.each([
    ["source", ["(1,s,s)"]],
    ["target", ["(1,t,t)"]],
  ] as const)("in conflict follow the rule: %s", async (resolution, wanted) => {
    await both("INSERT INTO %.t VALUES (1, 'o', 'o')");
    await again();
    await inSource("UPDATE %.t SET a = 's', b = 's'");
    await inTarget("UPDATE %.t SET a = 't', b = 't'");
    const settled = await again({ conflicts: { resolution } });
    expect(settled.tables[0]).toMatchObject({ conflicts: 1, undecided: 0 });
    await same("t", wanted);
    expect(await base()).toEqual(wanted);
  });

  it("in conflict that nobody shall be asked about stay as they are, and are told apart when one side gives way", async () => {
    await both("INSERT INTO %.t VALUES (1, 'o', 'o')");
    await again();
    await inSource("UPDATE %.t SET a = 's'");
    await inTarget("UPDATE %.t SET a = 't', b = 't'");
    const ignored = await again({ conflicts: { resolution: "ignore" } });
    expect([ignored.open, ignored.tables[0]?.held]).toEqual([[], 1]);
    expect(await sides("t")).toEqual({ source: ["(1,s,o)"], target: ["(1,t,t)"] });
    expect(await base()).toEqual(["(1,o,o)"]);
  });

  it("in conflict in greater number than is told are held as well, and everything else goes on", async () => {
    await both("INSERT INTO %.t SELECT n, 'o', 'o' FROM generate_series(1, 6) n");
    await again();
    await inSource("UPDATE %.t SET a = 's' WHERE id < 6; UPDATE %.t SET b = 's' WHERE id = 6");
    await inTarget("UPDATE %.t SET a = 't' WHERE id < 6; INSERT INTO %.t VALUES (7, 'n', 'n')");
    const first = await again({ mostConflicts: 3 });
    expect([first.open.length, first.left, first.tables[0]?.undecided]).toEqual([3, 2, 5]);
    expect(first.notes.join()).toContain("5 rows are in conflict");
    expect(written(first)).toEqual([0, 1, 0, 1, 0, 0]);
    expect((await sides("t")).source).toEqual(
      [1, 2, 3, 4, 5].map((id) => `(${id},s,o)`).concat("(6,o,s)", "(7,n,n)"),
    );
    expect(await base()).toEqual([1, 2, 3, 4, 5].map((id) => `(${id},o,o)`).concat("(6,o,s)", "(7,n,n)"));
    const told = new Set(first.open.map(({ name }) => name));
    const second = await again({
      mostConflicts: 3,
      decide: ({ name }) => (told.has(name) ? "theirs" : undefined),
    });
    expect([second.open.length, second.left, second.decided.length]).toEqual([2, 0, 3]);
  });

  it("of a side that was restored from a backup, or is another database, take nothing back: the cycle ends before it writes", async () => {
    await both("INSERT INTO %.t VALUES (1, 'o', 'o'), (2, 'o', 'o')");
    await again();
    await inSource("UPDATE %.t SET a = 'new' WHERE id = 1; INSERT INTO %.t VALUES (3, 'n', 'n')");
    await again();
    await same("t", ["(1,new,o)", "(2,o,o)", "(3,n,n)"]);
    // The backup is from before the second cycle: its rows and its ledger.
    await inTarget("UPDATE %.t SET a = 'o' WHERE id = 1; DELETE FROM %.t WHERE id = 3");
    await target.query("ALTER SCHEMA syncline RENAME TO away");
    await expect(again()).rejects.toMatchObject({ code: "target.mismatch", details: { side: "target" } });
    expect(await lines(source, "t")).toEqual(["(1,new,o)", "(2,o,o)", "(3,n,n)"]);
    // The right place again.
    await target.query("ALTER SCHEMA away RENAME TO syncline");
    await inTarget("UPDATE %.t SET a = 'new' WHERE id = 1; INSERT INTO %.t VALUES (3, 'n', 'n')");
    expect(written(await again())).toEqual(NOTHING);
  });

  it("with all-values nothing is written while something is undecided", async () => {
    await both("INSERT INTO %.t VALUES (1, 'o', 'o')");
    await again();
    await inSource("UPDATE %.t SET a = 's'; INSERT INTO %.t VALUES (2)");
    await inTarget("UPDATE %.t SET b = 't'");
    const stopped = await again({ conflicts: { detection: "all-values" } });
    expect([stopped.outcome, stopped.open.length, written(stopped)]).toEqual(["conflicts", 1, NOTHING]);
    expect(await sides("t")).toEqual({ source: ["(1,s,o)", "(2,,)"], target: ["(1,o,t)"] });
    await again();
    await same("t", ["(1,s,t)", "(2,,)"]);
  });

  it("updated on one side and deleted on the other are in conflict both ways", async () => {
    await both("INSERT INTO %.t VALUES (1, 'o', 'o'), (2, 'o', 'o')");
    await again();
    await inSource("UPDATE %.t SET a = 's' WHERE id = 1; DELETE FROM %.t WHERE id = 2");
    await inTarget("DELETE FROM %.t WHERE id = 1; UPDATE %.t SET a = 't' WHERE id = 2");
    const found = await again();
    expect(found.open.map(({ conflict }) => conflict.kind).sort()).toEqual([
      "delete-update",
      "update-delete",
    ]);
    await again({ decide: () => "ours" });
    await same("t", ["(2,t,o)"]);
  });

  it("swap unique values and change their keys", async () => {
    await both(
      "ALTER TABLE %.t ADD UNIQUE (a); INSERT INTO %.t VALUES (1, 'x', ''), (2, 'y', ''), (3, 'z', '')",
    );
    await again();
    await inSource(
      "UPDATE %.t SET a = NULL WHERE id = 1; UPDATE %.t SET a = 'x' WHERE id = 2; UPDATE %.t SET a = 'y' WHERE id = 1",
    );
    await inTarget("UPDATE %.t SET id = 9 WHERE id = 3");
    await again();
    await same("t", ['(1,y,"")', '(2,x,"")', '(9,z,"")']);
    expect(written(await again())).toEqual(NOTHING);
  });

  it("a dry run changes neither side nor what both agree on", async () => {
    await inSource("INSERT INTO %.t VALUES (1)");
    const dry = await again({ apply: { dryRun: true } });
    expect([dry.outcome, written(dry)]).toEqual(["dry-run", [1, 0, 0, 0, 0, 0]]);
    expect([await lines(target, "t"), await base()]).toEqual([[], []]);
  });
});

describe("one way", () => {
  beforeEach(async () => {
    await both(
      "CREATE TABLE %.t (id int PRIMARY KEY, a text); INSERT INTO %.t VALUES (1, 'o'), (2, 'o'), (3, 'o')",
    );
    await again();
    await inSource("UPDATE %.t SET a = 's' WHERE id = 1; DELETE FROM %.t WHERE id = 3");
    await inTarget("UPDATE %.t SET a = 't' WHERE id = 2; INSERT INTO %.t VALUES (4, 't')");
  });

  it("what the target did by itself is a conflict, and the source is never written", async () => {
    const held = await again({ direction: "source-to-target" });
    expect(held.open.map(({ conflict }) => [conflict.key.get("id"), conflict.kind])).toEqual([
      ["2", "update-update"],
      ["4", "insert-insert"],
    ]);
    expect(await sides("t")).toEqual({ source: ["(1,s)", "(2,o)"], target: ["(1,s)", "(2,t)", "(4,t)"] });
    await again({ direction: "source-to-target", conflicts: { resolution: "source" } });
    await same("t", ["(1,s)", "(2,o)"]);
  });

  it("a decision for the target's row stands as long as neither side changes it", async () => {
    const options: CycleOptions = { direction: "source-to-target", decide: () => "ours" };
    const first = await again(options);
    expect(first.decided.map(({ state }) => state)).toEqual(["standing", "standing"]);
    expect(await lines(source, "t")).toEqual(["(1,s)", "(2,o)"]);
  });

  it("to the source", async () => {
    const held = await again({ direction: "target-to-source" });
    expect(held.open).toHaveLength(2);
    expect(await sides("t")).toEqual({
      source: ["(1,s)", "(2,t)", "(4,t)"],
      target: ["(1,o)", "(2,t)", "(3,o)", "(4,t)"],
    });
  });
});

describe("constraints", () => {
  it.each(["NO ACTION", "CASCADE"])(
    "a row whose parent the other side deleted is held with it (ON DELETE %s)",
    async (action) => {
      await both(
        `CREATE TABLE %.p (id int PRIMARY KEY, a text); CREATE TABLE %.c (id int PRIMARY KEY, p int REFERENCES %.p ON DELETE ${action}, a text); INSERT INTO %.p VALUES (1, ''), (2, '')`,
      );
      await again();
      await inSource("DELETE FROM %.p WHERE id = 1; INSERT INTO %.c VALUES (7, 2, 'fine')");
      await inTarget("INSERT INTO %.c VALUES (8, 1, 'orphan')");
      const held = await again();
      expect(held.open.map(({ conflict }) => [conflict.table, conflict.kind])).toEqual([
        ["c", "missing-reference"],
        ["p", "missing-reference"],
      ]);
      expect(await sides("c")).toEqual({ source: ["(7,2,fine)"], target: ["(7,2,fine)", "(8,1,orphan)"] });
      expect(await sides("p")).toEqual({ source: ['(2,"")'], target: ['(1,"")', '(2,"")'] });
      await again({ decide: () => "ours" });
      await same("p", ['(1,"")', '(2,"")']);
      await same("c", ["(7,2,fine)", "(8,1,orphan)"]);
    },
  );

  it("rows that share a unique value are held on both sides", async () => {
    await both("CREATE TABLE %.t (id int PRIMARY KEY, code text UNIQUE)");
    await inSource("INSERT INTO %.t VALUES (1, 'same'), (3, 's')");
    await inTarget("INSERT INTO %.t VALUES (2, 'same'), (4, 't')");
    const held = await again();
    expect(held.open.map(({ conflict }) => conflict.kind)).toEqual(["unique-violation", "unique-violation"]);
    expect([written(held), held.attempts]).toEqual([[1, 0, 0, 1, 0, 0], 3]);
    expect(await sides("t")).toEqual({
      source: ["(1,same)", "(3,s)", "(4,t)"],
      target: ["(2,same)", "(3,s)", "(4,t)"],
    });
  });
});

describe("tables", () => {
  it("without a key: equal changes are one change, others reach the other side", async () => {
    await both("CREATE TABLE %.t (a text, n int); INSERT INTO %.t VALUES ('x', 1), ('x', 1), ('y', NULL)");
    await again();
    await inSource("INSERT INTO %.t VALUES ('x', 1), ('s', 1); DELETE FROM %.t WHERE a = 'y'");
    await inTarget("INSERT INTO %.t VALUES ('x', 1), ('t', 1)");
    await again();
    await same("t", ["(s,1)", "(t,1)", "(x,1)", "(x,1)", "(x,1)"]);
    expect(await base()).toEqual(["(s,1)", "(t,1)", "(x,1)", "(x,1)", "(x,1)"]);
    expect(written(await again())).toEqual(NOTHING);
  });

  it("with types that the control database does not know", async () => {
    await both(
      "CREATE TYPE %.mood AS ENUM ('sad', 'ok'); CREATE TYPE %.pair AS (x int, y text); CREATE DOMAIN %.code AS varchar(5); CREATE TABLE %.t (id public.citext PRIMARY KEY, m %.mood, ms %.mood[], p %.pair, c %.code, h public.hstore, f float8, b bit(3), n numeric(8,2), ch char(4), j jsonb, x xml, at timestamptz, d bytea)",
    );
    await inSource(
      `INSERT INTO %.t VALUES ('A', 'ok', '{sad,NULL}', '(1,"a b")', 'abc', 'k=>v', 'NaN', '101', 1.5, 'ab', '{"a": [1]}', '<a/>', '2026-01-02 03:04:05.678901+02', '\\x00ff'), ('b', NULL, NULL, NULL, NULL, NULL, '-0', NULL, NULL, NULL, NULL, NULL, NULL, NULL)`,
    );
    expect(written(await again())).toEqual([2, 0, 0, 0, 0, 0]);
    expect(written(await again())).toEqual(NOTHING);
    await inTarget("UPDATE %.t SET h = 'k=>w', ms = '{ok}', id = 'a' WHERE id = 'A'");
    await again();
    const { source: s, target: t } = await sides("t");
    expect(s).toEqual(t);
    expect(s).toHaveLength(2);
    expect(written(await again())).toEqual(NOTHING);
  });

  it("under other names, and for one tenant of a shared table", async () => {
    await inSource("CREATE TABLE %.person (nr int PRIMARY KEY, title text)");
    await inTarget(
      "CREATE TABLE %.people (tenant text, id int, name text, PRIMARY KEY (tenant, id)); INSERT INTO %.people VALUES ('other', 1, 'foreign')",
    );
    places = { ...places, target: { ...places.target, tenantColumn: { name: "tenant", value: "mine" } } };
    const options: CycleOptions = {
      diff: {
        tableMap: new Map([["person", "people"]]),
        columnMap: new Map([
          [
            "person",
            new Map([
              ["nr", "id"],
              ["title", "name"],
            ]),
          ],
        ]),
        keys: new Map([["people", ["id"]]]),
      },
    };
    await inSource("INSERT INTO %.person VALUES (1, 'a'), (2, 'b')");
    await again(options);
    await inTarget(
      "UPDATE %.people SET name = 'c' WHERE id = 2 AND tenant = 'mine'; INSERT INTO %.people VALUES ('mine', 3, 'd')",
    );
    await again(options);
    await again(options);
    expect(await lines(source, "person")).toEqual(["(1,a)", "(2,c)", "(3,d)"]);
    expect(await lines(target, "people")).toEqual([
      "(mine,1,a)",
      "(mine,2,c)",
      "(mine,3,d)",
      "(other,1,foreign)",
    ]);
  });

  it("whose columns change: refused on one side, followed on both", async () => {
    await both("CREATE TABLE %.t (id int PRIMARY KEY, a text, gone int); INSERT INTO %.t VALUES (1, 'x', 1)");
    await again();
    await inSource("ALTER TABLE %.t ADD COLUMN fresh int; ALTER TABLE %.t DROP COLUMN gone");
    await expect(again()).rejects.toMatchObject({
      code: "schema.mismatch",
      message: expect.stringContaining('"fresh" is only in the source'),
    });
    await inTarget(
      "ALTER TABLE %.t ADD COLUMN fresh int; ALTER TABLE %.t DROP COLUMN gone; UPDATE %.t SET fresh = 5",
    );
    const { notes } = await again();
    expect(notes).toHaveLength(2);
    await same("t", ["(1,x,5)"]);
    expect(await base()).toEqual(["(1,x,5)"]);
    await both("ALTER TABLE %.t ALTER COLUMN fresh TYPE bigint");
    expect(written(await again())).toEqual(NOTHING);
    await inSource("ALTER TABLE %.t ALTER COLUMN fresh TYPE numeric");
    await expect(again()).rejects.toMatchObject({
      code: "schema.mismatch",
      message: expect.stringContaining('"fresh" is numeric'),
    });
  });

  it("whose columns get a type that old rows of the base do not fit go on, with nothing lost", async () => {
    await both("CREATE TABLE %.t (id int PRIMARY KEY, a text)");
    await inSource("INSERT INTO %.t VALUES (1, 'x'), (2, '2'), (3, 'y')");
    await again();
    await both(
      "DELETE FROM %.t WHERE id = 3; UPDATE %.t SET a = '7' WHERE id = 1; ALTER TABLE %.t ALTER a TYPE int USING a::int",
    );
    await inSource("INSERT INTO %.t VALUES (4, 4)");
    await inTarget("DELETE FROM %.t WHERE id = 2");
    const { open, notes } = await again();
    expect(notes).toEqual(['The base of table "t" follows: column "a" is integer now.']);
    // What was in the column is forgotten, so the row that one side deleted is asked about.
    expect(open.map(({ conflict }) => [conflict.key.get("id"), conflict.kind])).toEqual([
      ["2", "update-delete"],
    ]);
    expect(await sides("t")).toEqual({ source: ["(1,7)", "(2,2)", "(4,4)"], target: ["(1,7)", "(4,4)"] });
  });

  it("whose key changes on one side or both are refused, and go on under the old key", async () => {
    await both("CREATE TABLE %.t (id int PRIMARY KEY, n int NOT NULL)");
    await inSource("INSERT INTO %.t VALUES (1, 1)");
    await again();
    const rekey = "ALTER TABLE %.t DROP CONSTRAINT t_pkey; ALTER TABLE %.t ADD PRIMARY KEY (id, n)";
    await inSource(rekey);
    await expect(again()).rejects.toMatchObject({ code: "key.missing" });
    await inTarget(`${rekey}; ALTER TABLE %.t ADD UNIQUE (id)`);
    await expect(again()).rejects.toMatchObject({ code: "schema.changed" });
    await inSource("ALTER TABLE %.t ADD UNIQUE (id); UPDATE %.t SET n = 2");
    await again({ diff: { keys: new Map([["t", ["id"]]]) } });
    await same("t", ["(1,2)"]);
  });

  it("that one side drops end the cycle; once both have, the base forgets them, and new ones of the name meet anew", async () => {
    await both("CREATE TABLE %.t (id int PRIMARY KEY, a text); CREATE TABLE %.u (id int PRIMARY KEY)");
    await inSource("INSERT INTO %.t VALUES (1, 'x')");
    await again();
    await inTarget("DROP TABLE %.t");
    await expect(again()).rejects.toMatchObject({
      code: "schema.mismatch",
      message: expect.stringContaining('"t" (only in the source)'),
    });
    expect(await lines(source, "t")).toEqual(["(1,x)"]);
    await inSource("DROP TABLE %.t; CREATE TABLE %.v (id int PRIMARY KEY)");
    await expect(again()).rejects.toMatchObject({
      message: expect.stringContaining('"v" (only in the source)'),
    });
    // Another definition that leaves it out says nothing about it.
    expect((await again({ diff: { tablePatterns: ["u"] } })).notes).toEqual([]);
    await inTarget("CREATE TABLE %.v (id int PRIMARY KEY)");
    expect((await again()).notes).toEqual(['The base forgets table "t", which neither side has any more.']);
    await both("CREATE TABLE %.t (id int PRIMARY KEY, a text)");
    await inSource("INSERT INTO %.t VALUES (1, 'x')");
    await again();
    await same("t", ["(1,x)"]);
  });

  it("that are left out for a while have the base of then: deletes and changes meanwhile reach the other side", async () => {
    await both("CREATE TABLE %.t (id int PRIMARY KEY, a text); CREATE TABLE %.u (id int PRIMARY KEY)");
    await inSource("INSERT INTO %.t VALUES (1, 'o'), (2, 'o')");
    await again();
    await inSource("DELETE FROM %.t WHERE id = 1");
    await inTarget("UPDATE %.t SET a = 't' WHERE id = 2");
    await again({ diff: { tablePatterns: ["u"] } });
    expect(await sides("t")).toEqual({ source: ["(2,o)"], target: ["(1,o)", "(2,t)"] });
    await again();
    await same("t", ["(2,t)"]);
  });

  it("that are paired with others than before are refused, columns are new: the old base says nothing about them", async () => {
    await both("CREATE TABLE %.t (id int PRIMARY KEY, a text)");
    await inSource("INSERT INTO %.t VALUES (1, 'o'), (2, 'o')");
    await again();
    await inSource(
      "CREATE TABLE %.other (id int PRIMARY KEY, a text); INSERT INTO %.other VALUES (9, 'z'); ALTER TABLE %.t ADD b text DEFAULT 'b'",
    );
    const other = { tableMap: new Map([["other", "t"]]), tablePatterns: ["other"] };
    await expect(again({ diff: other })).rejects.toMatchObject({
      code: "schema.changed",
      message: 'Table "t" was kept in step with "t" of the source so far, and is paired with "other" now.',
    });
    expect(await lines(target, "t")).toEqual(["(1,o)", "(2,o)"]);
    const moved = {
      tablePatterns: ["t"],
      ignoreFields: ["a0"],
      columnMap: new Map([["t", new Map([["b", "a"]])]]),
    };
    await inSource("ALTER TABLE %.t RENAME a TO a0");
    const { open, notes } = await again({ diff: moved });
    expect(notes).toHaveLength(1);
    expect(open.map(({ conflict }) => conflict.columns)).toEqual([["a"], ["a"]]);
    expect(await lines(target, "t")).toEqual(["(1,o)", "(2,o)"]);
    await again({ diff: moved, decide: () => "theirs" });
    expect(await lines(target, "t")).toEqual(["(1,b)", "(2,b)"]);
  });

  it("leave ignored columns alone", async () => {
    await both("CREATE TABLE %.t (id int PRIMARY KEY, a text, own text DEFAULT 'default')");
    await inSource("INSERT INTO %.t VALUES (1, 'x', 'mine')");
    const options = { diff: { ignoreFields: ["own"] } };
    await again(options);
    expect(await sides("t")).toEqual({ source: ["(1,x,mine)"], target: ["(1,x,default)"] });
    expect(written(await again(options))).toEqual(NOTHING);
    await inTarget("DELETE FROM %.t");
    await again(options);
    await same("t", []);
  });
});

it("of a table that is as it was, sums go over the network and no rows", async () => {
  await both("CREATE TABLE %.t (id int PRIMARY KEY, a text)");
  await inSource("INSERT INTO %.t SELECT n, repeat('x', 50) FROM generate_series(1, 20000) n");
  await again();
  const proxy = await startFaultProxyFor(source.url);
  const near = ({ url, schema }: { readonly url: string; readonly schema?: string }) => ({
    url: proxy.url(url),
    schema: schema ?? "",
  });
  const sent = () => proxy.bytes.reduce((sum, bytes) => sum + bytes["server-to-client"], 0);
  try {
    const far = { source: near(places.source), target: near(places.target), base: near(places.base) };
    const idle = await cycle(far);
    expect(written(idle)).toEqual(NOTHING);
    expect(idle.tables[0]?.outcomes.unchanged).toBe(20_000);
    expect(sent()).toBeLessThan(300_000);
    await inSource("UPDATE %.t SET a = 'y' WHERE id = 7");
    const before = sent();
    expect(written(await cycle(far))).toEqual([0, 1, 0, 0, 0, 0]);
    expect(sent() - before).toBeLessThan(500_000);
  } finally {
    await proxy.close();
  }
});

describe("the newer row", () => {
  beforeEach(() => both("CREATE TABLE %.t (id int PRIMARY KEY, a text, b text, updated_at timestamptz)"));
  const OLD = "2026-01-01 00:00:00+00";
  const at = (seconds: string) => `2026-01-01 10:00:${seconds}+00`;
  const agree = async (...ids: readonly number[]) => {
    for (const id of ids) await both(`INSERT INTO %.t VALUES (${id}, 'o', 'o', '${OLD}')`);
    await again();
  };
  const edit = (id: number, column: "a" | "b", value: string, when: string | null) =>
    `UPDATE %.t SET ${column} = '${value}', updated_at = ${when === null ? "NULL" : `'${when}'`} WHERE id = ${id};`;
  const open = ({ open: found }: SyncCycleResult) =>
    found.map(({ conflict }) => [conflict.key.get("id"), conflict.columns.join()]).sort();

  it("wins column by column with changed-fields; ties, NULL and a side without a row are asked about", async () => {
    await agree(1, 2, 3, 4, 5, 6);
    await inSource(
      edit(1, "a", "s", at("02")) +
        edit(2, "a", "s", at("01")) +
        edit(3, "a", "s", at("05")) +
        edit(4, "a", "s", null) +
        edit(5, "a", "s", at("09")) +
        edit(6, "a", "s", OLD),
    );
    await inTarget(
      `${edit(1, "a", "t", at("01"))} UPDATE %.t SET b = 't' WHERE id = 1;` +
        edit(2, "a", "t", at("01.000001")) +
        edit(3, "a", "t", at("05")) +
        edit(4, "a", "t", at("08")) +
        "DELETE FROM %.t WHERE id = 5;" +
        edit(6, "a", "t", OLD),
    );
    const result = await again({ conflicts: { resolution: "newest" } });
    expect(open(result)).toEqual([
      ["3", "a"],
      ["4", "a,updated_at"],
      ["5", ""],
      ["6", "a"],
    ]);
    const settled = ['(1,s,t,"2026-01-01 10:00:02+00")', '(2,t,o,"2026-01-01 10:00:01.000001+00")'];
    const found = await sides("t");
    expect(found.source.slice(0, 2)).toEqual(settled);
    expect(found.target.slice(0, 2)).toEqual(settled);
    expect(found.source.slice(2)).toEqual([
      '(3,s,o,"2026-01-01 10:00:05+00")',
      "(4,s,o,)",
      '(5,s,o,"2026-01-01 10:00:09+00")',
      '(6,s,o,"2026-01-01 00:00:00+00")',
    ]);
    expect(found.target.slice(2)).toEqual([
      '(3,t,o,"2026-01-01 10:00:05+00")',
      '(4,t,o,"2026-01-01 10:00:08+00")',
      '(6,t,o,"2026-01-01 00:00:00+00")',
    ]);
    // Asked again, the same; and nothing of what was settled comes back.
    const second = await again({ conflicts: { resolution: "newest" } });
    expect([written(second), open(second)]).toEqual([NOTHING, open(result)]);
  });

  it("wins as a whole with timestamp, whatever else the other one changed; clocks closer than the skew do not say", async () => {
    await agree(1, 2, 3, 4);
    await inSource(
      edit(1, "a", "s", at("20")) +
        edit(2, "a", "s", at("10")) +
        edit(3, "a", "s", at("11")) +
        edit(4, "a", "s", at("15.001")),
    );
    await inTarget(
      edit(1, "b", "t", at("10")) +
        edit(2, "b", "t", at("20")) +
        edit(3, "b", "t", at("10")) +
        edit(4, "b", "t", at("10")),
    );
    const rule = { detection: "timestamp", resolution: "manual", timestampSkewMs: 5000 } as const;
    const result = await again({ conflicts: rule });
    expect(open(result).map(([id]) => id)).toEqual(["3"]);
    const found = await sides("t");
    const settled = ['(1,s,o,"2026-01-01 10:00:20+00")', '(2,o,t,"2026-01-01 10:00:20+00")'];
    expect([found.source.slice(0, 2), found.target.slice(0, 2)]).toEqual([settled, settled]);
    expect([found.source[2], found.target[2]]).toEqual([
      '(3,s,o,"2026-01-01 10:00:11+00")',
      '(3,o,t,"2026-01-01 10:00:10+00")',
    ]);
    expect([found.source[3], found.target[3]]).toEqual(Array(2).fill('(4,s,o,"2026-01-01 10:00:15.001+00")'));
    // At the very width of the skew it is a tie, with resolution newest too.
    await inTarget(edit(3, "b", "t", at("06")));
    expect(open(await again({ conflicts: { ...rule, resolution: "newest" } })).map(([id]) => id)).toEqual([
      "3",
    ]);
    await inTarget(edit(3, "b", "t", at("05.999999")));
    expect(open(await again({ conflicts: { ...rule, resolution: "newest" } }))).toEqual([]);
    expect((await sides("t")).target[2]).toBe('(3,s,o,"2026-01-01 10:00:11+00")');
  });

  it("is told at first contact as well, and infinity is later than everything", async () => {
    await inSource(
      `INSERT INTO %.t VALUES (1, 's', 's', '${at("01")}'), (2, 's', 's', 'infinity'), (3, 's', 's', NULL)`,
    );
    await inTarget(
      `INSERT INTO %.t VALUES (1, 't', 't', '${at("02")}'), (2, 't', 't', '${at("02")}'), (3, 't', 't', '${at("02")}')`,
    );
    const result = await again({ conflicts: { resolution: "newest" } });
    expect(open(result).map(([id]) => id)).toEqual(["3"]);
    const found = await sides("t");
    expect(found.source.slice(0, 2)).toEqual(['(1,t,t,"2026-01-01 10:00:02+00")', "(2,s,s,infinity)"]);
    expect(found.target.slice(0, 2)).toEqual(found.source.slice(0, 2));
  });

  it("is nobody's where the table does not say when rows were changed", async () => {
    await both("ALTER TABLE %.t DROP COLUMN updated_at");
    await both("INSERT INTO %.t VALUES (1, 'o', 'o')");
    await again();
    await inSource("UPDATE %.t SET a = 's'");
    await inTarget("UPDATE %.t SET a = 't'");
    for (const conflicts of [{ resolution: "newest" }, { detection: "timestamp" }] as const)
      expect(open(await again({ conflicts }))).toHaveLength(1);
    expect(await sides("t")).toEqual({ source: ["(1,s,o)"], target: ["(1,t,o)"] });
  });
});
