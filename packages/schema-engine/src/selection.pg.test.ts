import { createTestDatabase, type TestDatabase, withDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { connectTo, definitionOf, replay } from "./testing/replay.ts";

const SCHEMA = `CREATE SCHEMA shop; CREATE EXTENSION citext;
  CREATE TYPE shop.mood AS ENUM ('ok'); CREATE DOMAIN shop.code AS text CHECK (VALUE <> '');
  CREATE FUNCTION shop.stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
  CREATE FUNCTION shop.next() RETURNS int LANGUAGE sql AS 'SELECT 1'; CREATE FUNCTION shop.unused() RETURNS int LANGUAGE sql AS 'SELECT 1';
  CREATE TABLE shop.users (id serial PRIMARY KEY, mail citext UNIQUE, mood shop.mood, code shop.code, n int DEFAULT shop.next());
  CREATE TABLE shop.orders (id int PRIMARY KEY, user_id int REFERENCES shop.users, parent int REFERENCES shop.orders);
  CREATE TRIGGER stamped BEFORE INSERT ON shop.users FOR EACH ROW EXECUTE FUNCTION shop.stamp();
  CREATE VIEW shop.names AS SELECT mail FROM shop.users;
  CREATE TABLE shop.parts (id int, d date) PARTITION BY RANGE (d); CREATE TABLE shop.parts_1 PARTITION OF shop.parts DEFAULT;
  CREATE TABLE public.other (id int); CREATE TABLE "syncline_like" (a int); CREATE SCHEMA syncline; CREATE TABLE syncline.ledger (a int);`;

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase("selection");
  await database.query(SCHEMA);
});
afterAll(() => database.drop());

const objects = async (tables: readonly string[]) => {
  const names = tables.map((name) => ({ schema: "shop", name }));
  const { preObjects, postObjects, uncovered } = await definitionOf(database.url, { tables: names });
  return { objects: [...new Set([...(preObjects ?? []), ...(postObjects ?? [])])].sort(), uncovered };
};

describe("definitions of selected tables", () => {
  it("hold what the tables need and nothing else", async () => {
    expect(await objects(["users"])).toEqual({
      objects: [
        "domain:shop.code",
        "extension:citext",
        "function:shop.next()",
        "function:shop.stamp()",
        "schema:shop",
        "sequence:shop.users_id_seq",
        "table:shop.users",
        "type:shop.mood",
      ],
      uncovered: [],
    });
  });

  it("name the foreign keys to tables that are not selected", async () => {
    const found = await objects(["orders"]);
    expect(found.objects).toEqual(["schema:shop", "table:shop.orders"]);
    expect(found.uncovered).toEqual(["constraint orders_user_id_fkey of shop.orders"]);
  });

  it("bring partitions along", async () => {
    expect((await objects(["parts"])).objects).toContain("table:shop.parts_1");
  });

  it("work in an empty database", async () => {
    await withDatabase(async (copy) => {
      const tables = ["users", "orders"].map((name) => ({ schema: "shop", name }));
      await replay(copy, await definitionOf(database.url, { tables }));
      expect(await copy.query("INSERT INTO shop.users (mail) VALUES ('a') RETURNING id, n")).toEqual([
        { id: 1, n: 1 },
      ]);
    });
  });

  it("never hold the ledger, and hold one schema when one is asked for", async () => {
    const { preData } = await definitionOf(database.url, { schemas: ["shop"] });
    expect(preData.join("\n")).not.toMatch(/syncline|public"\."other/);
    expect((await definitionOf(database.url)).preData.join("\n")).not.toContain('"syncline"');
  });

  it("refuse tables that are not there and tables that need what is not covered", async () => {
    await expect(objects(["nobody"])).rejects.toMatchObject({ code: "schema.unsupported" });
    await withDatabase(async (odd) => {
      await odd.query(`CREATE TEXT SEARCH CONFIGURATION mine (COPY = english); CREATE TABLE plain (a text);
        CREATE TABLE t (a text, v tsvector GENERATED ALWAYS AS (to_tsvector('public.mine', a)) STORED); CREATE TABLE u (a int);
        CREATE FUNCTION op(int, int) RETURNS bool LANGUAGE sql IMMUTABLE AS 'SELECT true'; CREATE OPERATOR === (FUNCTION = op, LEFTARG = int, RIGHTARG = int);
        CREATE VIEW v AS SELECT a === 1 AS b FROM u; CREATE PUBLICATION p FOR TABLE u;`);
      const one = (name: string) => definitionOf(odd.url, { tables: [{ schema: "public", name }] });
      await expect(one("t")).rejects.toMatchObject({
        code: "schema.unsupported",
        message: expect.stringContaining("mine"),
      });
      await expect(definitionOf(odd.url)).rejects.toMatchObject({ code: "schema.unsupported" });
      expect((await one("plain")).uncovered).toEqual([]);
      await odd.query("DROP TABLE t");
      expect((await definitionOf(odd.url)).uncovered).toEqual([
        "publication p",
        "operator public.===",
        "text search configuration public.mine",
        "view v",
      ]);
    });
  });
});

describe("definitions under another schema's name", () => {
  const scratch = async () => {
    const made = await createTestDatabase("scratch");
    return { connect: connectTo(made.url), drop: () => made.drop() };
  };

  it("are renamed by the server, extensions apart", async () => {
    await withDatabase(async (copy) => {
      const renameSchemas = new Map([["shop", 'tenant "b"']]);
      const tables = ["users", "orders"].map((name) => ({ schema: "shop", name }));
      const definition = await definitionOf(database.url, { tables, renameSchemas }, scratch);
      expect([...definition.preData, ...definition.postData].join("\n")).not.toMatch(/\bshop\b/);
      await replay(copy, definition);
      expect(
        await copy.query(
          `INSERT INTO "tenant ""b""".users (mail) VALUES ('A') RETURNING id, mail = 'a' AS same`,
        ),
      ).toEqual([{ id: 1, same: true }]);
    });
  });

  it("are refused where a function's text names the old schema", async () => {
    await withDatabase(async (odd) => {
      await odd.query(`CREATE SCHEMA a; CREATE TABLE a.log (x int); CREATE TABLE a.t (x int);
        CREATE FUNCTION a.f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO a.log VALUES (1); RETURN NEW; END';
        CREATE TRIGGER tr BEFORE INSERT ON a.t FOR EACH ROW EXECUTE FUNCTION a.f();`);
      const renameSchemas = new Map([["a", "b"]]);
      const rename = (name: string) =>
        definitionOf(odd.url, { tables: [{ schema: "a", name }], renameSchemas }, scratch);
      await expect(rename("t")).rejects.toMatchObject({ code: "schema.unsupported" });
      expect((await rename("log")).preData.join()).toContain('"b"."log"');
    });
  });
});
