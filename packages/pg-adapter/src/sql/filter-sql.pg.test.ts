import { checkTableFilter, parseFilter, type TableSpec } from "@syncline/core";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { seed } from "@syncline/tooling-vitest";
import fc from "fast-check";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readTableSpecs } from "../catalog/read-table-specs.ts";
import { compileFilter } from "./filter-sql.ts";
import { quoteLiteral } from "./quote.ts";

/** By column: its type, and JSON literals of values that rows hold, in ascending order. The first is in two rows. */
const COLUMNS: Readonly<Record<string, { readonly type: string; readonly values: readonly string[] }>> = {
  c_int2: { type: "smallint", values: ["-32768", "0", "32767"] },
  c_int4: { type: "integer", values: ["-2147483648", "18", "2147483647"] },
  c_int8: { type: "bigint", values: ["-9223372036854775808", '"9007199254740993"', "9223372036854775807"] },
  c_oid: { type: "oid", values: ["0", "4294967295"] },
  c_numeric: {
    type: "numeric",
    values: ['"-1e20"', "0.1", '"123456789012345678901234567890.123456789"', '"NaN"'],
  },
  c_price: { type: "numeric(10,2)", values: ["-99999999.99", "0", "1.50", "12345678.25"] },
  c_real: { type: "real", values: ["-1.5", "0.1", "16777216"] },
  c_double: { type: "double precision", values: ['"-Infinity"', "0.1", "1e300", '"NaN"'] },
  c_bool: { type: "boolean", values: ["false", "true"] },
  c_text: { type: "text", values: ['""', '"100%_\\\\x"', '"it\'s \\"q\\" {a,b}"', '"null"', '"žluť 🐘"'] },
  c_varchar: { type: "varchar(5)", values: ['""', '"abcde"', '"null"'] },
  c_char: { type: "char(5)", values: ['"abc"', '"abcde"'] },
  c_name: { type: "name", values: ['"a"', '"b c"'] },
  c_byte: { type: '"char"', values: ['"a"', '"b"'] },
  c_citext: { type: "ext.citext", values: ['"Alpha"', '"beta"'] },
  c_uuid: {
    type: "uuid",
    values: ['"00000000-0000-0000-0000-000000000000"', '"6F1C2D3E-4A5B-4C6D-8E7F-0123456789AB"'],
  },
  c_bytea: { type: "bytea", values: ['"\\\\x"', '"\\\\x00ff"', '"\\\\x5c"'] },
  c_date: {
    type: "date",
    values: ['"-infinity"', '"0044-03-15 BC"', '"2024-02-29"', '"12345-01-01"', '"infinity"'],
  },
  c_ts: {
    type: "timestamp",
    values: ['"0001-01-01 00:00:00"', '"2024-02-29T13:45:00.123456"', '"2024-03-01"', '"infinity"'],
  },
  c_ts0: { type: "timestamp(0)", values: ['"2024-02-29 13:45:01"', '"2024-02-29 13:45:02.000"'] },
  c_tstz: {
    type: "timestamptz",
    values: [
      '"2024-02-29T13:45:00+02:00"',
      '"2024-02-29T13:45:00Z"',
      '"2024-02-29 13:45:00.000001"',
      '"2024-03-01"',
    ],
  },
  c_time: { type: "time", values: ['"00:00:00"', '"13:45"', '"24:00:00"'] },
  c_timetz: { type: "timetz", values: ['"13:45:00+02"', '"13:45:00Z"'] },
  c_interval: {
    type: "interval",
    values: ['"-1 days +02:00:00"', '"PT0S"', '"1 year 2 mons 3 days 04:05:06.7"', '"P2Y"'],
  },
  c_jsonb: { type: "jsonb", values: ['"text"', "7", "true", "[1,2]", '{"a":{"b":null}}'] },
  c_inet: { type: "inet", values: ['"192.0.2.7/8"', '"192.0.2.7"', '"::ffff:1.2.3.4"', '"2001:db8::1"'] },
  c_cidr: { type: "cidr", values: ['"192.0.2.0/24"', '"2001:db8::/32"'] },
  c_mac: { type: "macaddr", values: ['"08:00:2b:01:02:03"', '"08-00-2b-01-02-04"'] },
  c_mac8: { type: "macaddr8", values: ['"08:00:2b:01:02:03:04:05"'] },
  c_bit: { type: "bit(3)", values: ['"001"', '"101"'] },
  c_varbit: { type: "bit varying(4)", values: ['""', '"0"', '"0110"'] },
  c_enum: { type: '"Odd"."Mood"', values: ['"sad"', '"so so"', '"happy"'] },
  c_domain: { type: '"Odd".email', values: ['"a@b"', '"c@d"'] },
  c_domain_num: { type: '"Odd".cents', values: ["1.25", "2"] },
  c_domain_enum: { type: '"Odd".feeling', values: ['"sad"', '"happy"'] },
  c_ints: { type: "integer[]", values: ["[]", "[1]", "[1,2]", "[2,null]", "[[3,4],[5,6]]"] },
  c_texts: { type: "text[]", values: ['["","a\\\\\\"b{},"]', '["NULL"]', '["null",null]'] },
  c_varchars: { type: "varchar(5)[]", values: ['["a"]', '["b"]'] },
  c_cidrs: { type: "cidr[]", values: ['["10.0.0.0/8"]'] },
  c_times: { type: "timestamptz[]", values: ['["2024-02-29"]'] },
  c_citexts: { type: "ext.citext[]", values: ['["Alpha"]', '["beta"]'] },
  c_domain_array: { type: '"Odd".numbers', values: ["[1.5]", "[2]"] },
  c_nondet: { type: 'text COLLATE "Odd".ci', values: ['"a"', '"b"'] },
};
const NAMES = Object.keys(COLUMNS);
/** Types that only the question for NULL works for, with one value. */
const OPAQUE: Readonly<Record<string, { readonly type: string; readonly value: string }>> = {
  o_json: { type: "json", value: "'{}'" },
  o_enums: { type: '"Odd"."Mood"[]', value: "'{sad}'" },
  o_point: { type: "point", value: "'(1,2)'" },
  o_composite: { type: '"Odd".pair', value: "ROW(NULL, NULL)" },
  o_half: { type: '"Odd".pair', value: "ROW(1, NULL)" },
  o_range: { type: "int4range", value: "'[1,2)'" },
  'odd "name': { type: "tsvector", value: "'a'" },
};

