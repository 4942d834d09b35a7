import type { MergeConflict, RowScope } from "@syncline/core";
import type { ReadSnapshot, SidePreparation } from "@syncline/engine";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { mergeAndApply } from "./testing/merge.fixture.ts";

let database: TestDatabase;
const PLACES = ["base", "ours", "theirs"] as const;

beforeAll(async () => {
  database = await createTestDatabase("merge_edges");
  await database.query("CREATE EXTENSION IF NOT EXISTS citext");
});
afterAll(() => database.drop());
beforeEach(() =>
  database.query(
    PLACES.map((name) => `DROP SCHEMA IF EXISTS ${name} CASCADE; CREATE SCHEMA ${name}`).join("; "),
  ),
);

const sides = () => {
  const [base, ours, theirs] = PLACES.map((schema) => ({ url: database.url, schema }));
  return { base, ours, theirs } as {
    base: { url: string; schema: string };
    ours: { url: string; schema: string };
    theirs: { url: string; schema: string };
  };
};
/** The same statements in all three; `%` is the schema. */
const everywhere = (sql: string) =>
  database.query(PLACES.map((name) => sql.replaceAll("%", name)).join("; "));
const at = (place: (typeof PLACES)[number], sql: string) => database.query(sql.replaceAll("%", place));
const ours = async (sql: string) =>
  (await database.query<{ line: string }>(`SELECT concat_ws('|', ${sql}`)).map(({ line }) => line);
const kinds = (conflicts: readonly MergeConflict[]) => conflicts.map(({ kind }) => kind).sort();

it("columns of a foreign key over several columns conflict as one cell", async () => {
  await everywhere(
    "CREATE TABLE %.place (country text, city text, PRIMARY KEY (country, city)); INSERT INTO %.place VALUES ('it', 'rome'), ('it', 'bari'), ('fr', 'rome'), ('fr', 'bari'); CREATE TABLE %.person (id int PRIMARY KEY, country text, city text, note text, FOREIGN KEY (country, city) REFERENCES %.place); INSERT INTO %.person VALUES (1, 'it', 'rome', 'a'), (2, 'it', 'rome', 'a')",
  );
  await at(
    "ours",
    "UPDATE %.person SET country = 'fr' WHERE id = 1; UPDATE %.person SET country = 'fr' WHERE id = 2",
  );
  await at(
    "theirs",
    "UPDATE %.person SET city = 'bari' WHERE id = 1; UPDATE %.person SET note = 'b' WHERE id = 2",
  );
  const { undecided, result } = await mergeAndApply(sides());
  expect(undecided).toHaveLength(1);
  expect(undecided[0]).toMatchObject({ kind: "update-update", columns: ["country", "city"] });
  expect(result.totals.outcomes["cell-merged"]).toBe(1);
  expect(await ours("id, country, city, note) AS line FROM ours.person ORDER BY id")).toEqual([
    "1|fr|rome|a",
    "2|fr|rome|b",
  ]);
});

describe("violations", () => {
  it("of a unique column by rows of both sides: reported, nothing applied", async () => {
    await everywhere(
      "CREATE TABLE %.t (id int PRIMARY KEY, code text UNIQUE, n int); INSERT INTO %.t VALUES (1, 'a', 0)",
    );
    await at("ours", "INSERT INTO %.t VALUES (2, 'same', 0)");
    await at("theirs", "INSERT INTO %.t VALUES (3, 'same', 0); UPDATE %.t SET n = 1 WHERE id = 1");
    await expect(mergeAndApply(sides())).rejects.toMatchObject({ code: "patch.constraint_violated" });
    expect(await ours("id, code, n) AS line FROM ours.t ORDER BY id")).toEqual(["1|a|0", "2|same|0"]);
  });

  it.each(["CASCADE", "SET NULL", "NO ACTION"])(
    "of a foreign key whose action would be %s: refused, the action never runs",
    async (action) => {
      await everywhere(
        `CREATE TABLE %.p (id int PRIMARY KEY); CREATE TABLE %.c (id int PRIMARY KEY, p int REFERENCES %.p ON DELETE ${action}); INSERT INTO %.p VALUES (1), (2)`,
      );
      await at("ours", "INSERT INTO %.c VALUES (1, 1)");
      await at("theirs", "DELETE FROM %.p WHERE id = 1");
      await expect(mergeAndApply(sides())).rejects.toMatchObject({
        code: expect.stringMatching(/^(patch\.constraint_violated|reach\.refused)$/),
      });
      expect(await ours("id, p) AS line FROM ours.c")).toEqual(["1|1"]);
      expect(await ours("id) AS line FROM ours.p ORDER BY id")).toEqual(["1", "2"]);
    },
  );
});

