/** A small repeatable generator (mulberry32), numbers from 0 to `below` - 1. */
export type Random = (below: number) => number;

export function seeded(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

const WORDS = ["NULL", "''", "'a'", "'B b'", "'ü€😀'", "E'tab\\tline\\nback\\\\'", "'{\"a\":1}'", "'null'"];
const AMOUNTS = ["NULL", "0", "1.0", "1.00", "-3.50", "'NaN'", "12345678901234567890.123"];
const DOCS = ["NULL", "'{}'", "'{\"a\": 1}'", "'{\"a\":1}'", "'[1, null]'"];
const pick = (random: Random, from: readonly string[]) => from[random(from.length)] ?? "NULL";

/**
 * Tables with what makes undoing hard: references to each other and to themselves, unique values, identity and
 * generated columns, rows without a key, json, a partitioned table.
 */
export function randomSetup(random: Random): string {
  const rows = (count: number, row: (id: number) => string) =>
    Array.from({ length: count }, (_, at) => `(${row(at + 1)})`).join(", ");
  return `CREATE TABLE a (id int PRIMARY KEY, boss int, code text NOT NULL UNIQUE, word text, amount numeric);
    CREATE TABLE b (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a int, doc json, twice numeric GENERATED ALWAYS AS (a * 2) STORED);
    CREATE TABLE c (x int, y text, place int, word text, PRIMARY KEY (x, y), UNIQUE (x, place));
    CREATE TABLE d (word text, amount numeric, doc jsonb);
    CREATE TABLE e (id int, part int NOT NULL, word text, PRIMARY KEY (id, part)) PARTITION BY LIST (part);
    CREATE TABLE e0 PARTITION OF e FOR VALUES IN (0); CREATE TABLE e1 PARTITION OF e FOR VALUES IN (1);
    INSERT INTO a VALUES ${rows(12, (id) => `${id}, NULL, 'code ${id}', ${pick(random, WORDS)}, ${pick(random, AMOUNTS)}`)};
    UPDATE a SET boss = 1 + (id * ${1 + random(11)}) % 12 WHERE id % 3 > 0;
    INSERT INTO b (a, doc) SELECT 1 + n % 12, CASE n % 3 WHEN 0 THEN '{"n":1}' WHEN 1 THEN '{"n": 1}' END::json FROM generate_series(1, 15) n;
    INSERT INTO c VALUES ${rows(12, (id) => `${id % 3}, 'y${id}', ${id}, ${pick(random, WORDS)}`)};
    INSERT INTO d VALUES ${rows(10, () => `${pick(random, WORDS)}, ${pick(random, AMOUNTS)}, ${pick(random, DOCS)}`)};
    INSERT INTO e VALUES ${rows(8, (id) => `${id}, ${id % 2}, ${pick(random, WORDS)}`)};
    ALTER TABLE a ADD FOREIGN KEY (boss) REFERENCES a; ALTER TABLE b ADD FOREIGN KEY (a) REFERENCES a ${pick(random, ["", "ON DELETE CASCADE", "ON DELETE RESTRICT", "ON DELETE SET NULL"])}`;
}

/** Edits that keep every constraint true at their end. Unique values trade places on the way. */
export function randomEdits(random: Random): string {
  const edits = [
    () =>
      `UPDATE a SET word = ${pick(random, WORDS)}, amount = ${pick(random, AMOUNTS)} WHERE id % ${2 + random(3)} = 0`,
    () =>
      `UPDATE a SET boss = (SELECT o.id FROM a o WHERE o.id > a.id ORDER BY o.id LIMIT 1) WHERE id % ${2 + random(4)} = 1`,
    () => removeFromA(random),
    () =>
      `INSERT INTO a SELECT n, n, 'new ' || n, ${pick(random, WORDS)}, ${pick(random, AMOUNTS)} FROM generate_series(100, ${100 + random(5)}) n WHERE NOT EXISTS (SELECT FROM a WHERE id = n); UPDATE b SET a = 100 WHERE id % ${3 + random(4)} = 0 AND EXISTS (SELECT FROM a WHERE a.id = 100)`,
    () => rotate("a", "code", "id"),
    () => rotate("c", "place", "y", "x"),
    () =>
      `DELETE FROM b WHERE id % ${2 + random(5)} = 0; INSERT INTO b (id, a, doc) OVERRIDING SYSTEM VALUE SELECT 200 + n, (SELECT min(id) FROM a), ${pick(random, DOCS)}::json FROM generate_series(1, ${1 + random(4)}) n WHERE NOT EXISTS (SELECT FROM b WHERE b.id = 200 + n)`,
    () => `DELETE FROM c WHERE place % ${2 + random(4)} = 0; UPDATE c SET word = ${pick(random, WORDS)}`,
    () =>
      `DELETE FROM d WHERE ctid IN (SELECT ctid FROM d ORDER BY word, amount LIMIT ${1 + random(4)}); INSERT INTO d SELECT ${pick(random, WORDS)}, ${pick(random, AMOUNTS)}::numeric, ${pick(random, DOCS)}::jsonb FROM generate_series(1, ${1 + random(3)})`,
    () =>
      `UPDATE e SET word = ${pick(random, WORDS)} WHERE id > ${random(8)}; INSERT INTO e SELECT id, 1 - part, word FROM e o WHERE NOT EXISTS (SELECT FROM e WHERE e.id = o.id AND e.part <> o.part) LIMIT ${1 + random(3)}; DELETE FROM e WHERE id = ${1 + random(8)}`,
  ];
  return Array.from({ length: 1 + random(4) }, () => edits[random(edits.length)]?.() ?? "").join("; ");
}

function removeFromA(random: Random): string {
  const gone = `id % ${3 + random(4)} = 0`;
  return `UPDATE a SET boss = NULL WHERE boss IN (SELECT id FROM a WHERE ${gone}); DELETE FROM b WHERE a IN (SELECT id FROM a WHERE ${gone}); DELETE FROM a WHERE ${gone}`;
}

/** Every row takes the value of the next one, within a group; constraints are checked while it runs, so in two steps. */
function rotate(table: string, column: string, order: string, group = "1"): string {
  const away = column === "code" ? `'~' || ${column}` : `-${column}`;
  const back = column === "code" ? `substr(next, 2)` : `-next`;
  return `UPDATE ${table} SET ${column} = ${away};
    UPDATE ${table} t SET ${column} = ${back} FROM (SELECT ctid AS row, lead(${column}, 1, first) OVER (PARTITION BY ${group} ORDER BY ${order}) AS next FROM (SELECT ctid, *, first_value(${column}) OVER (PARTITION BY ${group} ORDER BY ${order}) AS first FROM ${table}) f) n WHERE n.row = t.ctid`;
}

/** What somebody else does afterwards. */
export function tamper(random: Random): string {
  const edits = [
    `UPDATE a SET word = 'tampered' || ${random(1000)} WHERE id % ${2 + random(3)} = 0`,
    `UPDATE c SET word = coalesce(word, '') || '!' WHERE x = ${random(3)}`,
    `DELETE FROM e WHERE id % 2 = ${random(2)}`,
    `INSERT INTO a VALUES (${1 + random(12)}, NULL, 'again ${random(1000)}', NULL, 1) ON CONFLICT DO NOTHING`,
    "UPDATE b SET doc = '{}'::json WHERE id % 3 = 0",
    `INSERT INTO e VALUES (${1 + random(8)}, ${random(2)}, 'back') ON CONFLICT DO NOTHING`,
  ];
  return [edits[random(edits.length)], edits[random(edits.length)]].join("; ");
}
