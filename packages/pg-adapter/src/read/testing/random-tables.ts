import { quoteIdentifier } from "../../sql/quote.ts";

export type Random = () => number;

/** Mulberry32: small, and the same everywhere. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export const below = (random: Random, limit: number) => Math.floor(random() * limit);
export const pick = <T>(random: Random, items: readonly T[]) => items[below(random, items.length)] as T;

interface TypeSample {
  readonly type: string;
  /** SQL literal of the n-th value; different n are different values, also for the type's own equality. */
  readonly literal: (n: number) => string;
}

const quoted = (text: string) => `'${text.replaceAll("'", "''")}'`;
const hex = (n: number) => n.toString(16).padStart(8, "0");

const ODD_TEXTS = [
  "",
  " ",
  "a|b",
  "<null>",
  "NULL",
  "\\N",
  "ä",
  "Z",
  "z",
  "_",
  "-",
  "straße",
  '"q"',
  "tab\tnew\nline",
  "😀",
  "﹏",
];

export const KEY_TYPES: readonly TypeSample[] = [
  { type: "smallint", literal: (n) => `${(n % 60_000) - 30_000}` },
  { type: "integer", literal: (n) => `${((n - 500) * 4_000_003) % 2_147_483_647}` },
  { type: "bigint", literal: (n) => `${BigInt(n - 500) * 9_007_199_254_740_993n}` },
  {
    type: "uuid",
    literal: (n) =>
      quoted(`${hex((n * 2_654_435_761) >>> 0)}-0000-4000-8000-${n.toString(16).padStart(12, "0")}`),
  },
  { type: "text", literal: (n) => quoted(`${ODD_TEXTS[n % ODD_TEXTS.length]}${n}`) },
  { type: 'text COLLATE "en-x-icu"', literal: (n) => quoted(`${ODD_TEXTS[n % ODD_TEXTS.length]}${n}`) },
  { type: "varchar(40)", literal: (n) => quoted(`${n % 2 === 0 ? "B" : "b"}${n}`) },
  { type: "char(12)", literal: (n) => quoted(`${n % 3 === 0 ? "x" : "Y"}${n}`) },
  { type: "numeric", literal: (n) => `${n - 500}.${n % 10}0` },
  { type: "date", literal: (n) => `'2000-01-01'::date + ${n * 37 - 900_000 / 37}::int` },
  {
    type: "timestamptz",
    literal: (n) => `'2000-01-01 00:00:00+00'::timestamptz + ${n - 500} * interval '97 minutes'`,
  },
  {
    type: "timestamp",
    literal: (n) => `'1999-12-31 23:59:59.5'::timestamp + ${n - 500} * interval '0.25 s'`,
  },
  { type: "bytea", literal: (n) => `'\\x${n % 5 === 0 ? "00" : ""}${hex(n)}'` },
  { type: "interval", literal: (n) => `${n - 500} * interval '1 hour 1 second'` },
  { type: "mood", literal: (n) => quoted(`m${n % 400}`) },
  {
    type: "inet",
    literal: (n) => quoted(`10.${n % 200}.${(n >> 3) % 250}.${n % 250}/${n % 2 === 0 ? 32 : 24}`),
  },
  { type: "positive", literal: (n) => `${n + 1}` },
  { type: "double precision", literal: (n) => `${n - 500}.25` },
];