let database: TestDatabase;
let client: pg.Client;
let spec: TableSpec;

/** Sessions that would break a statement which relied on settings. */
const SESSIONS: Readonly<Record<string, string>> = {
  pinned: "SET search_path = ''; SET DateStyle = 'ISO'; SET TimeZone = 'UTC'",
  hostile:
    "SET search_path = evil, pg_catalog; SET DateStyle = 'SQL, DMY'; SET TimeZone = 'Asia/Tokyo'; SET IntervalStyle = 'sql_standard'; SET standard_conforming_strings = off",
};

const SETUP = `
CREATE SCHEMA ext; CREATE EXTENSION citext SCHEMA ext; CREATE SCHEMA "Odd";
CREATE TYPE "Odd"."Mood" AS ENUM ('sad', 'so so', 'happy'); CREATE TYPE "Odd".pair AS (a int, b int);
CREATE DOMAIN "Odd".email AS varchar(20); CREATE DOMAIN "Odd".cents AS numeric(6,2); CREATE DOMAIN "Odd".feeling AS "Odd"."Mood";
CREATE DOMAIN "Odd".numbers AS numeric(6,2)[]; CREATE COLLATION "Odd".ci (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
CREATE SCHEMA evil;
CREATE FUNCTION evil.never(anyelement, anyelement) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT false';
CREATE OPERATOR evil.= (LEFTARG = anyelement, RIGHTARG = anyelement, FUNCTION = evil.never);
CREATE FUNCTION evil.never_int(int, int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT false';
CREATE OPERATOR evil.= (LEFTARG = int, RIGHTARG = int, FUNCTION = evil.never_int);
CREATE FUNCTION evil.never_text(text, text) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT false';
CREATE OPERATOR evil.= (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.never_text);
CREATE OPERATOR evil.~~ (LEFTARG = text, RIGHTARG = text, FUNCTION = evil.never_text);
CREATE DOMAIN evil.text AS int;
CREATE DOMAIN evil.int4 AS varchar(1)`;

