import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type CommandFolder, makeCommandFolder } from "../../testing/run-syncline.ts";

/** Tables of one tenant, each but the first refers to an earlier one; every fifth refers to itself too. */
const COUNT = 30;
const TENANCIES = ["schema", "database", "column"] as const;
type Tenancy = (typeof TENANCIES)[number];

let databases: { readonly source: TestDatabase; readonly target: TestDatabase };
let folder: CommandFolder;

beforeAll(async () => {
  databases = {
    source: await createTestDatabase("pairs_source"),
    target: await createTestDatabase("pairs_target"),
  };
});
afterAll(async () => {
  await databases.source.drop();
  await databases.target.drop();
});
beforeEach(() => async () => folder.remove());

const parentOf = (at: number) => (at * 7) % at;
const schemaOf = (tenancy: Tenancy) => (tenancy === "schema" ? "acme" : "public");

function tables(tenancy: Tenancy, schema: string): string {
  const column =
    tenancy === "column" ? { define: "tenant text NOT NULL, ", name: "tenant, " } : { define: "", name: "" };
  const statements = Array.from({ length: COUNT }, (_, at) => {
    const parent =
      at === 0 ? "" : `, FOREIGN KEY (${column.name}parent) REFERENCES ${schema}.t${parentOf(at)}`;
    const self = at % 5 === 0 ? `, FOREIGN KEY (${column.name}self) REFERENCES ${schema}.t${at}` : "";
    return `CREATE TABLE ${schema}.t${at} (${column.define}id int, parent int, self int, name text, amount numeric(12,2), at timestamptz,
      PRIMARY KEY (${column.name}id)${parent}${self})`;
  });
  return [`CREATE SCHEMA IF NOT EXISTS ${schema}`, ...statements].join(";");
}

/** `rows` rows a table; another `drift` gives other values and other keys. */
function fill(
  tenancy: Tenancy,
  schema: string,
  { tenant, rows, drift }: { tenant: string; rows: number; drift: number },
): string {
  const lead = tenancy === "column" ? `'${tenant}', ` : "";
  return Array.from(
    { length: COUNT },
    (
      _,
      at,
    ) => `INSERT INTO ${schema}.t${at} SELECT ${lead}n, ${at === 0 ? "NULL" : "n"}, ${at % 5 === 0 ? "nullif(n - 1, 0)" : "NULL"},
      'row ' || n + ${drift} * (n % 3), n * 1.25 + ${drift}, '2026-01-01'::timestamptz + n * interval '1 hour' FROM generate_series(1, ${rows}) n`,
  ).join(";");
}

async function build(
  database: TestDatabase,
  tenancy: Tenancy,
  side: { rows: number; drift: number },
): Promise<void> {
  const schema = schemaOf(tenancy);
  await database.query(
    [
      "DROP SCHEMA IF EXISTS syncline, acme, other, public CASCADE; CREATE SCHEMA public",
      tables(tenancy, schema),
      side.rows === 0 ? "SELECT" : fill(tenancy, schema, { tenant: "acme", ...side }),
      tables("schema", "other"),
      fill("schema", "other", { tenant: "", rows: 3, drift: 9 }),
      ...(tenancy === "column" ? [fill(tenancy, schema, { tenant: "rival", rows: 4, drift: 7 })] : []),
    ].join(";"),
  );
}

function configOf(source: Tenancy, target: Tenancy): string {
  const server = ({ url }: TestDatabase, kind: Tenancy) => ({
    url,
    tenancy: kind === "column" ? { kind, column: "tenant" } : { kind },
  });
  return JSON.stringify({
    version: 1,
    servers: { from: server(databases.source, source), to: server(databases.target, target) },
  });
}

function locator(name: "from" | "to", tenancy: Tenancy): string {
  const { source, target } = databases;
  const url = new URL(name === "from" ? source.url : target.url);
  return `${name}:${tenancy === "database" ? url.pathname.slice(1) : "acme"}:*`;
}

/** Rows of the tenant, or of everybody else, by plain SQL. */
async function hashOf(database: TestDatabase, tenancy: Tenancy, whose: "mine" | "others"): Promise<string> {
  const schema = schemaOf(tenancy);
  const tenant =
    tenancy === "column" ? (whose === "mine" ? "WHERE tenant = 'acme'" : "WHERE tenant <> 'acme'") : "";
  const lines = Array.from({ length: COUNT }, (_, at) => {
    const row = (from: string) =>
      `SELECT 't${at} ' || concat_ws(',', id, parent, self, name, amount, at AT TIME ZONE 'UTC') AS line FROM ${from}.t${at}`;
    if (whose === "mine") return `${row(schema)} ${tenant}`;
    return tenancy === "column" ? `${row("other")} UNION ALL ${row(schema)} ${tenant}` : row("other");
  });
  const [found] = await database.query<{ hash: string }>(
    `SELECT count(*) || ' ' || md5(string_agg(line, E'\\n' ORDER BY line COLLATE "C")) AS hash FROM (${lines.join(" UNION ALL ")}) l`,
  );
  return found?.hash ?? "";
}

const PAIRS = TENANCIES.flatMap((source) => TENANCIES.map((target) => [source, target] as const));

it.each(PAIRS)(
  "a tenant of %s tenancy into %s tenancy, first in bulk, then by difference",
  async (from, to) => {
    const { source, target } = databases;
    await build(source, from, { rows: 20, drift: 0 });
    await build(target, to, { rows: 0, drift: 0 });
    folder = await makeCommandFolder(configOf(from, to));
    const way = [locator("from", from), locator("to", to)];
    const wanted = await hashOf(source, from, "mine");
    const others = await hashOf(target, to, "others");
    const copy = async (method: string) => {
      const run = await folder.run(["copy", ...way, "--json"]);
      expect(run, run.stderr).toMatchObject({ code: 0 });
      expect(JSON.parse(run.stdout)).toMatchObject({ method, outcome: "applied" });
      expect(await hashOf(target, to, "mine")).toBe(wanted);
      expect(await hashOf(target, to, "others")).toBe(others);
      expect(await folder.run(["diff", ...way, "--exit-code"])).toMatchObject({ code: 0 });
    };
    await copy("bulk");
    await build(target, to, { rows: 23, drift: 5 });
    await copy("difference");
  },
  120_000,
);