export const VALUE_TYPES: readonly TypeSample[] = [
  ...KEY_TYPES,
  { type: "boolean", literal: (n) => (n % 2 === 0 ? "true" : "false") },
  {
    type: "double precision",
    literal: (n) => ["'NaN'", "'-0'", "0", "'Infinity'", "1e300", "0.1"][n % 6] as string,
  },
  { type: "real", literal: (n) => ["'NaN'", "'-0'", "0", "'-Infinity'", "0.1"][n % 5] as string },
  {
    type: "json",
    literal: (n) => quoted(['{"a":1}', '{"a": 1}', "null", "[1,2]", '{"a":1,"a":2}'][n % 5] as string),
  },
  { type: "jsonb", literal: (n) => quoted(['{"a":1}', '{"a":1.0}', "null", "[]", '"x"'][n % 5] as string) },
  {
    type: "text[]",
    literal: (n) => ["'{}'", "'{NULL}'", "'{\"NULL\"}'", "'[2:3]={a,b}'", "'{a,b}'"][n % 5] as string,
  },
  { type: "int4range", literal: (n) => ["'empty'", "'[1,5)'", "'(,5)'", "'[1,)'"][n % 4] as string },
  { type: "bit varying", literal: (n) => `B'${(n % 64).toString(2)}'` },
  { type: "mood[]", literal: (n) => `'{m${n % 400},m1}'` },
  { type: "pair", literal: (n) => `'(${n},"x ${n}")'` },
  { type: "xml", literal: (n) => quoted(`<a>${n}</a>`) },
  { type: "money", literal: (n) => `'${n}.10'` },
  { type: "point", literal: (n) => `'(${n},-0)'` },
  { type: "regclass", literal: (n) => (n % 2 === 0 ? "'pg_class'" : "'pg_type'") },
];

const NAMES = [
  "id",
  "Weird Name",
  'quo"te',
  "constructor",
  "__proto__",
  "naïve",
  "select",
  "a.b",
  "x".repeat(63),
];

export interface RandomColumn {
  readonly name: string;
  readonly sample: TypeSample;
  readonly notNull: boolean;
}

export interface RandomTable {
  readonly name: string;
  readonly columns: readonly RandomColumn[];
  /** Positions of the key columns; empty for none. */
  readonly key: readonly number[];
  readonly keyKind: "primary" | "unique" | "nullable" | "none";
  readonly ddl: string;
}

export const PREPARE = `CREATE TYPE mood AS ENUM (${Array.from({ length: 400 }, (_, n) => `'m${n}'`).join(",")});
CREATE DOMAIN positive AS bigint CHECK (VALUE > 0); CREATE TYPE pair AS (a int, b text)`;

export function randomTable(random: Random, name: string): RandomTable {
  const keyKind = pick(random, ["primary", "primary", "primary", "unique", "nullable", "none"] as const);
  const width = keyKind === "none" ? 0 : 1 + below(random, 3) * below(random, 2);
  const names = [...NAMES].sort(() => random() - 0.5);
  const columns: RandomColumn[] = [];
  for (let i = 0; i < width; i += 1) {
    columns.push({
      name: names.pop() ?? `k${i}`,
      sample: pick(random, KEY_TYPES),
      notNull: keyKind !== "nullable",
    });
  }
  for (let i = 0, values = 1 + below(random, 5); i < values; i += 1) {
    columns.push({ name: names.pop() ?? `v${i}`, sample: pick(random, VALUE_TYPES), notNull: false });
  }
  const key = columns.slice(0, width).map((_, index) => index);
  return { name, columns, key, keyKind, ddl: ddlOf(name, columns, key, keyKind) };
}

function ddlOf(
  name: string,
  columns: readonly RandomColumn[],
  key: readonly number[],
  kind: RandomTable["keyKind"],
): string {
  const list = columns.map(
    (column) => `${quoteIdentifier(column.name)} ${column.sample.type}${column.notNull ? " NOT NULL" : ""}`,
  );
  const names = key.map((at) => quoteIdentifier(columns[at]?.name ?? "")).join(", ");
  const constraint = kind === "none" ? [] : [`${kind === "primary" ? "PRIMARY KEY" : "UNIQUE"} (${names})`];
  return `CREATE TABLE ${quoteIdentifier(name)} (${[...list, ...constraint].join(", ")})`;
}

/** Literals of a row; rows with different `n` have different keys. */
export function randomRow(random: Random, table: RandomTable, n: number): string[] {
  return table.columns.map(({ sample, notNull }, at) => {
    if (table.key.includes(at))
      return !notNull && random() < 0.1 ? "NULL" : sample.literal(at === 0 ? n : n % 7);
    return random() < 0.15 ? "NULL" : sample.literal(below(random, 40));
  });
}

export function insertSql(table: RandomTable, rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "SELECT 1";
  return `INSERT INTO ${quoteIdentifier(table.name)} VALUES ${rows.map((row) => `(${row.join(", ")})`).join(", ")}`;
}
