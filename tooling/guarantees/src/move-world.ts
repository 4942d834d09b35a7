import type { TestDatabase } from "@syncline/tooling-test-postgres";
import type { Random } from "./random.ts";

/** How a side keeps its tenants apart. */
export const TENANCIES = ["schema", "database", "column"] as const;
export type TenancyKind = (typeof TENANCIES)[number];

/** Tables that a move may name: a root, what belongs to it, and rows without a key. */
export const WORLD_TABLES = ["account", "item", "note"] as const;
/** Lies beside them, refers to them and is never named. */
export const BYSTANDER = "attachment";

export interface WorldSide {
  readonly tenancy: TenancyKind;
  readonly schema: string;
  /** Value of the tenant column, or null. */
  readonly tenant: string | null;
}

/** Where tenant `mine` lies under a tenancy. */
export function sideOf(tenancy: TenancyKind): WorldSide {
  return {
    tenancy,
    schema: tenancy === "schema" ? "mine" : "public",
    tenant: tenancy === "column" ? "mine" : null,
  };
}

const COLUMN = { definition: "tenant text NOT NULL, ", key: "tenant, ", columns: "tenant, " };
const NONE = { definition: "", key: "", columns: "" };

function tables(schema: string, column: boolean, cascade: boolean): string {
  const { definition, key } = column ? COLUMN : NONE;
  const action = cascade ? "ON DELETE CASCADE" : "";
  return `CREATE SCHEMA IF NOT EXISTS ${schema};
    CREATE TABLE ${schema}.account (${definition}id int, status text, score int, updated_at timestamptz, PRIMARY KEY (${key}id));
    CREATE TABLE ${schema}.item (${definition}id int, owner int, name text, updated_at timestamptz, PRIMARY KEY (${key}id),
      FOREIGN KEY (${key}owner) REFERENCES ${schema}.account);
    CREATE TABLE ${schema}.note (${definition}text text, updated_at timestamptz);
    CREATE TABLE ${schema}.attachment (${definition}id int, item int, PRIMARY KEY (${key}id), FOREIGN KEY (${key}item) REFERENCES ${schema}.item ${action});`;
}

/** Rows of one tenant; every call draws others under partly the same keys. */
function rows(random: Random, schema: string, tenant: string | null): string {
  const lead = tenant === null ? "" : `'${tenant}', `;
  const columns = tenant === null ? "" : "tenant, ";
  const stamp = () => `'2026-01-01 00:00:00+00'::timestamptz + interval '${random.integer(0, 3)} hours'`;
  const statements: string[] = [];
  const accounts = Array.from({ length: 12 }, (_, at) => at + 1).filter(() => random.chance(0.7));
  for (const id of accounts) {
    const status = random.pick(["open", "closed"]);
    statements.push(
      `INSERT INTO ${schema}.account (${columns}id, status, score, updated_at) VALUES (${lead}${id}, '${status}', ${random.integer(0, 3)}, ${stamp()})`,
    );
  }
  for (let id = 1; id <= 15 && accounts.length > 0; id += 1) {
    if (!random.chance(0.7)) continue;
    statements.push(
      `INSERT INTO ${schema}.item (${columns}id, owner, name, updated_at) VALUES (${lead}${id}, ${random.pick(accounts)}, 'name ${random.integer(0, 2)}', ${stamp()})`,
    );
    if (random.chance(0.15))
      statements.push(`INSERT INTO ${schema}.attachment (${columns}id, item) VALUES (${lead}${id}, ${id})`);
  }
  for (let at = random.integer(0, 5); at > 0; at -= 1)
    statements.push(
      `INSERT INTO ${schema}.note (${columns}text, updated_at) VALUES (${lead}'text ${random.integer(0, 2)}', '2026-01-01')`,
    );
  return statements.join(";\n");
}

/** Makes a database hold tenant `mine`, other tenants under the same keys, and tables that nobody names. */
export async function buildWorld(database: TestDatabase, side: WorldSide, random: Random): Promise<void> {
  const cascade = random.chance(0.5);
  const column = side.tenancy === "column";
  const statements = [
    "DROP SCHEMA IF EXISTS syncline CASCADE",
    "DROP SCHEMA IF EXISTS public CASCADE",
    "DROP SCHEMA IF EXISTS mine CASCADE",
    "DROP SCHEMA IF EXISTS theirs CASCADE",
    tables(side.schema, column, cascade),
    rows(random, side.schema, side.tenant),
    tables("theirs", false, cascade),
    rows(random, "theirs", null),
    ...(column ? [rows(random, side.schema, "theirs"), rows(random, side.schema, "others")] : []),
  ];
  await database.query(statements.join(";\n"));
}

/** Rows of a table that a move may touch, as an SQL condition on its alias `r`; false for all others. */
export type Reachable = (schema: string, table: string) => string;

/** md5 over every row of the database that the move may not touch, and over the definitions. */
export async function hashOutside(database: TestDatabase, reachable: Reachable): Promise<string> {
  const found = await database.query<{ schema: string; name: string }>(
    `SELECT n.nspname AS schema, c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind = 'r' AND n.nspname <> 'syncline' AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' ORDER BY 1, 2`,
  );
  const parts = found.map(
    ({ schema, name }) =>
      `SELECT '${schema}.${name} ' || r::text AS line FROM "${schema}"."${name}" r WHERE (${reachable(schema, name)}) IS NOT TRUE`,
  );
  const [row] = await database.query<{ hash: string }>(
    `SELECT count(*) || ' ' || md5(coalesce(string_agg(line, E'\\n' ORDER BY line COLLATE "C"), '')) AS hash FROM (${parts.join(" UNION ALL ")}) every`,
  );
  return row?.hash ?? "";
}

/** The same over everything. */
export function hashAll(database: TestDatabase): Promise<string> {
  return hashOutside(database, () => "false");
}
