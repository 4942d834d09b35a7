import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { recordGuarantee, scaled, seed } from "@syncline/tooling-vitest";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type Random, seeded } from "../write/testing/random-patch.fixture.ts";
import { mergeAndApply } from "./testing/merge.fixture.ts";
import { expectCount, expectRow, type Row } from "./testing/merge-oracle.ts";

const SCHEMAS = ["base", "ours", "theirs"] as const;
type Place = (typeof SCHEMAS)[number];

const VALUES: Readonly<Record<string, readonly (string | null)[]>> = {
  word: [null, "", "a", "NULL", "ü€😀", "tab\tline\n"],
  amount: [null, "0", "1.0", "1.00", "NaN", "12345678901234567890.123"],
  doc: [null, "{}", '{"a": 1}', '{"a": 2}', "[1, null]"],
  list: [null, "{}", "{1,2}", "{1,NULL}", "[0:1]={1,2}"],
  mood: [null, "sad", "ok"],
  at: [null, "2026-01-01 00:00:00+00", "infinity", "0044-03-15 00:00:00+00 BC"],
};
const COLUMNS = Object.keys(VALUES);

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase("g_merge");
  await database.query("CREATE TYPE public.mood AS ENUM ('sad', 'ok')");
  for (const schema of SCHEMAS)
    await database.query(`CREATE SCHEMA ${schema};
      CREATE TABLE ${schema}.one (id int PRIMARY KEY, word text, amount numeric, doc jsonb, list int[], mood public.mood, at timestamptz);
      CREATE TABLE ${schema}.two (x int, y text, word text, amount numeric, PRIMARY KEY (x, y));
      CREATE TABLE ${schema}.loose (word text, amount numeric)`);
});
afterAll(() => database.drop());

type Rows = Map<string, NonNullable<Row>>;
interface World {
  readonly one: Rows;
  readonly two: Rows;
  readonly loose: Map<string, number>;
}

const pick = <Item>(random: Random, from: readonly Item[]): Item => from[random(from.length)] as Item;

function randomRow(random: Random, columns: readonly string[]): NonNullable<Row> {
  return Object.fromEntries(columns.map((column) => [column, pick(random, VALUES[column] ?? [null])]));
}

function randomWorld(random: Random): World {
  const rows = (columns: readonly string[]) =>
    new Map(Array.from({ length: 10 }, (_, id) => [String(id), randomRow(random, columns)]));
  const loose = new Map<string, number>();
  for (let at = 0; at < 4; at += 1) loose.set(looseKey(random), 1 + random(3));
  return { one: rows(COLUMNS), two: rows(["word", "amount"]), loose };
}

function looseKey(random: Random): string {
  return JSON.stringify([pick(random, ["a", "b", null]), pick(random, ["1.0", "1.00", null])]);
}

function edited(random: Random, base: World): World {
  const edit = (rows: Rows, columns: readonly string[]) => {
    const next = new Map(rows);
    for (const [id, row] of rows) {
      if (random(3) === 0) next.set(id, { ...row, ...randomRow(random, [pick(random, columns)]) });
      if (random(8) === 0) next.delete(id);
    }
    for (let at = 0; at < 2; at += 1)
      next.set(String(20 + random(3)), randomRow(random, columns.slice(0, 2)));
    return new Map([...next].map(([id, row]) => [id, { ...blank(columns), ...row }]));
  };
  const loose = new Map(base.loose);
  for (let at = 0; at < 2; at += 1) loose.set(looseKey(random), random(4));
  return { one: edit(base.one, COLUMNS), two: edit(base.two, ["word", "amount"]), loose };
}

function blank(columns: readonly string[]): NonNullable<Row> {
  return Object.fromEntries(columns.map((column) => [column, null]));
}

const literal = (value: string | null) => (value === null ? "NULL" : `'${value.replaceAll("'", "''")}'`);

async function store(place: Place, world: World): Promise<void> {
  await database.query(`TRUNCATE ${place}.one, ${place}.two, ${place}.loose`);
  const insert = async (table: string, rows: readonly string[]) => {
    if (rows.length > 0) await database.query(`INSERT INTO ${place}.${table} VALUES ${rows.join(", ")}`);
  };
  const values = (row: NonNullable<Row>, columns: readonly string[]) =>
    columns.map((column) => literal(row[column] ?? null)).join(", ");
  await insert(
    "one",
    [...world.one].map(([id, row]) => `(${id}, ${values(row, COLUMNS)})`),
  );
  await insert(
    "two",
    [...world.two].map(
      ([id, row]) => `(${Number(id) % 3}, ${literal(`y${id}`)}, ${values(row, ["word", "amount"])})`,
    ),
  );
  const loose = [...world.loose].flatMap(([key, count]) =>
    Array.from(
      { length: count },
      () => `(${(JSON.parse(key) as (string | null)[]).map(literal).join(", ")})`,
    ),
  );
  await insert("loose", loose);
}

