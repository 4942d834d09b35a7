import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { apply, insert, patchOf, table } from "./testing/apply.fixture.ts";
import { roundTrip } from "./testing/round-trip.fixture.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase("order");
});
afterAll(() => database.drop());

describe("foreign keys", () => {
  it("parents before children, children gone before parents, moved children in between", async () => {
    await roundTrip(database, {
      setup: `CREATE TABLE a_child (id int PRIMARY KEY, parent int NOT NULL);
        CREATE TABLE z_parent (id int PRIMARY KEY, code text UNIQUE);
        ALTER TABLE a_child ADD FOREIGN KEY (parent) REFERENCES z_parent;
        INSERT INTO z_parent VALUES (1, 'one'), (2, 'two'), (3, 'three');
        INSERT INTO a_child SELECT n, 1 + n % 3 FROM generate_series(1, 30) n`,
      edit: `DELETE FROM z_parent WHERE id = 1; INSERT INTO z_parent VALUES (9, 'one');
        UPDATE a_child SET parent = 9 WHERE parent = 1; DELETE FROM a_child WHERE id > 25; INSERT INTO a_child VALUES (100, 9)`,
    });
  });

  it("rows of one table that refer to each other", async () => {
    await roundTrip(database, {
      setup: `CREATE TABLE node (id int PRIMARY KEY, parent int REFERENCES node, name text);
        INSERT INTO node VALUES (1, NULL, 'root'), (2, 1, 'a'), (3, 2, 'b'), (4, 4, 'self')`,
      edit: `DELETE FROM node WHERE id IN (2, 3, 4); INSERT INTO node VALUES (10, 11, 'x'), (11, 10, 'y'), (12, 12, 'z'); UPDATE node SET parent = 12 WHERE id = 1`,
    });
  });

  it.each(["", " NOT NULL"])(
    "tables that refer to each other in a circle (columns%s)",
    async (nullability) => {
      await roundTrip(database, {
        setup: `CREATE TABLE team (id int PRIMARY KEY, captain int${nullability});
        CREATE TABLE player (id int PRIMARY KEY, team int${nullability} REFERENCES team);
        SET session_replication_role = replica;
        INSERT INTO team VALUES (1, 1), (2, 3); INSERT INTO player VALUES (1, 1), (2, 1), (3, 2);
        SET session_replication_role = origin; ALTER TABLE team ADD FOREIGN KEY (captain) REFERENCES player`,
        edit: `DELETE FROM team WHERE id = 2; DELETE FROM player WHERE id = 3;
        INSERT INTO team VALUES (5, 50); INSERT INTO player VALUES (50, 5), (51, 5); UPDATE team SET captain = 51 WHERE id = 1; UPDATE player SET team = 5 WHERE id = 2`,
      });
    },
  );

  it("a composite key that includes RESTRICT", async () => {
    await roundTrip(database, {
      setup: `CREATE TABLE p (a int, b text, PRIMARY KEY (a, b));
        CREATE TABLE c (id int PRIMARY KEY, a int, b text, FOREIGN KEY (a, b) REFERENCES p ON DELETE RESTRICT);
        INSERT INTO p VALUES (1, 'x'), (1, 'y'); INSERT INTO c VALUES (1, 1, 'x'), (2, NULL, 'x')`,
      edit: `DELETE FROM c WHERE id = 1; DELETE FROM p WHERE b = 'x'; INSERT INTO p VALUES (2, 'z'); UPDATE c SET a = 2, b = 'z' WHERE id = 2`,
    });
  });
});

