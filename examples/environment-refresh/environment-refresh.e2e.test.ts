import { readFile } from "node:fs/promises";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runExample } from "../testing/run-example.ts";

const HERE = new URL("./", import.meta.url);
const sql = (file: string) => readFile(new URL(file, HERE), "utf8");
const REAL = /real|TAX-9|7946|ffd8ff|argon2id/i;

let production: TestDatabase;
let staging: TestDatabase;
const syncline = (...args: string[]) =>
  runExample(HERE, args, {
    PRODUCTION_URL: production.url,
    STAGING_URL: staging.url,
    SYNCLINE_MASK_KEY: "an example of a secret of enough bytes",
  });
const refresh = () => syncline("copy", "production:acme:*", "staging:acme:*", "--mask", "people", "--yes");

beforeAll(async () => {
  production = await createTestDatabase("refresh_production");
  staging = await createTestDatabase("refresh_staging");
  const tenant = async (name: string) =>
    `CREATE SCHEMA ${name}; SET search_path = ${name}; ${await sql("schema.sql")};`;
  await production.query(`${await tenant("acme")} ${await sql("production.sql")}`);
  await staging.query(await tenant("acme"));
  await staging.query(
    `${await tenant("globex")} INSERT INTO globex.users VALUES (1, 'kept@globex.example', 'Kept', NULL, NULL, NULL)`,
  );
});
afterAll(() => Promise.all([production?.drop(), staging?.drop()]));

/** Every row of the tenant as text. */
async function rows(database: TestDatabase): Promise<string> {
  const tables = ["users", "logins", "invoices"].map((table) => `SELECT t::text AS row FROM acme.${table} t`);
  return JSON.stringify(await database.query(`${tables.join(" UNION ALL ")} ORDER BY 1`));
}

it("fills staging with masked rows whose references hold", async () => {
  const first = await refresh();
  expect(first, first.stderr).toMatchObject({ code: 0 });
  expect(await rows(staging)).not.toMatch(REAL);
  expect(`${first.stdout}${first.stderr}`).not.toMatch(REAL);
  const [joined] = await staging.query(
    `SELECT count(*)::int AS n, count(DISTINCT u.tax_id)::int AS taxes, sum(i.amount) AS amount FROM acme.users u
     JOIN acme.logins l USING (email) JOIN acme.invoices i ON i.user_id = u.id WHERE u.email LIKE '%@example.com'`,
  );
  expect(joined).toEqual({ n: 200, taxes: 60, amount: "25125.00" });
});

it("changes only what changed in production, and can be taken back", async () => {
  const before = await rows(staging);
  await production.query(
    "UPDATE acme.users SET plan = 'team' WHERE id = 7; DELETE FROM acme.invoices WHERE id = 200",
  );
  const diff = await syncline("diff", "production:acme:*", "staging:acme:*", "--mask", "people", "--json");
  expect(JSON.parse(diff.stdout)).toMatchObject({ summary: { to_insert: 0, to_update: 1, to_delete: 1 } });
  const second = await refresh();
  expect(second, second.stderr).toMatchObject({ code: 0 });
  expect(await staging.query("SELECT plan FROM acme.users WHERE id = 7")).toEqual([{ plan: "team" }]);
  expect(await rows(staging)).not.toMatch(REAL);
  const id = /syncline undo (\S+)/.exec(`${second.stdout}${second.stderr}`)?.[1] ?? "";
  const undone = await syncline("undo", id, "staging:acme:*", "--yes");
  expect(undone, undone.stderr).toMatchObject({ code: 0 });
  expect(await rows(staging)).toBe(before);
});

it("touches no other tenant, and lets nothing through without masks", async () => {
  expect(await staging.query("SELECT email FROM globex.users")).toEqual([{ email: "kept@globex.example" }]);
  const bare = await syncline("copy", "production:acme:*", "staging:acme:*", "--yes");
  expect(bare.code).toBe(7);
  const back = await syncline("copy", "staging:acme:*", "production:acme:*", "--yes");
  expect(back.code).not.toBe(0);
  expect(await rows(production)).toMatch(REAL);
});
