import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Side } from "../read/testing/compare-databases.ts";
import { copy, digest } from "./testing/copy-databases.ts";

const TENANTS = ["acme", "globex"] as const;
const TABLES = Array.from({ length: 30 }, (_, at) => `t${String(at).padStart(2, "0")}`);

/** Thirty tables, each referencing the one before; `column` adds the tenant to every key. */
function shape(schema: string, column: boolean): string {
  const tables = TABLES.map((table, at) => {
    const tenant = column ? "tenant text NOT NULL, " : "";
    const key = column ? "tenant, id" : "id";
    const parent = TABLES[at - 1];
    const reference =
      parent === undefined
        ? ""
        : `, FOREIGN KEY (${column ? "tenant, up" : "up"}) REFERENCES ${schema}.${parent}`;
    return `CREATE TABLE ${schema}.${table} (id int NOT NULL, ${tenant}up int, name text, amount numeric(8,2), PRIMARY KEY (${key})${reference})`;
  });
  return tables.join(";");
}

function rows(schema: string, tenant: string, column: boolean): string {
  return TABLES.map(
    (table, at) => `INSERT INTO ${schema}.${table} (id, ${column ? "tenant, " : ""}up, name, amount)
      SELECT n, ${column ? `'${tenant}', ` : ""}${at === 0 ? "NULL" : "n"}, '${tenant} ${table} ' || n, n / 7.0 FROM generate_series(1, 25) n`,
  ).join(";");
}

interface Mode {
  readonly name: string;
  readonly side: (database: TestDatabase, tenant: string) => Side;
  readonly schema: (tenant: string) => string;
  readonly where: (tenant: string) => string;
}

const MODES: readonly Mode[] = [
  {
    name: "database",
    side: ({ url }) => ({ url, schema: "public" }),
    schema: () => "public",
    where: () => "true",
  },
  {
    name: "schema",
    side: ({ url }, tenant) => ({ url, schema: `s_${tenant}` }),
    schema: (tenant) => `s_${tenant}`,
    where: () => "true",
  },
  {
    name: "column",
    side: ({ url }, tenant) => ({ url, schema: "shared", tenantColumn: { name: "tenant", value: tenant } }),
    schema: () => "shared",
    where: (tenant) => `tenant = '${tenant}'`,
  },
];

let source: TestDatabase;
let target: TestDatabase;
beforeAll(async () => {
  [source, target] = await Promise.all([
    createTestDatabase("tenant_source"),
    createTestDatabase("tenant_target"),
  ]);
  for (const database of [source, target]) {
    await database.query(`CREATE SCHEMA shared; ${shape("public", false)}; ${shape("shared", true)}`);
    for (const tenant of TENANTS)
      await database.query(`CREATE SCHEMA s_${tenant}; ${shape(`s_${tenant}`, false)}`);
  }
  await source.query(rows("public", "acme", false));
  for (const tenant of TENANTS)
    await source.query(`${rows(`s_${tenant}`, tenant, false)}; ${rows("shared", tenant, true)}`);
}, 60_000);
afterAll(() => Promise.all([source?.drop(), target?.drop()]));

/** Every row of every table that is not of this tenant. */
async function others(mode: Mode, tenant: string): Promise<string> {
  const counts = ["public", "shared", "s_acme", "s_globex"].flatMap((schema) =>
    TABLES.map((table) => {
      const own = schema === mode.schema(tenant) ? ` WHERE NOT (${mode.where(tenant)})` : "";
      return `SELECT '${schema}.${table}' AS name, count(*), sum(hashtextextended(t::text, 0)) FROM ${schema}.${table} t${own}`;
    }),
  );
  return digest(target.url, counts.join(" UNION ALL "));
}

describe.each(MODES)("from a tenant that is a $name", { timeout: 60_000 }, (from) => {
  it.each(MODES)("to one that is a $name", async (to) => {
    const tenant = "globex";
    await target.query(
      ["shared", "public", "s_globex"]
        .map((schema) => `TRUNCATE ${TABLES.map((t) => `${schema}.${t}`).join(", ")}`)
        .join(";"),
    );
    await target.query(rows("shared", "stranger", true));
    const untouched = await others(to, tenant);
    const result = await copy(from.side(source, "acme"), to.side(target, tenant));
    expect(result).toMatchObject({ outcome: "copied", rows: 30 * 25 });
    for (const table of TABLES) {
      const query = (mode: Mode, name: string) =>
        `SELECT id, up, name, amount FROM ${mode.schema(name)}.${table} WHERE ${mode.where(name)}`;
      expect(await digest(target.url, query(to, tenant))).toBe(await digest(source.url, query(from, "acme")));
    }
    expect(await others(to, tenant)).toBe(untouched);
    expect(await copy(from.side(source, "acme"), to.side(target, tenant))).toMatchObject({
      outcome: "unsuitable",
    });
  });
});

it("from one tenant to another of the very same tables", async () => {
  const column = MODES[2] as Mode;
  await source.query(rows("shared", "stranger", true));
  const result = await copy(column.side(source, "acme"), column.side(source, "newcomer"));
  expect(result).toMatchObject({ outcome: "copied", rows: 30 * 25 });
  for (const table of TABLES) {
    const query = (tenant: string) =>
      `SELECT id, up, name, amount FROM shared.${table} WHERE tenant = '${tenant}'`;
    expect(await digest(source.url, query("newcomer"))).toBe(await digest(source.url, query("acme")));
    expect(await digest(source.url, query("stranger"))).toMatch(/^25 /);
  }
});