describe("keys that are equal but written otherwise", () => {
  it.each([
    ["numeric", "1.0", "1.00"],
    ["citext", "Ann", "ANN"],
    ["character(4)", "a", "a "],
  ])(
    "%s: an added row of each side is a conflict, and nothing else waits for it",
    async (type, mine, other) => {
      await everywhere(
        `CREATE TABLE %.t (id public.${type} PRIMARY KEY, n int)`.replace(/public\.(?!citext)/, ""),
      );
      await at("ours", `INSERT INTO %.t VALUES ('${mine}', 1)`);
      await at("theirs", `INSERT INTO %.t VALUES ('${other}', 2), ('9', 9)`);
      const { undecided, result } = await mergeAndApply(sides());
      expect(kinds(undecided)).toEqual(["insert-insert"]);
      expect(result.totals).toMatchObject({ inserted: 1, undecided: 1 });
      expect(await ours("n) AS line FROM ours.t ORDER BY n")).toEqual(["1", "9"]);
    },
  );

  it("an update finds its row however each side writes the key", async () => {
    await everywhere(
      "CREATE TABLE %.t (id numeric PRIMARY KEY, a text, b text); INSERT INTO %.t VALUES (1.0, 'x', 'y'), (2, 'x', 'y')",
    );
    await at("ours", "UPDATE %.t SET id = 1.00, a = 'ours' WHERE id = 1");
    await at("theirs", "UPDATE %.t SET b = 'theirs' WHERE id = 1; UPDATE %.t SET id = 2.0 WHERE id = 2");
    const { undecided } = await mergeAndApply(sides());
    expect(undecided).toEqual([]);
    expect(await ours("id, a, b) AS line FROM ours.t ORDER BY id")).toEqual(["1.00|ours|theirs", "2.0|x|y"]);
  });
});

it("rows with NULL in the key merge as rows without one", async () => {
  await everywhere("CREATE TABLE %.t (k int UNIQUE, v text); INSERT INTO %.t VALUES (1, 'a'), (NULL, 'n')");
  await at("ours", "INSERT INTO %.t VALUES (NULL, 'both'), (NULL, 'mine')");
  await at(
    "theirs",
    "INSERT INTO %.t VALUES (NULL, 'both'), (NULL, 'theirs'); DELETE FROM %.t WHERE v = 'n'; UPDATE %.t SET v = 'b' WHERE k = 1",
  );
  const { undecided } = await mergeAndApply(sides());
  expect(undecided).toEqual([]);
  expect(await ours("coalesce(k::text, 'NULL'), v) AS line FROM ours.t ORDER BY 1")).toEqual([
    "1|b",
    "NULL|both",
    "NULL|mine",
    "NULL|theirs",
  ]);
});

