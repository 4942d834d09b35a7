import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { RowFormat } from "@syncline/engine";
import {
  createTestDatabase,
  type TestDatabase,
  TYPE_ZOO,
  ZOO_TYPES,
  zooStatements,
} from "@syncline/tooling-test-postgres";
import { recordGuarantee, scaled, seed } from "@syncline/tooling-vitest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seededRandom } from "./testing/hostile-database.ts";
import { pull, push, type RoundTripFolder, roundTripFolder, rowFiles } from "./testing/row-round-trip.ts";

const FORMATS: readonly RowFormat[] = ["ndjson", "json", "yaml", "csv"];
const ROWS = Math.max(...TYPE_ZOO.map(({ samples }) => samples.length)) + 1;

/** What sessions of a database begin with; none of it may change a byte of a file. */
const SETTINGS: readonly Readonly<Record<string, string>>[] = [
  { DateStyle: "'SQL, DMY'", TimeZone: "'America/St_Johns'" },
  { DateStyle: "'German'", IntervalStyle: "'sql_standard'", TimeZone: "'Asia/Kathmandu'" },
  { DateStyle: "'Postgres, MDY'", IntervalStyle: "'iso_8601'", extra_float_digits: "-10" },
  { bytea_output: "'escape'", extra_float_digits: "0", xmloption: "'document'" },
  { client_encoding: "'LATIN1'", IntervalStyle: "'postgres_verbose'" },
  { standard_conforming_strings: "off", backslash_quote: "'on'", escape_string_warning: "off" },
  { array_nulls: "off", search_path: "'nowhere'", quote_all_identifiers: "on" },
  {
    lc_monetary: "'C'",
    statement_timeout: "'30s'",
    row_security: "on",
    default_transaction_read_only: "off",
  },
];

let source: TestDatabase;
let target: TestDatabase;
let folder: RoundTripFolder;
beforeAll(async () => {
  source = await createTestDatabase("files_source");
  target = await createTestDatabase("files_target");
  folder = await roundTripFolder();
  for (const statements of [...ZOO_TYPES, zooStatements("zoo")])
    for (const database of [source, target]) await database.query(statements);
});
afterAll(async () => {
  await folder.remove();
  await source.drop();
  await target.drop();
});

async function applySettings(
  database: TestDatabase,
  settings: Readonly<Record<string, string>>,
): Promise<void> {
  await database.query(`ALTER DATABASE "${database.name}" RESET ALL`);
  for (const [name, value] of Object.entries(settings))
    await database.query(`ALTER DATABASE "${database.name}" SET ${name} = ${value}`);
}

/** Every row as the server prints it; both databases have no settings of their own then. */
function printed(database: TestDatabase, table: string): Promise<{ row: string }[]> {
  return database.query(`SELECT t::text AS row FROM public.${table} t ORDER BY 1`);
}

