import { readFile } from "node:fs/promises";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runExample } from "../testing/run-example.ts";

const HERE = new URL("./", import.meta.url);
const sql = (file: string) => readFile(new URL(file, HERE), "utf8");

let shared: TestDatabase;
let schemas: TestDatabase;
let own: TestDatabase;
const servers = () => ({ SHARED_URL: shared.url, SCHEMAS_URL: schemas.url, DATABASES_URL: own.url });
const syncline = (...args: string[]) => runExample(HERE, args, servers());

beforeAll(async () => {
  [shared, schemas, own] = (await Promise.all(
    ["shared", "schemas", "own"].map((name) => createTestDatabase(name)),
  )) as [TestDatabase, TestDatabase, TestDatabase];
  await shared.query(await sql("shared.sql"));
  await schemas.query(
    `CREATE SCHEMA acme; CREATE SCHEMA initech; SET search_path = acme; ${await sql("own.sql")};
     SET search_path = initech; ${await sql("own.sql")}; INSERT INTO initech.customers VALUES (1, 'only@initech.example', 7)`,
  );
  await own.query(await sql("own.sql"));
});
afterAll(() => Promise.all([shared, schemas, own].map((database) => database?.drop())));

it("moves one customer out of the shared tables into a schema, and on into a database", async () => {
  const first = await syncline("copy", "shared:acme:*", "schemas:acme:*", "--yes", "--json");
  expect(first, first.stderr).toMatchObject({ code: 0 });
  const next = await syncline("copy", "schemas:acme:*", `databases:${own.name}:*`, "--yes");
  expect(next, next.stderr).toMatchObject({ code: 0 });

  const [customers] = await own.query(
    "SELECT count(*)::int AS n, sum(credit) AS credit, min(email) AS email FROM customers",
  );
  expect(customers).toEqual({ n: 40, credit: "1230.00", email: "c10@acme.example" });
  const [orders] = await own.query(
    "SELECT count(*)::int AS n, sum((lines -> 0 ->> 'qty')::int)::int AS qty FROM orders",
  );
  expect(orders).toEqual({ n: 120, qty: 240 });
  const diff = await syncline("diff", "shared:acme:*", `databases:${own.name}:*`, "--exit-code");
  expect(diff, diff.stdout).toMatchObject({ code: 0 });
});

it("leaves every other customer as it was", async () => {
  expect(await schemas.query("SELECT * FROM initech.customers")).toEqual([
    { id: 1, email: "only@initech.example", credit: "7.00" },
  ]);
  const [globex] = await shared.query(
    "SELECT count(*)::int AS n FROM app.customers WHERE tenant_id = 'globex'",
  );
  expect(globex).toEqual({ n: 40 });
});

it("refuses the way back, which the flows do not name", async () => {
  const back = await syncline("copy", "schemas:acme:*", "shared:globex:*", "--yes");
  expect(back.code).toBe(7);
  expect(back.stderr).toContain("schemas");
  const [globex] = await shared.query("SELECT count(*)::int AS n FROM app.orders WHERE tenant_id = 'globex'");
  expect(globex).toEqual({ n: 120 });
});
