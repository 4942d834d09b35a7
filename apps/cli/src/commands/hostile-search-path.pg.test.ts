import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type CommandFolder, configOf, makeCommandFolder } from "../testing/run-syncline.ts";

const TABLE =
  "CREATE TABLE t (id int PRIMARY KEY, v text, p int REFERENCES t); INSERT INTO t SELECT n, 'v' || n, NULL FROM generate_series(1, 10) n";
const TYPES = ["int4", "int8", "text", "oid", "name", "bool"];

/** Operators of the same names as built-in ones, found first on the search_path of every session. */
const SHADOWS = TYPES.map(
  (type) => `
CREATE FUNCTION public.shadow_${type}(${type}, ${type}) RETURNS boolean LANGUAGE plpgsql
  AS $$ BEGIN RAISE 'an operator of somebody else ran'; END $$;
CREATE OPERATOR public.= (LEFTARG = ${type}, RIGHTARG = ${type}, FUNCTION = public.shadow_${type});
CREATE OPERATOR public.<> (LEFTARG = ${type}, RIGHTARG = ${type}, FUNCTION = public.shadow_${type});`,
).join("");

let source: TestDatabase;
let target: TestDatabase;
let folder: CommandFolder;

beforeAll(async () => {
  source = await createTestDatabase("shadow_source");
  target = await createTestDatabase("shadow_target");
  for (const database of [source, target]) {
    await database.query(TABLE);
    await database.query(SHADOWS);
    await database.query(`ALTER DATABASE "${database.name}" SET search_path = public, pg_catalog`);
  }
  await target.query(
    "UPDATE t SET v = 'x' WHERE id OPERATOR(pg_catalog.=) 3; DELETE FROM t WHERE id OPERATOR(pg_catalog.=) 4; INSERT INTO t VALUES (11, 'n', NULL)",
  );
  folder = await makeCommandFolder(configOf({ dev: { url: source.url }, prod: { url: target.url } }));
});
afterAll(async () => {
  await folder.remove();
  await source.drop();
  await target.drop();
});

it("never runs what shadows built-in operators: compare, apply, undo", async () => {
  const rows = () => target.query("SELECT * FROM t ORDER BY id");
  const before = await rows();
  const made = await folder.run(["diff", "dev:public:t", "prod:public:t", "--output", "a.patch", "--json"]);
  expect(JSON.parse(made.stdout).summary).toMatchObject({ to_insert: 1, to_update: 1, to_delete: 1 });
  const applied = await folder.run(["patch", "a.patch", "prod:public:t", "--json"]);
  expect(applied.stderr).toBe("");
  expect(JSON.parse(applied.stdout)).toMatchObject({
    outcome: "applied",
    inserted: 1,
    updated: 1,
    deleted: 1,
  });
  expect(await rows()).toEqual(await source.query("SELECT * FROM t ORDER BY id"));
  const { patch_id } = JSON.parse(applied.stdout);
  expect((await folder.run(["undo", patch_id, "prod:public:t", "--yes"])).code).toBe(0);
  expect(await rows()).toEqual(before);
});