describe("unique values that rows hand on", () => {
  const swap = async (columns: string, rows: string, edit: string) => {
    await roundTrip(database, {
      setup: `CREATE TABLE t (${columns}); INSERT INTO t VALUES ${rows}`,
      edit: `ALTER TABLE t DROP CONSTRAINT IF EXISTS t_u; DROP INDEX IF EXISTS t_u; ${edit}`,
    });
  };

  it("two rows swap a text that may be null", () =>
    swap(
      "id int PRIMARY KEY, u text CONSTRAINT t_u UNIQUE",
      "(1, 'a'), (2, 'b'), (3, 'c')",
      "UPDATE t SET u = CASE id WHEN 1 THEN 'b' ELSE 'a' END WHERE id < 3",
    ));

  it.each([
    ["int NOT NULL", "(1, 10), (2, 20), (3, 30)"],
    ["smallint NOT NULL", "(1, 10), (2, 20), (3, 32767)"],
    [
      "uuid NOT NULL",
      "(1, '00000000-0000-0000-0000-000000000001'), (2, '00000000-0000-0000-0000-000000000002'), (3, '00000000-0000-0000-0000-000000000003')",
    ],
    ["varchar(3) NOT NULL", "(1, 'abc'), (2, 'abd'), (3, 'abe')"],
    ["date NOT NULL", "(1, '2020-01-01'), (2, '2020-01-02'), (3, '2020-01-03')"],
    ["text NOT NULL CHECK (u LIKE '%@%.org')", "(1, 'a@b.org'), (2, 'b@b.org'), (3, 'c@b.org')"],
  ])("three rows in a circle: %s", (type, rows) =>
    swap(
      `id int PRIMARY KEY, u ${type}, CONSTRAINT t_u UNIQUE (u)`,
      rows,
      "UPDATE t SET u = (SELECT o.u FROM t o WHERE o.id = t.id % 3 + 1)",
    ),
  );

  it("a swap where no value is free: rows are taken out and put back", () =>
    swap(
      "id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, u boolean NOT NULL, v text, CONSTRAINT t_u UNIQUE (u)",
      "(DEFAULT, true, 'x'), (DEFAULT, false, 'y')",
      "UPDATE t SET u = NOT u",
    ));

  it("a composite constraint of which one column changes", () =>
    swap(
      "id int PRIMARY KEY, list int, place int NOT NULL, CONSTRAINT t_u UNIQUE (list, place)",
      "(1, 1, 1), (2, 1, 2), (3, 1, 3), (4, 2, 1)",
      "UPDATE t SET place = 4 - place WHERE list = 1",
    ));

  it("a long chain: every place moves by one", () =>
    swap(
      "id int PRIMARY KEY, place int NOT NULL, CONSTRAINT t_u UNIQUE (place)",
      Array.from({ length: 500 }, (_, at) => `(${at}, ${at})`).join(","),
      "UPDATE t SET place = place + 1; INSERT INTO t VALUES (1000, 0)",
    ));

  it("an index on an expression, with a predicate", async () => {
    await roundTrip(database, {
      setup: `CREATE TABLE t (id int PRIMARY KEY, u text NOT NULL, live boolean NOT NULL); CREATE UNIQUE INDEX t_u ON t (lower(u)) WHERE live;
        INSERT INTO t VALUES (1, 'A', true), (2, 'B', true), (3, 'a', false)`,
      edit: `DROP INDEX t_u; UPDATE t SET u = CASE u WHEN 'A' THEN 'b' ELSE 'a' END WHERE live`,
    });
  });

  it("an exclusion constraint", async () => {
    await roundTrip(database, {
      setup: `CREATE TABLE t (id int PRIMARY KEY, during int4range NOT NULL, note text, CONSTRAINT t_u EXCLUDE USING gist (during WITH &&));
        INSERT INTO t VALUES (1, '[1,5)', 'x'), (2, '[5,9)', 'y')`,
      edit: `ALTER TABLE t DROP CONSTRAINT t_u; UPDATE t SET during = CASE id WHEN 1 THEN '[5,9)'::int4range ELSE '[1,5)' END`,
    });
  });

  it("a value that a deleted row gives up and an inserted row takes", () =>
    swap(
      "id int PRIMARY KEY, u text NOT NULL, CONSTRAINT t_u UNIQUE (u)",
      "(1, 'a'), (2, 'b')",
      "DELETE FROM t WHERE id = 1; UPDATE t SET u = 'a' WHERE id = 2; INSERT INTO t VALUES (3, 'b')",
    ));

  const REFERRED = (
    deferrable: string,
  ) => `CREATE TABLE t (id int PRIMARY KEY, code text NOT NULL CONSTRAINT t_u UNIQUE);
    CREATE TABLE r (id int PRIMARY KEY, code text CONSTRAINT r_code REFERENCES t (code) ${deferrable});
    INSERT INTO t VALUES (1, 'a'), (2, 'b'), (3, 'c'); INSERT INTO r VALUES (1, 'a'), (2, 'b')`;
  const TRADE = `ALTER TABLE r DROP CONSTRAINT r_code; ALTER TABLE t DROP CONSTRAINT t_u;
    UPDATE t SET code = CASE code WHEN 'a' THEN 'b' ELSE 'a' END WHERE id < 3`;

  it("values that other rows refer to: by a deferrable constraint", async () => {
    await roundTrip(database, { setup: REFERRED("DEFERRABLE"), edit: TRADE });
  });

  it("values that other rows refer to: refused without allowDdl, and with it the constraint is as before", async () => {
    const setup = REFERRED("");
    await expect(roundTrip(database, { setup, edit: TRADE })).rejects.toMatchObject({
      code: "order.unresolvable",
    });
    const result = await roundTrip(database, { setup, edit: TRADE, options: { allowDdl: true } });
    expect(result.notes).toEqual([expect.stringContaining('"r_code"')]);
    expect(await database.query("SELECT condeferrable FROM pg_constraint WHERE conname = 'r_code'")).toEqual([
      { condeferrable: false },
    ]);
  });

  it("names the constraint when a row outside the patch holds the value", async () => {
    await database.query(
      "DROP SCHEMA public CASCADE; CREATE SCHEMA public; CREATE TABLE t (id int PRIMARY KEY, u text CONSTRAINT one_u UNIQUE); INSERT INTO t VALUES (1, 'secret')",
    );
    const patch = patchOf(
      [table("t", "id integer, u text", "id")],
      [insert("t", { id: "2" }, { id: "2", u: "secret" })],
    );
    const error = await apply(database.url, patch).catch((each: unknown) => each);
    expect(error).toMatchObject({
      code: "patch.constraint_violated",
      details: { constraint: "one_u", table: "t" },
    });
    expect(String(error)).not.toContain("secret");
  });
});