async function load(place: Place): Promise<World> {
  const at = "CASE WHEN isfinite(at) THEN (at AT TIME ZONE 'UTC')::text ELSE at::text END AS at";
  const one = await database.query<Record<string, string | null>>(
    `SELECT id::text, word, amount::text, doc::text, list::text, mood::text, ${at} FROM ${place}.one`,
  );
  const two = await database.query<Record<string, string | null>>(
    `SELECT substr(y, 2) AS id, word, amount::text FROM ${place}.two`,
  );
  const loose = await database.query<{ word: string | null; amount: string | null; n: number }>(
    `SELECT word, amount::text, count(*)::int AS n FROM ${place}.loose GROUP BY word, amount::text`,
  );
  const rows = (found: readonly Record<string, string | null>[]): Rows =>
    new Map(found.map(({ id, ...row }) => [id ?? "", zoned(row)]));
  const counts = new Map(loose.map(({ word, amount, n }) => [JSON.stringify([word, amount]), n]));
  return { one: rows(one), two: rows(two), loose: counts };
}

function zoned(row: Record<string, string | null>): NonNullable<Row> {
  const at = row["at"];
  if (typeof at !== "string" || at === "infinity") return row;
  return { ...row, at: at.endsWith(" BC") ? `${at.slice(0, -3)}+00 BC` : `${at}+00` };
}

interface Wanted {
  readonly world: World;
  readonly kinds: readonly string[];
}

function wanted(base: World, ours: World, theirs: World): Wanted {
  const kinds: string[] = [];
  const rows = (table: "one" | "two"): Rows => {
    const ids = new Set([base, ours, theirs].flatMap((world) => [...world[table].keys()]));
    return new Map(
      [...ids].flatMap((id) => {
        const get = (world: World) => world[table].get(id) ?? null;
        const { row, kind } = expectRow(get(base), get(ours), get(theirs));
        if (/^(insert|update|delete)-/.test(kind)) kinds.push(`${table} ${id} ${kind}`);
        return row === null ? [] : [[id, row] as const];
      }),
    );
  };
  const keys = new Set([base, ours, theirs].flatMap((world) => [...world.loose.keys()]));
  const loose = new Map(
    [...keys].flatMap((key) => {
      const [b, o, t] = [base, ours, theirs].map((world) => world.loose.get(key) ?? 0) as [
        number,
        number,
        number,
      ];
      const count = expectCount(b, o, t);
      return count === 0 ? [] : [[key, count] as const];
    }),
  );
  return { world: { one: rows("one"), two: rows("two"), loose }, kinds: kinds.sort() };
}

const plain = (world: World) =>
  Object.fromEntries(
    Object.entries(world).map(([table, rows]) => [
      table,
      [...(rows as Map<string, unknown>)]
        .map(([key, row]) => [key, canonical(row)])
        .sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)),
    ]),
  );
const canonical = (row: unknown) =>
  typeof row === "object" && row !== null ? Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1)) : row;

it("merges random edits of both sides as the oracle does", { timeout: 600_000 }, async () => {
  const count = scaled(400);
  const random = seeded(seed);
  let failures = 0;
  for (let round = 0; round < count; round += 1) {
    const base = randomWorld(random);
    const worlds = { base, ours: edited(random, base), theirs: edited(random, base) };
    for (const place of SCHEMAS) await store(place, worlds[place]);
    const expected = wanted(worlds.base, worlds.ours, worlds.theirs);
    const side = (schema: Place) => ({ url: database.url, schema });
    const merged = await mergeAndApply({ base: side("base"), ours: side("ours"), theirs: side("theirs") });
    const kinds = merged.undecided
      .filter(({ key }) => key.size > 0)
      .map(
        ({ table, key, kind }) =>
          `${table} ${table === "one" ? key.get("id") : key.get("y")?.slice(1)} ${kind}`,
      );
    try {
      expect(plain(await load("ours")), `round ${round}`).toEqual(plain(expected.world));
      expect(kinds.sort(), `round ${round}`).toEqual(expected.kinds);
    } catch (error) {
      failures += 1;
      if (failures === 1) process.stderr.write(`${String(error)}\n`);
    }
  }
  recordGuarantee({
    id: "MRG1",
    claim:
      "A three-way merge gives what an independent merge of the same rows gives, and reports every conflict",
    figure: `${count} random bases with edits on both sides`,
    failures,
  });
  expect(failures).toBe(0);
});
