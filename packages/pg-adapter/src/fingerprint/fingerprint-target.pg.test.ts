import type { PatchOperation, PatchTable } from "@syncline/core";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { insert, remove, scopeOf, table, update } from "../write/testing/apply.fixture.ts";
import { fingerprintTarget, type WrittenPart } from "./fingerprint-target.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase("target_fingerprint");
});
afterAll(() => database.drop());
beforeEach(() =>
  database.query(`DROP SCHEMA public CASCADE; CREATE SCHEMA public;
    CREATE TABLE users (id int PRIMARY KEY, name text, seen timestamptz DEFAULT '2024-01-01');
    CREATE TABLE log (at date, what text); CREATE TABLE other (id int PRIMARY KEY);
    INSERT INTO users SELECT n, 'user ' || n FROM generate_series(1, 3000) n;
    INSERT INTO log VALUES ('2024-01-01', 'x'), ('2024-01-01', 'x'), ('2024-01-02', NULL)`),
);

const USERS = table("users", "id integer, name text", "id");
const LOG: PatchTable = { ...table("log", "at date, what text", "at"), key: [] };
const OPERATIONS = [
  update("users", { id: "1" }, { name: "user 1" }, { name: "one" }),
  remove("users", { id: "2" }, { id: "2", name: "user 2" }),
  insert("users", { id: "5000" }, { id: "5000", name: "new" }),
];

async function* inBatches(operations: readonly PatchOperation[]) {
  yield operations;
}
const rows = (operations: readonly PatchOperation[] = OPERATIONS, tables: readonly PatchTable[] = [USERS]) =>
  ({ kind: "rows", tables, operations: inBatches(operations), undo: false }) as const;
const tables: WrittenPart = { kind: "tables", accept: ({ name }) => name === "users" };
const fingerprint = (part: WrittenPart = rows(), url = database.url) =>
  fingerprintTarget({
    scope: scopeOf(url),
    tables: { kind: "all" },
    label: "t",
    part,
    signal: new AbortController().signal,
  });

describe("the fingerprint of a target", () => {
  it("is the same while nothing changes, and on each connection", async () => {
    expect(await fingerprint()).toMatch(/^[0-9a-f]{64}$/);
    expect(await fingerprint()).toBe(await fingerprint());
    expect(await fingerprint(tables)).not.toBe(await fingerprint());
  });

  it.each([
    ["changed", "UPDATE users SET name = 'x' WHERE id = 1"],
    ["changed in a column that the patch leaves alone", "UPDATE users SET seen = now() WHERE id = 1"],
    ["deleted", "DELETE FROM users WHERE id = 2"],
    ["added where one is to be added", "INSERT INTO users VALUES (5000, 'new')"],
  ])("is another when a row of the patch was %s", async (_, change) => {
    const before = await fingerprint();
    await database.query(change);
    expect(await fingerprint()).not.toBe(before);
    expect(await fingerprint(tables)).toBe(await fingerprint(tables));
  });

  it("stays when other rows and tables change, and when a row was written as it was", async () => {
    const before = await fingerprint();
    await database.query(
      "UPDATE users SET name = 'x' WHERE id > 2; INSERT INTO users VALUES (9000, 'y'); ALTER TABLE other ADD COLUMN a int; UPDATE users SET name = name WHERE id = 1",
    );
    expect(await fingerprint()).toBe(before);
  });

  it.each([
    "ALTER TABLE users ADD COLUMN extra int",
    "ALTER TABLE users ALTER COLUMN name SET DEFAULT 'x'",
    "ALTER TABLE users ADD CONSTRAINT short CHECK (length(name) < 100)",
    "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'; CREATE TRIGGER t BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION f()",
    "CREATE RULE r AS ON DELETE TO users DO ALSO NOTHING",
  ])("is another after %s", async (change) => {
    const before = [await fingerprint(), await fingerprint(tables)];
    await database.query(change);
    const after = [await fingerprint(), await fingerprint(tables)];
    expect([after[0] === before[0], after[1] === before[1]]).toEqual([false, false]);
  });

  it("tells rows without a key by their values and number", async () => {
    const part = () => rows([remove("log", {}, { at: "2024-01-01", what: "x" }, 1, 2)], [LOG]);
    const before = await fingerprint(part());
    await database.query("INSERT INTO log VALUES ('2024-01-02', NULL), ('2024-01-03', 'x')");
    expect(await fingerprint(part())).toBe(before);
    await database.query("INSERT INTO log VALUES ('2024-01-01', 'x')");
    expect(await fingerprint(part())).not.toBe(before);
  });

  it("is of one database", async () => {
    const copy = await createTestDatabase("target_fingerprint_copy");
    await copy.query(
      "CREATE TABLE users (id int PRIMARY KEY, name text, seen timestamptz DEFAULT '2024-01-01'); INSERT INTO users SELECT n, 'user ' || n FROM generate_series(1, 3000) n",
    );
    expect(await fingerprint(rows(), copy.url)).not.toBe(await fingerprint());
    await copy.drop();
  });

  it("reads many rows in parts, by the index, and waits for nobody's row locks", async () => {
    const operations = Array.from({ length: 2500 }, (_, at) =>
      update("users", { id: String(at + 1) }, { name: `user ${at + 1}` }, { name: "x" }),
    );
    const before = await fingerprint(rows(operations));
    const locker = new pg.Client({ connectionString: database.url });
    await locker.connect();
    await locker.query("BEGIN; SELECT FROM users FOR UPDATE");
    expect(await fingerprint(rows(operations))).toBe(before);
    await locker.query("ROLLBACK");
    await locker.end();
    await database.query("UPDATE users SET name = 'z' WHERE id = 2400");
    expect(await fingerprint(rows(operations))).not.toBe(before);
  });
});
