import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { apply, insert, patchOf, remove, table, update } from "./testing/apply.fixture.ts";
import { roundTrip } from "./testing/round-trip.fixture.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase("triggers");
});
afterAll(() => database.drop());
beforeEach(() =>
  database.query("DROP SCHEMA IF EXISTS syncline CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public"),
);

const STAMPED = `CREATE TABLE t (id int PRIMARY KEY, name text, updated_at timestamptz NOT NULL);
  INSERT INTO t VALUES (1, 'a', '2020-01-01'), (2, 'b', '2020-01-01');
  CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.updated_at := now(); RETURN NEW; END $$;
  CREATE TRIGGER stamped BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION stamp();`;
const EDIT =
  "UPDATE t SET name = 'A', updated_at = '2021-06-01' WHERE id = 1; UPDATE t SET name = 'B' WHERE id = 2; INSERT INTO t VALUES (3, 'c', '2022-01-01')";
const enabled = () =>
  database.query("SELECT tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1");

it("auto: disables a trigger that overwrites what the patch says, says so, and enables it again", async () => {
  const result = await roundTrip(database, { setup: STAMPED, edit: EDIT });
  expect(result.notes).toEqual([expect.stringContaining('"stamped"')]);
  expect(await enabled()).toEqual([{ tgname: "stamped", tgenabled: "O" }]);
});

it("auto: a trigger that changes only a column that the patch leaves alone is noticed too", async () => {
  const result = await roundTrip(database, { setup: STAMPED, edit: "UPDATE t SET name = 'B' WHERE id = 2" });
  expect(result.notes).toHaveLength(1);
});

it("auto: lets a trigger run that changes nothing of the patch, under the session's own search_path", async () => {
  await roundTrip(database, {
    setup: `CREATE TABLE t (id int PRIMARY KEY, name text); INSERT INTO t VALUES (1, 'a'); CREATE SCHEMA IF NOT EXISTS side;
      DROP TABLE IF EXISTS side.log; CREATE TABLE side.log (what text, path text);
      CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        PERFORM count(*) FROM t; INSERT INTO side.log VALUES (TG_OP, current_setting('search_path') || current_setting('timezone')); RETURN NULL; END $$;
      CREATE TRIGGER noted AFTER INSERT OR UPDATE OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION note();`,
    edit: "UPDATE t SET name = 'b'; INSERT INTO t VALUES (2, 'x')",
    inspect: async (_, result) => {
      expect(result.notes).toEqual([]);
      const [own] = await database.query<{ own: string }>(
        "SELECT current_setting('search_path') || current_setting('timezone') AS own",
      );
      expect(await database.query("SELECT what, path FROM side.log ORDER BY what")).toEqual([
        { what: "INSERT", path: own?.own },
        { what: "UPDATE", path: own?.own },
      ]);
    },
  });
});

it("auto: a trigger of another table of the patch that changes its rows", async () => {
  await roundTrip(database, {
    setup: `CREATE TABLE total (id int PRIMARY KEY, amount int); CREATE TABLE item (id int PRIMARY KEY, amount int);
      INSERT INTO total VALUES (1, 5); INSERT INTO item VALUES (1, 5);
      CREATE FUNCTION add() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE total SET amount = amount + NEW.amount; RETURN NULL; END $$;
      CREATE TRIGGER added AFTER INSERT ON item FOR EACH ROW EXECUTE FUNCTION add();`,
    edit: "INSERT INTO item VALUES (2, 7); UPDATE total SET amount = 12",
  });
});

