import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { LEDGER_STATEMENTS } from "./ledger-schema.ts";
import { apply, insert, patchOf, remove, table, undo, update } from "./testing/apply.fixture.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase("receipt");
});
afterAll(() => database.drop());

beforeEach(() =>
  database.query(`DROP SCHEMA IF EXISTS syncline CASCADE; DROP TABLE IF EXISTS t, child;
    CREATE TABLE t (id int PRIMARY KEY, name text, note text);
    CREATE TABLE child (id int PRIMARY KEY, t_id int REFERENCES t ON DELETE CASCADE, amount numeric(9,2));
    INSERT INTO t SELECT n, 'a name that is longer than sixty-three bytes, which is where PostgreSQL cuts the type name: ' || n, NULL FROM generate_series(1, 5) n;
    INSERT INTO child SELECT n, n, n FROM generate_series(1, 5) n;
    ${LEDGER_STATEMENTS.join(";")}`),
);

const long = (n: number) =>
  `a name that is longer than sixty-three bytes, which is where PostgreSQL cuts the type name: ${n}`;
const row = (n: number) => ({ id: `${n}`, name: long(n), note: null });
const patch = () =>
  patchOf(
    [table("t", "id integer, name text, note text", "id")],
    [
      update("t", { id: "1" }, { name: long(1) }, { name: "A" }),
      insert("t", { id: "9" }, { id: "9", name: "new", note: "x" }),
      remove("t", { id: "3" }, row(3)),
    ],
  );
const digest = async () =>
  JSON.stringify([
    await database.query("SELECT * FROM t ORDER BY id"),
    await database.query("SELECT * FROM child ORDER BY id"),
  ]);
const options = { includeCascades: true } as const;

it("is what the ledger holds, rows of cascades too, and brings everything back", async () => {
  const before = await digest();
  const applied = await apply(database.url, patch(), { options });
  expect(applied.receipt).toMatchObject({
    kind: "inverse",
    ledgerId: applied.ledgerId,
    counts: { inserts: 2, updates: 1, deletes: 1 },
    verified: true,
  });
  expect(applied.receipt?.digest).toMatch(/^sum64:-?\d+:-?\d+$/);
  const undone = await undo(database.url, applied.ledgerId ?? "", { options });
  expect(undone.receipt).toMatchObject({ counts: { inserts: 1, updates: 1, deletes: 2 } });
  expect(await digest()).toBe(before);
  const kept = await database.query<{ header: string }>(
    "SELECT header FROM syncline.ledger ORDER BY position",
  );
  expect(kept.map(({ header }) => JSON.parse(header).receipt)).toEqual([applied.receipt, undone.receipt]);
});

it("of another entry says nothing about this one: an older program copies headers", async () => {
  const applied = await apply(database.url, patch(), { options });
  const undone = await undo(database.url, applied.ledgerId ?? "", { options });
  await database.query(
    "UPDATE syncline.ledger SET header = (SELECT header FROM syncline.ledger WHERE kind = 'apply') WHERE kind = 'undo'",
  );
  expect(await undo(database.url, undone.ledgerId ?? "", { options })).toMatchObject({ outcome: "applied" });
});

it("is not asked for where nothing is written", async () => {
  const again = patch();
  await apply(database.url, again, { options });
  expect(await apply(database.url, again, { options })).toMatchObject({ receipt: null });
  expect(await apply(database.url, patch(), { options: { ...options, dryRun: true } })).toMatchObject({
    receipt: null,
  });
});

it("an inverse that was changed in the ledger is not applied, and others are", async () => {
  const first = await apply(database.url, patch(), { options });
  const other = await apply(
    database.url,
    patchOf([table("t", "id integer, name text, note text", "id")], [remove("t", { id: "5" }, row(5))]),
    { options },
  );
  await database.query("UPDATE syncline.patch_operation SET new[2] = 'x' WHERE op = 'update'");
  const before = await digest();
  for (const force of [null, { reason: "test" }])
    await expect(
      undo(database.url, first.ledgerId ?? "", { options: { ...options, force } }),
    ).rejects.toMatchObject({ code: "receipt.missing" });
  expect(await digest()).toBe(before);
  expect(await undo(database.url, other.ledgerId ?? "")).toMatchObject({ outcome: "applied" });
});

describe("without a backup nothing is destroyed", () => {
  const broken: readonly (readonly [name: string, made: string, code: string])[] = [
    [
      "values that are cut",
      "ALTER TABLE syncline.patch_operation ALTER old TYPE name[], ALTER new TYPE name[]",
      "receipt.missing",
    ],
    ["a column that is missing", "ALTER TABLE syncline.patch_operation DROP new", "receipt.missing"],
    [
      "a value that does not fit",
      "ALTER TABLE syncline.patch_operation ALTER op TYPE varchar(3)",
      "receipt.missing",
    ],
    [
      "a backup that a crash empties",
      "ALTER TABLE syncline.patch_operation SET UNLOGGED",
      "schema.unsupported",
    ],
    [
      "a trigger that drops rows",
      "CREATE FUNCTION syncline.no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; CREATE TRIGGER no BEFORE INSERT ON syncline.patch_operation FOR EACH ROW EXECUTE FUNCTION syncline.no()",
      "schema.unsupported",
    ],
    [
      "a policy that hides rows",
      "ALTER TABLE syncline.patch_operation ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
      "schema.unsupported",
    ],
  ];
  it.each(broken)("%s", async (_, made, code) => {
    await database.query(made);
    const before = await digest();
    await expect(apply(database.url, patch(), { options })).rejects.toMatchObject({ code });
    expect(await digest()).toBe(before);
    expect(await database.query("SELECT * FROM syncline.ledger")).toEqual([]);
  });
});
