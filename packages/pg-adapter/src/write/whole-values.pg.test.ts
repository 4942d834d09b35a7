import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { apply, insert, patchOf, table, undo, update } from "./testing/apply.fixture.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase("whole_values");
});
afterAll(() => database.drop());

beforeEach(() =>
  database.query(`DROP SCHEMA IF EXISTS syncline CASCADE; DROP TABLE IF EXISTS narrow; DROP DOMAIN IF EXISTS cents;
    CREATE DOMAIN cents AS numeric(10, 2) CHECK (VALUE >= 0);
    CREATE TABLE narrow (id integer PRIMARY KEY, amount numeric(10, 2), price cents, code varchar(5), at timestamp(0),
      took interval(0), list numeric(5, 1)[], ratio real, day date, pad char(3))`),
);

const rows = () => database.query("SELECT count(*)::text AS rows FROM narrow");

/** Made where the column is wider. */
it.each([
  ["amount", "numeric", "1.001"],
  ["price", "numeric", "1.001"],
  ["code", "character varying", "abcde   "],
  ["at", "timestamp without time zone", "2020-01-01 00:00:00.6"],
  ["took", "interval", "00:00:01.5"],
  ["list", "numeric[]", "{1.23}"],
  ["ratio", "real", "0.1234567890123"],
  ["day", "date", "2020-01-01 10:00:00"],
])("refuses what column %s would round or cut", async (column, type, value) => {
  const patch = patchOf(
    [table("narrow", `id integer, ${column} ${type}`, "id")],
    [insert("narrow", { id: "1" }, { id: "1", [column]: value })],
  );
  await expect(apply(database.url, patch)).rejects.toMatchObject({
    code: "schema.changed",
    message: expect.stringContaining(`"${column}"`),
  });
  expect(await rows()).toEqual([{ rows: "0" }]);
});

it("takes what fits, and takes it back", async () => {
  const patch = patchOf(
    [
      table(
        "narrow",
        "id integer, amount numeric, price numeric, code character varying, at timestamp without time zone, took interval, list numeric[], ratio real, day date, pad character",
        "id",
      ),
    ],
    [
      insert(
        "narrow",
        { id: "1" },
        {
          id: "1",
          amount: "1.10",
          price: "2.00",
          code: "abcde",
          at: "2020-01-01 00:00:01",
          took: "00:00:02",
          list: "{1.2}",
          ratio: "0.1",
          day: "2020-01-01 00:00:00",
          pad: "a",
        },
      ),
    ],
  );
  expect(await apply(database.url, patch)).toMatchObject({ outcome: "applied" });
  expect(await apply(database.url, patch)).toMatchObject({ outcome: "already-applied" });
  expect(await undo(database.url, patch.header.id)).toMatchObject({ outcome: "applied" });
  expect(await rows()).toEqual([{ rows: "0" }]);
});

it("judges old values of floats by all of their digits, whatever the role prints", async () => {
  await database.query(`CREATE TABLE IF NOT EXISTS shapes (id integer PRIMARY KEY, list double precision[]);
    INSERT INTO shapes VALUES (1, '{0.12345678901239}')`);
  const patch = patchOf(
    [table("shapes", "id integer, list double precision[]", "id")],
    [update("shapes", { id: "1" }, { list: "{0.12345678901234}" }, { list: "{0.9}" })],
  );
  await database.query(`ALTER DATABASE ${database.name} SET extra_float_digits = -10`);
  expect(await apply(database.url, patch)).toMatchObject({ outcome: "conflicts", conflictCount: 1 });
  expect(await database.query("SELECT list[1] = 0.12345678901239 AS kept FROM shapes")).toEqual([
    { kept: true },
  ]);
});
