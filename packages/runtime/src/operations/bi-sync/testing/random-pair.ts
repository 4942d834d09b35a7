import type { TestDatabase } from "@syncline/tooling-test-postgres";
import type { Place, Row } from "./sync-oracle.ts";

export type Random = (below: number) => number;

/** A small repeatable generator (mulberry32), numbers from 0 to `below` - 1. */
export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

export const pick = <Item>(random: Random, from: readonly Item[]): Item => from[random(from.length)] as Item;

const IDS = 9;
const WORDS = ["NULL", "''", "'a'", "'ü€😀'", "E'tab\\tline\\n\\\\'", "'NULL'"];
const NUMBERS = ["NULL", "0", "1.0", "1.00", "'NaN'", "12345678901234567890.123"];
const DOCS = ["NULL", "'{}'", "'{\"a\": 1}'", "'[1, null]'"];

/** Tables with what makes keeping in step hard: references, unique values, keys of two columns, rows without a key. */
export function shape(random: Random): string {
  const action = pick(random, ["NO ACTION", "RESTRICT", "CASCADE", "SET NULL"]);
  return `CREATE TABLE parent (id int PRIMARY KEY, code text UNIQUE, a text, n numeric);
    CREATE TABLE child (id int PRIMARY KEY, parent int REFERENCES parent ON DELETE ${action}, a text);
    CREATE TABLE pos (x int, y text, v jsonb, w text, PRIMARY KEY (x, y));
    CREATE TABLE loose (word text, n int)`;
}

/** Edits of one side, each in a transaction of its own; what a constraint refuses does not happen. */
export async function edit(database: TestDatabase, random: Random, count: number): Promise<void> {
  for (let at = 0; at < count; at += 1) await database.query(randomEdit(random)).catch(refusedByConstraint);
}

function refusedByConstraint(error: unknown): void {
  if (!/constraint/.test(String(error))) throw error;
}

function randomEdit(random: Random): string {
  const id = () => 1 + random(IDS);
  const word = () => pick(random, WORDS);
  const code = () => (random(3) === 0 ? "NULL" : `'c${random(8)}'`);
  const key = () => `x = ${random(3)} AND y = 'y${random(3)}'`;
  const loose = () => `${pick(random, ["'a'", "'b'", "NULL"])}, ${pick(random, ["1", "NULL"])}`;
  const edits: (() => string)[] = [
    () => `INSERT INTO parent VALUES (${id()}, ${code()}, ${word()}, ${pick(random, NUMBERS)})`,
    () => `UPDATE parent SET a = ${word()} WHERE id = ${id()}`,
    () => `UPDATE parent SET n = ${pick(random, NUMBERS)} WHERE id = ${id()}`,
    () => `UPDATE parent SET code = ${code()} WHERE id = ${id()}`,
    () => `DELETE FROM parent WHERE id = ${id()}`,
    () => `UPDATE parent SET id = ${id()} WHERE id = ${id()}`,
    () => swapCodes(id(), id()),
    () => `INSERT INTO child VALUES (${id()}, ${random(4) === 0 ? "NULL" : id()}, ${word()})`,
    () => `INSERT INTO child VALUES (${id()}, (SELECT id FROM parent ORDER BY random() LIMIT 1), ${word()})`,
    () => `UPDATE child SET parent = ${id()} WHERE id = ${id()}`,
    () => `UPDATE child SET a = ${word()} WHERE id = ${id()}`,
    () => `DELETE FROM child WHERE id = ${id()}`,
    () => `INSERT INTO pos VALUES (${random(3)}, 'y${random(3)}', ${pick(random, DOCS)}, ${word()})`,
    () => `UPDATE pos SET v = ${pick(random, DOCS)} WHERE ${key()}`,
    () => `UPDATE pos SET w = ${word()} WHERE ${key()}`,
    () => `DELETE FROM pos WHERE ${key()}`,
    () => `UPDATE pos SET y = 'y${random(3)}' WHERE ${key()}`,
    () => `INSERT INTO loose VALUES (${loose()})`,
    () => "DELETE FROM loose WHERE ctid = (SELECT ctid FROM loose ORDER BY word, n LIMIT 1)",
  ];
  return pick(random, edits)();
}

/** Both rows keep a value that is unique; NULL in between. */
function swapCodes(one: number, other: number): string {
  if (one === other) return "SELECT";
  return `DO $$ DECLARE first text; second text; BEGIN
    SELECT p.code INTO first FROM parent p WHERE id = ${one}; SELECT p.code INTO second FROM parent p WHERE id = ${other};
    IF (SELECT count(*) FROM parent WHERE id IN (${one}, ${other})) = 2 THEN
      UPDATE parent SET code = NULL WHERE id = ${one}; UPDATE parent SET code = first WHERE id = ${other};
      UPDATE parent SET code = second WHERE id = ${one};
    END IF; END $$`;
}

const COLUMNS: Readonly<
  Record<string, { readonly key: readonly string[]; readonly values: readonly string[] }>
> = {
  parent: { key: ["id"], values: ["id", "code", "a", "n"] },
  child: { key: ["id"], values: ["id", "parent", "a"] },
  pos: { key: ["x", "y"], values: ["x", "y", "v", "w"] },
};

/** Everything that a place holds; `prefix` names each table there. */
export async function load(
  database: TestDatabase,
  nameOf: (table: string) => string = (table) => table,
): Promise<Place> {
  const place = new Map<string, Map<string, NonNullable<Row>>>();
  for (const [table, { key, values }] of Object.entries(COLUMNS)) {
    const rows = await database.query<NonNullable<Row>>(
      `SELECT ${values.map((column) => `${column}::text AS ${column}`).join(", ")} FROM ${nameOf(table)}`,
    );
    place.set(table, new Map(rows.map((row) => [key.map((column) => row[column]).join("/"), { ...row }])));
  }
  const loose = await database.query<{ word: string | null; n: string | null; count: string }>(
    `SELECT word, n::text AS n, count(*)::text AS count FROM ${nameOf("loose")} GROUP BY word, n`,
  );
  place.set("loose", new Map(loose.map((row) => [JSON.stringify([row.word, row.n]), { count: row.count }])));
  return place;
}

export function emptyPlace(): Place {
  return new Map([...Object.keys(COLUMNS), "loose"].map((table) => [table, new Map()]));
}

/** For comparing places as texts. */
export function plain(place: Place): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(
    [...place].map(([table, rows]) => [
      table,
      [...rows].map(([key, row]) => `${key} ${JSON.stringify(Object.entries(row).sort())}`).sort(),
    ]),
  );
}
