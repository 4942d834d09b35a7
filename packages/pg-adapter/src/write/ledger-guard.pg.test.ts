import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { LEDGER_STATEMENTS } from "./ledger-schema.ts";
import { apply, patchOf, table, undo, update } from "./testing/apply.fixture.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase("ledger_guard");
});
afterAll(() => database.drop());

const TRAPPED = "CREATE TABLE trapped (by text)";
const HOSTILE = `CREATE FUNCTION public.trap() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.trapped VALUES ('trigger'); RETURN NEW; END $$;
  CREATE FUNCTION public.trap(anyelement) RETURNS anyelement LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.trapped VALUES ('function'); RETURN $1; END $$;
  CREATE FUNCTION public.now() RETURNS timestamptz LANGUAGE plpgsql AS $$ BEGIN INSERT INTO public.trapped VALUES ('default'); RETURN pg_catalog.now(); END $$`;

beforeEach(() =>
  database.query(`DROP SCHEMA IF EXISTS syncline CASCADE; DROP SCHEMA public CASCADE; CREATE SCHEMA public;
    CREATE TABLE t (id int PRIMARY KEY, name text); INSERT INTO t VALUES (1, 'a'); ${TRAPPED}; ${HOSTILE}`),
);

const patch = () =>
  patchOf(
    [table("t", "id integer, name text", "id")],
    [update("t", { id: "1" }, { name: "a" }, { name: "A" })],
  );

/** Somebody who may create schemas was faster. */
const TRAPS: readonly (readonly [name: string, made: string])[] = [
  [
    "a trigger",
    "CREATE TRIGGER trap BEFORE INSERT ON syncline.ledger FOR EACH ROW EXECUTE FUNCTION public.trap()",
  ],
  ["a default", "ALTER TABLE syncline.target ALTER created_at SET DEFAULT public.now()"],
  ["a check", "ALTER TABLE syncline.ledger ADD CHECK (public.trap(patch_id) = patch_id)"],
  [
    "an index",
    "ALTER FUNCTION public.trap(anyelement) IMMUTABLE; CREATE INDEX ON syncline.ledger ((public.trap(patch_id)))",
  ],
  ["a rule", "CREATE RULE trap AS ON INSERT TO syncline.ledger DO ALSO SELECT public.trap(1)"],
  ["a policy", "ALTER TABLE syncline.ledger ENABLE ROW LEVEL SECURITY"],
  [
    "a view",
    "DROP TABLE syncline.target; CREATE VIEW syncline.target AS SELECT public.trap(1) AS ledger_version, 0 AS fencing_token",
  ],
  ["a child table", "CREATE TABLE syncline.more () INHERITS (syncline.ledger)"],
];

it.each(TRAPS)("refuses a schema syncline with %s, and runs nothing of it", async (_, made) => {
  await database.query(`${LEDGER_STATEMENTS.join(";")}; ${made}; TRUNCATE trapped`);
  await expect(apply(database.url, patch())).rejects.toMatchObject({ code: "schema.unsupported" });
  await expect(undo(database.url, "x")).rejects.toMatchObject({ code: "schema.unsupported" });
  expect(await database.query("SELECT * FROM trapped")).toEqual([]);
  expect(await database.query("SELECT name FROM t")).toEqual([{ name: "a" }]);
});

it("a half-made schema is looked at before it is completed", async () => {
  await database.query(`CREATE SCHEMA syncline; ${LEDGER_STATEMENTS[1]};
    CREATE TRIGGER trap BEFORE INSERT ON syncline.target FOR EACH ROW EXECUTE FUNCTION public.trap()`);
  await expect(apply(database.url, patch())).rejects.toMatchObject({ code: "schema.unsupported" });
  expect(await database.query("SELECT * FROM trapped")).toEqual([]);
});

it("its own is accepted, whatever the search_path shows first", async () => {
  await database.query(`ALTER DATABASE ${database.name} SET search_path = public, pg_catalog`);
  const made = patch();
  expect(await apply(database.url, made)).toMatchObject({ outcome: "applied" });
  expect(await undo(database.url, made.header.id)).toMatchObject({ outcome: "applied" });
});
