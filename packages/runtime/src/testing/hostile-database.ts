const FRAGMENTS = [
  "\n\\! touch pwned\n",
  "\n\\copy (SELECT 1) TO pwned\n",
  "\n\\o pwned\n",
  "\\! touch pwned",
  "\\\\! touch pwned",
  "\\.\n",
  "\n\\.\n\\! touch pwned\n",
  "\n\\.\r\n",
  "$$",
  "$_$",
  "$function$",
  "'",
  "''",
  '"',
  '""',
  "\\",
  "\\'",
  "E'",
  ";",
  "; DROP TABLE x;",
  "--",
  "\n-- Name: x\n\\! touch pwned\n",
  "/*",
  "*/",
  ":USER",
  ":'HOST'",
  ':"DBNAME"',
  "`touch pwned`",
  "\r\n",
  "\r",
  "\t",
  "\\N",
  "NULL",
  "(",
  ")",
  "BEGIN",
  "END",
  "😀",
  "Ü",
  "\u2028",
  "%s",
  " ",
  "\u0001",
  "select",
];

export type Random = () => number;

/** A seeded generator of numbers from 0 to 1 (mulberry32). */
export function seededRandom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export function hostileText(random: Random, most: number): string {
  const count = 1 + Math.floor(random() * most);
  return Array.from({ length: count }, () => FRAGMENTS[Math.floor(random() * FRAGMENTS.length)] ?? "").join(
    "",
  );
}

/** At most 63 bytes and never twice the same: `at` stands in front, and many names share their first bytes. */
export function hostileName(random: Random, at: number): string {
  const text = `${at.toString(36)}${random() < 0.2 ? "x".repeat(60) : hostileText(random, 5)}`;
  let name = "";
  for (const char of text) {
    if (Buffer.byteLength(name + char) > 63) break;
    name += char;
  }
  return name;
}

const identifier = (name: string) => `"${name.replaceAll('"', '""')}"`;
const literal = (text: string) => ` E'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;

export interface HostileDatabase {
  readonly sql: string;
  /** Names and values in it. */
  readonly count: number;
}

/** Every kind of object that has a name, each with a hostile one, and rows of hostile values. */
export function hostileDatabase(random: Random): HostileDatabase {
  let names = 0;
  let texts = 0;
  const name = () => {
    names += 1;
    return identifier(hostileName(random, names));
  };
  const text = () => {
    texts += 1;
    return literal(hostileText(random, 12));
  };
  const [schema, type, table, child, view] = [name(), name(), name(), name(), name()];
  const [key, value, label, body] = [name(), name(), text(), name()];
  const [fn, trigger] = [name(), name()];
  const tag = "$syncline_test$";
  const source = `BEGIN /* ${hostileText(random, 6).replaceAll("*/", "").replaceAll("/*", "")} */ RETURN NEW; END`;
  const rows = Array.from({ length: 12 }, (_, at) => `(${at}, ${text()}, ${label})`);
  const sql = `CREATE SCHEMA ${schema};
    CREATE TYPE ${schema}.${type} AS ENUM (${labelOf(label)}, 'plain');
    CREATE TABLE ${schema}.${table} (${key} int CONSTRAINT ${name()} PRIMARY KEY, ${value} text DEFAULT ${text()}, ${body} text,
      CONSTRAINT ${name()} CHECK (${value} <> ${text()}));
    CREATE TABLE ${schema}.${child} (${key} serial, ${value} ${schema}.${type} DEFAULT 'plain', CONSTRAINT ${name()} FOREIGN KEY (${key}) REFERENCES ${schema}.${table});
    CREATE INDEX ${name()} ON ${schema}.${table} (${value}) WHERE ${value} <> ${text()};
    CREATE FUNCTION ${schema}.${fn}() RETURNS trigger LANGUAGE plpgsql AS ${tag}${source}${tag};
    CREATE TRIGGER ${trigger} BEFORE UPDATE ON ${schema}.${table} FOR EACH ROW WHEN (NEW.${value} <> ${text()}) EXECUTE FUNCTION ${schema}.${fn}(${text()});
    CREATE VIEW ${schema}.${view} AS SELECT ${key}, ${value} || ${text()} AS ${name()} FROM ${schema}.${table};
    CREATE SEQUENCE ${schema}.${name()};
    ALTER TABLE ${schema}.${table} ENABLE ROW LEVEL SECURITY;
    CREATE POLICY ${name()} ON ${schema}.${table} USING (${value} <> ${text()});
    COMMENT ON SCHEMA ${schema} IS ${text()};
    COMMENT ON TABLE ${schema}.${table} IS ${text()};
    COMMENT ON COLUMN ${schema}.${table}.${value} IS ${text()};
    COMMENT ON FUNCTION ${schema}.${fn}() IS ${text()};
    INSERT INTO ${schema}.${table} VALUES ${rows.join(", ")};
    INSERT INTO ${schema}.${child} (${key}) VALUES (1), (2);`;
  return { sql, count: names + texts };
}

/** Labels of an enum are names too: at most 63 bytes. */
function labelOf(text: string): string {
  return Buffer.byteLength(text) > 60 ? "'short'" : text;
}