describe("scope", () => {
  const evens = (schema: string, snapshot: ReadSnapshot): SidePreparation => {
    const column = snapshot.tables[0]?.columns.find(({ name }) => name === "part");
    if (column === undefined) throw new Error("no column part");
    const filter = { kind: "compare", column, operator: "=", value: "in" };
    const scope = { kind: "filter", filter } as unknown as RowScope;
    return { scopes: new Map([[`${schema}.t`, scope]]), masks: new Map() };
  };

  it("a row of ours outside it is never written, whatever theirs did to its key", async () => {
    await everywhere(
      "CREATE TABLE %.t (id int PRIMARY KEY, part text, v text); INSERT INTO %.t VALUES (1, 'in', 'a'), (2, 'in', 'a'), (3, 'in', 'a'), (4, 'out', 'a')",
    );
    await at(
      "ours",
      "UPDATE %.t SET part = 'out' WHERE id IN (1, 2); INSERT INTO %.t VALUES (5, 'out', 'mine')",
    );
    await at(
      "theirs",
      "UPDATE %.t SET v = 'b' WHERE id IN (1, 3, 4); DELETE FROM %.t WHERE id = 2; INSERT INTO %.t VALUES (5, 'in', 'b'), (6, 'in', 'b'); UPDATE %.t SET part = 'in' WHERE id = 4",
    );
    const before = await ours("id, part, v) AS line FROM ours.t WHERE part = 'out' ORDER BY id");
    const prepare = async (_: "source" | "target", snapshot: ReadSnapshot) =>
      evens(snapshot.tables[0]?.name.schema ?? "", snapshot);
    const { undecided } = await mergeAndApply(sides(), {
      diff: { prepare },
      rules: { onConflict: "source" },
    });
    expect(kinds(undecided)).toEqual(Array.from({ length: 4 }, () => "outside-scope"));
    expect(await ours("id, part, v) AS line FROM ours.t WHERE part = 'out' ORDER BY id")).toEqual(before);
    expect(await ours("id, part, v) AS line FROM ours.t WHERE part = 'in' ORDER BY id")).toEqual([
      "3|in|b",
      "6|in|b",
    ]);
  });
});

describe("rules", () => {
  const setup = async () => {
    await everywhere(
      "CREATE TABLE %.t (id int PRIMARY KEY, a text, b text, updated_at timestamptz); INSERT INTO %.t SELECT n, 'x', 'y', '2020-01-01' FROM generate_series(1, 4) n",
    );
    await at("ours", "UPDATE %.t SET a = 'ours', updated_at = '2021-01-01' WHERE id IN (1, 2)");
    await at(
      "theirs",
      "UPDATE %.t SET a = 'theirs', updated_at = CASE id WHEN 1 THEN '2022-01-01'::timestamptz ELSE '2020-06-01' END WHERE id IN (1, 2); UPDATE %.t SET b = 'theirs' WHERE id = 3; DELETE FROM %.t WHERE id = 4",
    );
  };
  const rows = () => ours("id, a, b) AS line FROM ours.t ORDER BY id");

  it("newest takes the side that was changed last", async () => {
    await setup();
    const { undecided } = await mergeAndApply(sides(), { rules: { onConflict: "newest" } });
    expect(undecided).toEqual([]);
    expect(await rows()).toEqual(["1|theirs|y", "2|ours|y", "3|x|theirs"]);
  });

  it("rows that may not be deleted stay, insert-only tables and columns of the target too", async () => {
    await setup();
    await mergeAndApply(sides(), {
      mayDelete: false,
      rules: { fields: new Map([["t", new Map([["b", "never"]])]]) },
    });
    expect(await rows()).toEqual(["1|ours|y", "2|ours|y", "3|x|y", "4|x|y"]);
    await mergeAndApply(sides(), { rules: { tables: new Map([["t", "insert-only"]]) } });
    expect(await rows()).toEqual(["1|ours|y", "2|ours|y", "3|x|y", "4|x|y"]);
  });

  it("with tables as the unit everything waits once both sides changed the table", async () => {
    await setup();
    const before = await rows();
    const held = await mergeAndApply(sides(), { rules: { granularity: "table" } });
    expect(held.undecided).toHaveLength(4);
    expect(await rows()).toEqual(before);
    await mergeAndApply(sides(), { rules: { granularity: "table", onConflict: "source" } });
    expect(await rows()).toEqual(["1|theirs|y", "2|theirs|y", "3|x|theirs"]);
  });

  it("a column group that does not exist is refused", async () => {
    await setup();
    const groups = new Map([["t", [["a", "bb"]]]]);
    await expect(mergeAndApply(sides(), { rules: { groups } })).rejects.toMatchObject({
      code: "column.not_found",
    });
  });
});