beforeAll(async () => {
  database = await createTestDatabase("filter");
  await database.query(SETUP);
  const typed = [
    ...NAMES.map((name) => `"${name}" ${COLUMNS[name]?.type}`),
    ...Object.entries(OPAQUE).map(([name, { type }]) => `${pg.escapeIdentifier(name)} ${type}`),
  ];
  await database.query(`CREATE TABLE public.zoo (row_id serial PRIMARY KEY, ${typed.join(", ")})`);
  for (const name of NAMES) await fill(name);
  for (const [name, { value }] of Object.entries(OPAQUE))
    await database.query(`INSERT INTO zoo (${pg.escapeIdentifier(name)}) VALUES (${value})`);
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  const [found] = await readTableSpecs(client, {
    schema: "public",
    tenantColumn: null,
    selection: { kind: "named", names: [{ schema: null, name: "zoo" }] },
  });
  if (found === undefined) throw new Error("no zoo");
  spec = found;
});

afterAll(async () => {
  await client?.end();
  await database?.drop();
});

/** Rows with every value of the column, the first one twice. */
async function fill(name: string): Promise<void> {
  const values = COLUMNS[name]?.values ?? [];
  const jsonb = name === "c_jsonb";
  const plain = (literal: string): unknown =>
    jsonb ? literal : /^["[]/.test(literal) ? JSON.parse(literal) : literal;
  const loader = new pg.Client({ connectionString: database.url });
  await loader.connect();
  try {
    await loader.query("SET TimeZone = 'UTC'");
    for (const literal of [values[0] ?? "", ...values]) {
      await loader.query(`INSERT INTO public.zoo ("${name}") VALUES ($1)`, [plain(literal)]);
    }
  } finally {
    await loader.end();
  }
}

/** Counts with bound parameters, and again with literals, as where a statement takes none. */
async function matching(filter: string): Promise<number> {
  const checked = checkTableFilter(parseFilter(filter), spec);
  if (checked === null) throw new Error("no filter");
  const { sql, parameters } = compileFilter(checked, { alias: "t" });
  const bound = await count(sql, parameters);
  const inline = compileFilter(checked, { alias: "t", placeholder: (value) => quoteLiteral(value) });
  expect([filter, await count(inline.sql, [])]).toEqual([filter, bound]);
  return bound;
}

async function count(condition: string, parameters: readonly string[]): Promise<number> {
  const { rows } = await client.query<{ n: string }>(
    `SELECT pg_catalog.count(*) AS n FROM public.zoo AS t WHERE ${condition}`,
    [...parameters],
  );
  return Number(rows[0]?.n);
}

const where = (column: string, condition: string) => `{"where":{${JSON.stringify(column)}:${condition}}}`;
const negated = (column: string, condition: string) =>
  `{"where":{"$not":{${JSON.stringify(column)}:${condition}}}}`;

async function expectSplit(column: string, condition: string, expected: number): Promise<void> {
  const total = await matching('{"where":{}}');
  expect([condition, await matching(where(column, condition))]).toEqual([condition, expected]);
  expect([condition, await matching(negated(column, condition))]).toEqual([condition, total - expected]);
}

describe.each(Object.entries(SESSIONS))("in a %s session", (_, settings) => {
  beforeAll(async () => {
    await client.query(settings);
  });

  for (const name of NAMES) {
    it(`${name}: every operator and its negation split the rows in two`, async () => {
      const values = COLUMNS[name]?.values ?? [];
      const total = await matching('{"where":{}}');
      const held = values.length + 1;
      const count = (index: number) => (index === 0 ? 2 : 1);
      for (const [index, value] of values.entries()) {
        const below = index === 0 ? 0 : index + 1;
        const equal = count(index);
        await expectSplit(name, value.startsWith("{") ? `{"$eq":${value}}` : value, equal);
        await expectSplit(name, `{"$eq":${value}}`, equal);
        await expectSplit(name, `{"$ne":${value}}`, total - equal);
        await expectSplit(name, `{"$in":[${value}]}`, equal);
        await expectSplit(name, `{"$in":[${value},null]}`, equal + total - held);
        await expectSplit(name, `{"$nin":[${value}]}`, total - equal);
        await expectSplit(name, `{"$nin":[${value},null]}`, held - equal);
        await expectSplit(name, `{"$not":{"$in":[${value},null]}}`, held - equal);
        if (name === "c_jsonb") continue; // its order is the server's own
        await expectSplit(name, `{"$lt":${value}}`, below);
        await expectSplit(name, `{"$lte":${value}}`, below + equal);
        await expectSplit(name, `{"$gt":${value}}`, held - below - equal);
        await expectSplit(name, `{"$gte":${value}}`, held - below);
      }
      await expectSplit(name, `{"$in":[${values.join(",")}]}`, held);
      await expectSplit(name, '{"$in":[]}', 0);
      await expectSplit(name, '{"$nin":[]}', total);
      await expectSplit(name, "null", total - held);
      await expectSplit(name, '{"$ne":null}', held);
      await expectSplit(name, '{"$null":true}', total - held);
      await expectSplit(name, '{"$null":false}', held);
    });
  }

  it("asks any type for NULL; a composite of NULLs is not NULL", async () => {
    const total = await matching('{"where":{}}');
    for (const name of Object.keys(OPAQUE)) {
      await expectSplit(name, "null", total - 1);
      await expectSplit(name, '{"$null":false}', 1);
    }
  });

  it("matches patterns, with NULL on the other side", async () => {
    await expectSplit("c_text", '{"$like":"100\\\\%\\\\_\\\\\\\\x"}', 1);
    await expectSplit("c_text", '{"$like":"%Q%"}', 0);
    await expectSplit("c_text", '{"$ilike":"%Q%"}', 1);
    await expectSplit("c_text", '{"$like":""}', 2);
    await expectSplit("c_char", '{"$like":"abc"}', 2);
    await expectSplit("c_citext", '{"$like":"ALPHA"}', 2);
    await expectSplit("c_citext", '{"$ilike":"%ET%"}', 1);
    await expectSplit("c_domain", '{"$like":"%@b"}', 2);
    await expectSplit("c_name", '{"$ilike":"B%"}', 1);
    await expectSplit("c_nondet", '{"$ilike":"A"}', 2);
  });

  it("equals the way the column does: citext and nondeterministic collations", async () => {
    await expectSplit("c_citext", '"ALPHA"', 2);
    await expectSplit("c_citext", '{"$in":["ALPHA","BETA"]}', 3);
    await expectSplit("c_nondet", '"A"', 2);
    await expectSplit("c_char", '"abc  "', 2);
  });

  it("finds a word in any text column, taking % and _ literally", async () => {
    expect(await matching('{"search":"0%_\\\\X"}')).toBe(1);
    expect(await matching('{"where":{"$search":"ALPH"}}')).toBe(2);
    expect(await matching('{"where":{"$not":{"$search":"alph"}}}')).toBe(
      (await matching('{"where":{}}')) - 2,
    );
    expect(await matching('{"where":{"c_name":{"$search":" C"}}}')).toBe(1);
    expect(await matching('{"search":"nobody has this"}')).toBe(0);
  });

  it("random trees: a filter and its negation split the rows, and De Morgan holds", async () => {
    const total = await matching('{"where":{}}');
    const part = fc.constantFrom(...NAMES).chain((name) => {
      const values = COLUMNS[name]?.values ?? [];
      const operators = name === "c_jsonb" ? ["$eq", "$ne"] : ["$eq", "$ne", "$gt", "$gte", "$lt", "$lte"];
      const single = fc.record({
        operator: fc.constantFrom(...operators),
        value: fc.constantFrom(...values),
      });
      const list = fc.record({
        operator: fc.constantFrom("$in", "$nin"),
        value: fc.subarray([...values, "null"]).map((items) => `[${items.join(",")}]`),
      });
      return fc.oneof(single, list).map(({ operator, value }) => `{"${name}":{"${operator}":${value}}}`);
    });
    const { tree } = fc.letrec<{ tree: string }>((tie) => ({
      tree: fc.oneof(
        { depthSize: "small", withCrossShrink: true },
        part,
        fc
          .tuple(fc.constantFrom("$and", "$or"), fc.array(tie("tree"), { maxLength: 3 }))
          .map(([group, items]) => `{"${group}":[${items.join(",")}]}`),
        tie("tree").map((inner) => `{"$not":${inner}}`),
      ),
    }));
    const rows = (condition: string) => matching(`{"where":${condition}}`);
    await fc.assert(
      fc.asyncProperty(tree, tree, async (a, b) => {
        expect((await rows(a)) + (await rows(`{"$not":${a}}`))).toBe(total);
        expect(await rows(`{"$not":{"$and":[${a},${b}]}}`)).toBe(
          await rows(`{"$or":[{"$not":${a}},{"$not":${b}}]}`),
        );
        expect((await rows(`{"$and":[${a},${b}]}`)) + (await rows(`{"$or":[${a},${b}]}`))).toBe(
          (await rows(a)) + (await rows(b)),
        );
      }),
      { seed, numRuns: 60 },
    );
  });

  it("an empty $and is true, an empty $or false, nested groups combine", async () => {
    const total = await matching('{"where":{}}');
    expect(await matching('{"where":{"$and":[]}}')).toBe(total);
    expect(await matching('{"where":{"$or":[]}}')).toBe(0);
    expect(await matching('{"where":{"$not":{"$or":[]}}}')).toBe(total);
    expect(await matching('{"where":{"c_int4":18,"$or":[{"c_int4":{"$gt":17}},{"c_text":"x"}]}}')).toBe(1);
    expect(
      await matching(
        '{"where":{"$or":[{"c_int4":{"$gt":17,"$lt":19}},{"c_bool":true},{"$and":[{"c_int2":0}]}]}}',
      ),
    ).toBe(3);
  });
});

it("refuses an unknown column before any SQL", () => {
  expect(() => checkTableFilter(parseFilter('{"where":{"C_INT4":1}}'), spec)).toThrow(
    /no column "C_INT4"; did you mean "c_int4"\?/,
  );
});

it("numbers its parameters from the one it is given, and takes another placeholder", () => {
  const checked = checkTableFilter(
    parseFilter('{"where":{"c_int4":1,"c_text":{"$in":["a\\"b","c\\\\d"]}}}'),
    spec,
  );
  if (checked === null) throw new Error("no filter");
  expect(compileFilter(checked, { alias: "s", firstParameter: 4 })).toEqual({
    sql: '(("s"."c_int4" OPERATOR(pg_catalog.=) $4::pg_catalog.int4) AND ("s"."c_text" OPERATOR(pg_catalog.=) ANY ($5::pg_catalog.text[])))',
    parameters: ["1", '{"a\\"b","c\\\\d"}'],
  });
  const inline = compileFilter(checked, {
    alias: "s",
    placeholder: (value, number) => `<${number}:${value}>`,
  });
  expect(inline.sql).toContain("<1:1>::pg_catalog.int4");
});
