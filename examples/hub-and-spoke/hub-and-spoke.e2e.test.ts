import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runExample } from "../testing/run-example.ts";

const HERE = new URL("./", import.meta.url);
const ANNA = "00000000-0000-4000-8000-00000000000a";
const BEN = "00000000-0000-4000-8000-00000000000b";

let databases: Record<"hub" | "berlin" | "paris" | "control", TestDatabase>;
let state: string;

beforeAll(async () => {
  const names = ["hub", "berlin", "paris", "control"] as const;
  const made = await Promise.all(names.map((name) => createTestDatabase(`spoke_${name}`)));
  databases = Object.fromEntries(names.map((name, at) => [name, made[at]])) as typeof databases;
  const shape = await readFile(new URL("branch.sql", HERE), "utf8");
  for (const name of ["hub", "berlin", "paris"] as const) await databases[name].query(shape);
  state = await mkdtemp(join(tmpdir(), "syncline-spoke-"));
});
afterAll(async () => {
  await Promise.all(Object.values(databases).map((database) => database.drop()));
  await rm(state, { recursive: true, force: true });
});

const run = (...args: string[]) =>
  runExample(HERE, args, {
    HUB_URL: databases.hub.url,
    BERLIN_URL: databases.berlin.url,
    PARIS_URL: databases.paris.url,
    SYNCLINE_DATABASE_URL: databases.control.url,
  });
const cycle = () => run("service", "--mode", "bi-sync", "--once", "--state-directory", state);
const customers = (database: TestDatabase) =>
  database.query("SELECT id, name, city FROM customers ORDER BY id");

it("has a valid config, and all three places answer", async () => {
  const { code, stdout } = await run("config", "check");
  expect(code).toBe(0);
  for (const name of ["hub", "berlin", "paris"]) expect(stdout).toMatch(new RegExp(`✓ ${name} .* open`));
  expect(stdout).toMatch(/berlin +bi-sync +next/);
});

it("brings what one branch writes to the hub and to the other branch, deletes too", async () => {
  await databases.berlin.query(
    `INSERT INTO customers VALUES ('${ANNA}', 'Anna', 'Berlin'); INSERT INTO orders VALUES (gen_random_uuid(), '${ANNA}', 12.50)`,
  );
  await databases.paris.query(`INSERT INTO customers VALUES ('${BEN}', 'Ben', 'Paris')`);
  for (let times = 0; times < 2; times += 1) expect(await cycle(), "cycle").toMatchObject({ code: 0 });
  const both = [
    { id: ANNA, name: "Anna", city: "Berlin" },
    { id: BEN, name: "Ben", city: "Paris" },
  ];
  for (const name of ["hub", "berlin", "paris"] as const)
    expect(await customers(databases[name])).toEqual(both);
  expect(await databases.paris.query("SELECT total FROM orders")).toEqual([{ total: "12.50" }]);

  await databases.paris.query(`DELETE FROM customers WHERE id = '${BEN}'`);
  // Between berlin and the hub the newer row wins.
  await databases.hub.query(
    `UPDATE customers SET city = 'Bonn', updated_at = '2026-01-01' WHERE id = '${ANNA}'`,
  );
  await databases.berlin.query(
    `UPDATE customers SET city = 'Potsdam', updated_at = '2026-01-02' WHERE id = '${ANNA}'`,
  );
  for (let times = 0; times < 2; times += 1) expect(await cycle(), "cycle").toMatchObject({ code: 0 });
  for (const name of ["hub", "berlin", "paris"] as const)
    expect(await customers(databases[name])).toEqual([{ id: ANNA, name: "Anna", city: "Potsdam" }]);
});

it("keeps what both changed as a conflict where nobody settles it, and goes on with the rest", async () => {
  await databases.hub.query(`UPDATE customers SET name = 'Anna H.', updated_at = now() WHERE id = '${ANNA}'`);
  await databases.paris.query(
    `UPDATE customers SET name = 'Anna P.', updated_at = now() WHERE id = '${ANNA}'; INSERT INTO customers VALUES ('${BEN}', 'Ben', 'Lyon')`,
  );
  expect(await cycle()).toMatchObject({ code: 6 });
  expect(await customers(databases.paris)).toEqual([
    { id: ANNA, name: "Anna P.", city: "Potsdam" },
    { id: BEN, name: "Ben", city: "Lyon" },
  ]);
  expect(await customers(databases.hub)).toEqual([
    { id: ANNA, name: "Anna H.", city: "Potsdam" },
    { id: BEN, name: "Ben", city: "Lyon" },
  ]);
  const open = await databases.control.query(
    "SELECT table_name, columns FROM syncline_control.conflicts WHERE state = 'open'",
  );
  expect(open).toEqual([{ table_name: "customers", columns: expect.arrayContaining(["name"]) }]);
});
