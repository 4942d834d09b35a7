import { setTimeout as sleep } from "node:timers/promises";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, expect, it } from "vitest";
import { apply, patchOf, table, update } from "./testing/apply.fixture.ts";
import { roundTrip } from "./testing/round-trip.fixture.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase("swaps");
});
afterAll(() => database.drop());

it("NULL that counts as a value is handed on like any other", async () => {
  const { rows: version } = {
    rows: await database.query("SELECT current_setting('server_version_num')::int AS v"),
  };
  if (Number(version[0]?.["v"]) < 150000) return;
  await roundTrip(database, {
    setup: `CREATE TABLE t (id int PRIMARY KEY, u int CONSTRAINT t_u UNIQUE NULLS NOT DISTINCT);
      INSERT INTO t VALUES (1, NULL), (2, 5), (3, 6)`,
    edit: "ALTER TABLE t DROP CONSTRAINT t_u; UPDATE t SET u = CASE id WHEN 1 THEN 5 END WHERE id < 3",
  });
});

/** The expression of the unique index lets the test see how far the application is, and holds it up there. */
const GATE = `DROP SCHEMA IF EXISTS syncline CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public;
  CREATE SEQUENCE calls;
  CREATE FUNCTION gate(text) RETURNS text IMMUTABLE LANGUAGE plpgsql AS $$ BEGIN
    IF current_setting('application_name') = 'syncline-test' THEN
      PERFORM nextval('public.calls'); PERFORM pg_sleep(0.2);
    END IF;
    RETURN $1;
  END $$;
  CREATE TABLE t (id int PRIMARY KEY, code text NOT NULL); CREATE UNIQUE INDEX t_code ON t (gate(code));
  INSERT INTO t VALUES (1, 'a'), (2, 'b')`;

/** Two rounds fail at the first row; then it is looked up who takes whose value. */
const LOOKING = 3;

it("a row that changes between being judged and being parked is a conflict, not overwritten", async () => {
  await database.query(GATE);
  const patch = patchOf(
    [table("t", "id integer, code text", "id")],
    [
      update("t", { id: "1" }, { code: "a" }, { code: "b" }),
      update("t", { id: "2" }, { code: "b" }, { code: "a" }),
    ],
  );
  const applying = apply(database.url, patch);
  for (;;) {
    const [calls] = await database.query<{ last_value: string }>("SELECT last_value FROM calls");
    if (Number(calls?.last_value) >= LOOKING) break;
    await sleep(10);
  }
  await database.query("UPDATE t SET code = 'mine' WHERE id = 1");
  expect(await applying).toMatchObject({ outcome: "conflicts" });
  expect(await database.query("SELECT code FROM t WHERE id = 1")).toEqual([{ code: "mine" }]);
});