describe("row files (G8)", () => {
  it("carry the type zoo through every format, whatever the settings of either side", {
    timeout: 600_000,
  }, async () => {
    const failures: string[] = [];
    const rounds = SETTINGS.flatMap((_, index) => FORMATS.map((format) => ({ format, index })));
    const chosen = rounds.filter(
      ({ format, index }) => scaled(20) === 20 || FORMATS[index % FORMATS.length] === format,
    );
    const first = new Map<RowFormat, string>();
    for (const { format, index } of chosen) {
      await applySettings(source, SETTINGS[index] ?? {});
      await applySettings(target, SETTINGS[(index + 3) % SETTINGS.length] ?? {});
      await target.query("TRUNCATE public.zoo");
      const [there, back] = [join(folder.path, "there"), join(folder.path, "back")];
      await pull(await folder.place(source.url), there, format);
      const moved = await push(there, await folder.place(target.url));
      if (moved !== ROWS) failures.push(`${format} ${index}: ${moved} rows moved, expected ${ROWS}`);
      await pull(await folder.place(target.url), back, format);
      const [a, b] = [await rowFiles(there), await rowFiles(back)];
      const text = [...a.values()].join("");
      if (text !== (first.get(format) ?? text))
        failures.push(`${format} ${index}: the file depends on the settings`);
      first.set(format, text);
      if (JSON.stringify([...a]) !== JSON.stringify([...b]))
        failures.push(`${format} ${index}: not byte-identical`);
      await applySettings(source, {});
      await applySettings(target, {});
      const [left, right] = [await printed(source, "zoo"), await printed(target, "zoo")];
      if (JSON.stringify(left) !== JSON.stringify(right))
        failures.push(`${format} ${index}: the server sees other rows`);
      await rm(there, { recursive: true });
      await rm(back, { recursive: true });
    }
    recordGuarantee({
      id: "G8",
      claim: "the type zoo survives every format under every setting, byte for byte",
      figure: `${chosen.length} round trips of ${TYPE_ZOO.length} types through ${FORMATS.length} formats and ${SETTINGS.length} combinations of settings`,
      failures: failures.length,
    });
    expect(failures).toEqual([]);
  });

  it("carry generated tables through every format", { timeout: 3_600_000 }, async () => {
    const random = seededRandom(seed);
    const failures: string[] = [];
    const cases = scaled(300);
    for (const database of [source, target]) await applySettings(database, {});
    await source.query("DROP TABLE IF EXISTS public.zoo");
    await target.query("DROP TABLE IF EXISTS public.zoo");
    for (let at = 0; at < cases; at += 1) {
      const format = FORMATS[at % FORMATS.length] as RowFormat;
      const table = generateTable(random);
      await source.query(`${table.create}; ${table.fill}`);
      await target.query(table.create);
      const [there, back] = [join(folder.path, "there"), join(folder.path, "back")];
      try {
        await pull(await folder.place(source.url), there, format);
        await push(there, await folder.place(target.url));
        if ((await push(there, await folder.place(target.url))) !== 0)
          failures.push(`table ${at}: not equal after the push`);
        await pull(await folder.place(target.url), back, format);
        const [a, b] = [await rowFiles(there), await rowFiles(back)].map((files) =>
          JSON.stringify(table.keyed ? [...files] : sortedLines(files)),
        );
        if (a !== b) failures.push(`table ${at} as ${format}: not byte-identical`);
      } catch (error) {
        failures.push(`table ${at} as ${format}: ${String(error)}\n${table.create}`);
      }
      await rm(there, { recursive: true, force: true });
      await rm(back, { recursive: true, force: true });
      for (const database of [source, target]) await database.query(`DROP TABLE ${table.name}`);
    }
    recordGuarantee({
      id: "G8",
      claim: "generated tables survive pull, push and pull, byte for byte",
      figure: `${cases} generated tables`,
      failures: failures.length,
    });
    expect(failures).toEqual([]);
  });
});

/** Rows without a key have no order. */
function sortedLines(files: ReadonlyMap<string, string>) {
  return [...files].map(([name, text]) => [name, text.replaceAll(/,\n/g, "\n").split("\n").sort()]);
}

const NAMES = [
  "id",
  "Name",
  "a b",
  'q"uote',
  "constructor",
  "__proto__",
  "yes",
  "ключ",
  "a,b",
  "new\nline",
  "x:",
  "-",
  "select",
  "é",
  "#",
  "'",
];

interface GeneratedTable {
  readonly name: string;
  readonly create: string;
  readonly fill: string;
  readonly keyed: boolean;
}

function generateTable(random: () => number): GeneratedTable {
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)] as T;
  const quote = (name: string) => `"${name.replaceAll('"', '""')}"`;
  const name = quote(pick(["t", "T", "../t", "con", "a.b", "таблица", "x".repeat(63), "t t"]));
  const columns = [...new Set(Array.from({ length: 1 + Math.floor(random() * 10) }, () => pick(NAMES)))]
    .filter((column) => column !== "id")
    .map((column) => ({ column, ...pick(TYPE_ZOO.filter((one) => !one.type.includes("COLLATE"))) }));
  const key = pick(["primary", "text", "unique", "none"]);
  const first = key === "text" ? '"id" text COLLATE "C"' : '"id" integer';
  const constraint =
    { primary: ', PRIMARY KEY ("id")', text: ', PRIMARY KEY ("id")', unique: ', UNIQUE ("id")', none: "" }[
      key
    ] ?? "";
  const body = columns.map(({ column, type }) => `, ${quote(column)} ${type}`).join("");
  const rows = Array.from({ length: Math.floor(random() * 40) }, (_, row) => {
    const values = columns.map(({ samples, type }) =>
      random() < 0.2 ? "NULL" : `(${pick(samples)})::${type}`,
    );
    const id =
      key === "text"
        ? `'${pick(["", " ", "é", "Z", "z", "\n"])}${row}'`
        : key === "unique" && random() < 0.2
          ? "NULL"
          : String(row - 5);
    return `(${[id, ...values].join(", ")})`;
  });
  return {
    name,
    create: `CREATE TABLE ${name} (${first}${body}${constraint})`,
    fill: rows.length === 0 ? "" : `INSERT INTO ${name} VALUES ${rows.join(", ")}`,
    keyed: key === "primary" || key === "text",
  };
}