it("auto: a trigger that suppresses writes", async () => {
  await roundTrip(database, {
    setup: `CREATE TABLE t (id int PRIMARY KEY, name text); INSERT INTO t VALUES (1, 'a');
      CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
      CREATE TRIGGER kept BEFORE DELETE ON t FOR EACH ROW EXECUTE FUNCTION keep();
      CREATE TRIGGER always_kept BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION keep(); ALTER TABLE t ENABLE ALWAYS TRIGGER always_kept`,
    edit: "DELETE FROM t WHERE id = 1; INSERT INTO t VALUES (2, 'b')",
    inspect: async () => {
      expect(await enabled()).toEqual([
        { tgname: "always_kept", tgenabled: "A" },
        { tgname: "kept", tgenabled: "O" },
      ]);
    },
  });
});

it("auto: a deferred constraint trigger that rewrites", async () => {
  await roundTrip(database, {
    setup: `CREATE TABLE t (id int PRIMARY KEY, name text); INSERT INTO t VALUES (1, 'a');
      CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE t SET name = 'late' WHERE id = NEW.id AND name <> 'late'; RETURN NULL; END $$;
      CREATE CONSTRAINT TRIGGER lately AFTER UPDATE ON t DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION late();`,
    edit: "UPDATE t SET name = 'b'",
  });
});

it("auto: partitions have triggers of their own", async () => {
  await roundTrip(database, {
    setup: `CREATE TABLE t (id int, name text, PRIMARY KEY (id)) PARTITION BY RANGE (id);
      CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10); CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (10) TO (20);
      INSERT INTO t VALUES (1, 'a'), (11, 'b');
      CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.name := upper(NEW.name); RETURN NEW; END $$;
      CREATE TRIGGER shouted BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION shout(); CREATE TRIGGER own BEFORE INSERT ON t2 FOR EACH ROW EXECUTE FUNCTION shout();`,
    edit: "UPDATE t SET name = name || name; INSERT INTO t VALUES (12, 'z')",
    inspect: async () => expect((await enabled()).every((row) => row["tgenabled"] === "O")).toBe(true),
  });
});

const T = table("t", "id integer, name text, updated_at timestamp with time zone", "id");
const renamed = () => patchOf([T], [update("t", { id: "1" }, { name: "a" }, { name: "A" })]);

it("on: stops, naming trigger and columns, and writes nothing", async () => {
  await database.query(STAMPED);
  const error = await apply(database.url, renamed(), { options: { triggers: "on" } }).catch(
    (each: unknown) => each,
  );
  expect(error).toMatchObject({
    code: "trigger.rewrites",
    message: expect.stringMatching(/"updated_at".*"stamped"/),
  });
  expect(await database.query("SELECT name FROM t WHERE id = 1")).toEqual([{ name: "a" }]);
});

it("off: no trigger runs", async () => {
  await database.query(STAMPED);
  const patch = patchOf(
    [T],
    [
      insert("t", { id: "9" }, { id: "9", name: "n", updated_at: "2000-01-01 00:00:00+00" }),
      remove("t", { id: "2" }, { id: "2", name: "b", updated_at: "2020-01-01 00:00:00+00" }),
    ],
  );
  expect(await apply(database.url, patch, { options: { triggers: "off" } })).toMatchObject({
    outcome: "applied",
  });
  expect(await database.query("SELECT id, updated_at::date::text AS day FROM t ORDER BY id")).toEqual([
    { id: 1, day: "2020-01-01" },
    { id: 9, day: "2000-01-01" },
  ]);
});

it("auto: not the owner → says which trigger, on which columns, and how to go on", async () => {
  await database.query(`${STAMPED} DO $$ BEGIN CREATE ROLE apply_guest LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
    GRANT ALL ON SCHEMA public TO apply_guest; GRANT SELECT, INSERT, UPDATE, DELETE ON t TO apply_guest;
    GRANT CREATE ON DATABASE ${database.name} TO apply_guest`);
  const url = database.url.replace(/\/\/[^@/]*@/, "//apply_guest@");
  await expect(apply(url, renamed())).rejects.toMatchObject({
    code: "trigger.rewrites",
    message: expect.stringMatching(/"updated_at".*"stamped"/),
    hint: expect.stringContaining("--ignore-fields"),
  });
});
