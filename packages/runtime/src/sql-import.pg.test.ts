import { execFileSync } from "node:child_process";
import {
  createTestDatabase,
  findInstalledBinDir,
  startSecondServer,
  type TestDatabase,
  withDatabase,
} from "@syncline/tooling-test-postgres";
import { seed } from "@syncline/tooling-vitest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seededRandom } from "./testing/hostile-database.ts";
import { dumpText, importInto, inPieces } from "./testing/sql-files.ts";

const SCHEMA = `CREATE TYPE mood AS ENUM ('ok', 'sad');
  CREATE TABLE users (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text, mood mood DEFAULT 'ok');
  CREATE TABLE orders (id serial PRIMARY KEY, user_id int REFERENCES users, note text);
  INSERT INTO users (name) SELECT E'user \\t\\\\ ' || i FROM generate_series(1, 50) i;
  INSERT INTO orders (user_id, note) SELECT i, repeat('x;''', i) FROM generate_series(1, 50) i;`;

let source: TestDatabase;
let copied: Buffer;
let inserted: Buffer;
beforeAll(async () => {
  source = await createTestDatabase("source");
  await source.query(SCHEMA);
  copied = (await dumpText(source.url)).sql;
  inserted = (await dumpText(source.url, { style: "inserts" })).sql;
});
afterAll(() => source.drop());

const isEmpty = async (database: TestDatabase) =>
  (await database.query("SELECT 1 FROM pg_class WHERE oid >= 16384")).length === 0;

describe("an SQL file that our export wrote", () => {
  it("comes back whole, in either style and in pieces of any size", async () => {
    for (const [sql, size] of [[copied, 11] as const, [inserted, 64 * 1024] as const]) {
      await withDatabase(async (target) => {
        const result = await importInto(target.url, sql, { chunks: inPieces(sql, size) });
        expect(result).toMatchObject({ outcome: "imported", rows: 100 });
        expect(result.tables).toEqual([
          { name: "orders", rows: 50 },
          { name: "users", rows: 50 },
        ]);
        expect((await dumpText(target.url)).sql.equals(copied)).toBe(true);
      });
    }
  });

  it("leaves nothing behind after a dry run, which counts the same", async () => {
    await withDatabase(async (target) => {
      expect(await importInto(target.url, copied, { dryRun: true })).toMatchObject({
        outcome: "dry-run",
        rows: 100,
      });
      expect(await isEmpty(target)).toBe(true);
    });
  });

  it("leaves nothing behind when it is cut short anywhere", async () => {
    const random = seededRandom(seed);
    await withDatabase(async (target) => {
      for (let at = 0; at < 40; at += 1) {
        const sql = at % 2 === 0 ? copied : inserted;
        const length = 40 + Math.floor(random() * (sql.length - 50));
        await expect(importInto(target.url, sql.subarray(0, length))).rejects.toMatchObject({
          code: expect.stringMatching(/^(file\.damaged|sql\.refused)$/),
        });
        expect(await isEmpty(target)).toBe(true);
      }
    });
  });

  it("names file and line where the server refuses", async () => {
    await withDatabase(async (target) => {
      await target.query("CREATE TABLE users (id int)");
      await expect(importInto(target.url, copied)).rejects.toMatchObject({
        message: expect.stringMatching(/^dump\.sql:\d+: .*users/),
      });
    });
  });
});

describe("an SQL file of somebody else", () => {
  const attacks = [
    "DROP TABLE kept;",
    "DELETE FROM public.kept;",
    "SELECT 1;\n\\! touch pwned\n",
    "COPY public.kept FROM PROGRAM 'id';",
    "COMMIT; DELETE FROM public.kept;",
    "BEGIN; COMMIT; DROP TABLE kept;",
    "DO $$ BEGIN DELETE FROM public.kept; END $$;",
    "INSERT INTO public.kept VALUES ((SELECT 1));",
    "ROLLBACK;",
    "CREATE OR REPLACE VIEW public.v AS SELECT 2;",
  ];
  it.each(attacks)("is refused: %s", async (sql) => {
    await withDatabase(async (target) => {
      await target.query("CREATE TABLE kept (a int); INSERT INTO kept VALUES (1)");
      const before = "INSERT INTO public.kept VALUES (5);\n";
      await expect(importInto(target.url, Buffer.from(before + sql))).rejects.toMatchObject({
        code: "sql.refused",
        message: expect.stringMatching(/^dump\.sql:[23]: /),
      });
      expect(await target.query("SELECT a FROM kept")).toEqual([{ a: 1 }]);
    });
  });

  it("runs with anySql, but never against a protected target", async () => {
    await withDatabase(async (target) => {
      await target.query("CREATE TABLE kept (a int); INSERT INTO kept VALUES (1)");
      const sql = Buffer.from("INSERT INTO kept SELECT 2; CREATE TABLE more AS SELECT 3 AS b;");
      await expect(
        importInto(target.url, sql, { anySql: true, protection: "protected" }),
      ).rejects.toMatchObject({
        code: "target.protected",
      });
      expect(await importInto(target.url, sql, { anySql: true })).toMatchObject({
        statements: 2,
        receipt: { kind: "untouched", verified: true },
      });
      expect(await target.query("SELECT a, b FROM kept, more ORDER BY a")).toEqual([
        { a: 1, b: 3 },
        { a: 2, b: 3 },
      ]);
      const evil = Buffer.from("COPY kept FROM PROGRAM 'id';");
      await expect(importInto(target.url, evil, { anySql: true })).rejects.toMatchObject({
        code: "sql.refused",
      });
    });
  });
});

it("anySql destroys nothing, whatever way is tried", async () => {
  await withDatabase(async (target) => {
    await target.query(`CREATE TABLE kept (a int PRIMARY KEY, b text); INSERT INTO kept VALUES (1, 'x'), (2, 'y');
      CREATE TABLE child (a int REFERENCES kept ON DELETE CASCADE); INSERT INTO child VALUES (1); CREATE TABLE empty (a int);
      CREATE SCHEMA syncline; CREATE TABLE syncline.patch_operation (a int); INSERT INTO syncline.patch_operation VALUES (1);
      CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN DELETE FROM public.kept; RETURN NULL; END $$;
      CREATE FUNCTION clear() RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'DEL' || 'ETE FROM kept'; END $$`);
    const rows = async () => [
      await target.query("SELECT * FROM kept ORDER BY a"),
      await target.query("SELECT * FROM child"),
      await target.query("SELECT * FROM syncline.patch_operation"),
      await target.query("SELECT count(*) FROM pg_largeobject"),
    ];
    const before = await rows();
    for (const sql of [
      "UPDATE kept SET b = 'z' WHERE a = 1",
      "DELETE FROM kept WHERE a = 1",
      "TRUNCATE kept CASCADE",
      "DROP TABLE child",
      "DROP SCHEMA public CASCADE",
      "ALTER TABLE kept DROP COLUMN b",
      "ALTER TABLE kept ALTER b TYPE varchar(1)",
      "INSERT INTO kept VALUES (1, 'z') ON CONFLICT (a) DO UPDATE SET b = excluded.b",
      "WITH gone AS (DELETE FROM kept RETURNING *) SELECT * FROM gone",
      "DO $$ BEGIN DELETE FROM kept; END $$",
      "SELECT clear()",
      "DROP SCHEMA syncline CASCADE",
      "DELETE FROM syncline.patch_operation",
      "TRUNCATE syncline.patch_operation",
      "CREATE TABLE later (a int); CREATE CONSTRAINT TRIGGER late AFTER INSERT ON later DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION late(); INSERT INTO later VALUES (1)",
      "SET search_path = pg_catalog; DELETE FROM public.kept",
      "SET track_counts = off; DELETE FROM kept",
      "SET LOCAL track_counts = off; DELETE FROM child; SET LOCAL track_counts = on",
    ])
      for (const dryRun of [false, true])
        await expect(
          importInto(target.url, Buffer.from(`${sql};`), { anySql: true, dryRun }),
          sql,
        ).rejects.toMatchObject({ code: "receipt.missing" });
    expect(await rows()).toEqual(before);
    const fine =
      "CREATE VIEW v AS SELECT 1; INSERT INTO empty VALUES (1); UPDATE empty SET a = 2; CREATE INDEX ON kept (b); DROP TABLE empty; SELECT count(*) FROM kept FOR UPDATE;";
    await importInto(target.url, Buffer.from(fine.replace(" FOR UPDATE", "")), { anySql: true });
    expect(await rows()).toEqual(before);
  });
});

describe("an SQL file for one tenant", () => {
  const tenant = { schema: "mine", tables: null, shared: false };
  const others = [
    "INSERT INTO theirs.t VALUES (1);",
    "COPY theirs.t FROM stdin;\n1\n\\.\n",
    "ALTER TABLE theirs.t ADD COLUMN b int DEFAULT 1;",
    "CREATE RULE r AS ON INSERT TO theirs.t DO INSTEAD NOTHING;",
    "SELECT pg_catalog.setval('theirs.s', 5, true);",
    "SET search_path = theirs; INSERT INTO t VALUES (1);",
    "CREATE TABLE IF NOT EXISTS theirs.t (a int); INSERT INTO theirs.t VALUES (1);",
  ];
  const setup = `CREATE SCHEMA mine; CREATE SCHEMA theirs; CREATE TABLE mine.t (a int);
    CREATE TABLE theirs.t (a int); CREATE SEQUENCE theirs.s;`;
  it.each(others)("writes nothing of another tenant: %s", async (sql) => {
    await withDatabase(async (target) => {
      await target.query(setup);
      const file = Buffer.from(`INSERT INTO mine.t VALUES (1);\n${sql}`);
      await expect(importInto(target.url, file, { tenant })).rejects.toMatchObject({
        code: "scope.exceeded",
        message: expect.stringMatching(/^dump\.sql:2: /),
      });
      expect(await target.query("SELECT a FROM mine.t UNION ALL SELECT a FROM theirs.t")).toEqual([]);
    });
  });

  it("writes the tenant's tables and those that the file makes itself", async () => {
    await withDatabase(async (target) => {
      await target.query(setup);
      const sql = `INSERT INTO mine.t VALUES (1); CREATE SCHEMA new; CREATE TABLE new.t (a serial);
        CREATE TABLE theirs.made (a serial); INSERT INTO new.t VALUES (2); INSERT INTO theirs.made VALUES (3);
        SELECT pg_catalog.setval('theirs.made_a_seq', 5, true); CREATE INDEX ON theirs.made (a);`;
      expect(await importInto(target.url, Buffer.from(sql), { tenant })).toMatchObject({ rows: 3 });
    });
  });

  it("takes its own dump of a whole database, also into a database of shared tables", async () => {
    await withDatabase(async (target) => {
      expect(await importInto(target.url, copied, { tenant: { ...tenant, shared: true } })).toMatchObject({
        rows: 100,
      });
      const more = Buffer.from("INSERT INTO public.users (name) VALUES ('x');");
      await expect(
        importInto(target.url, more, { tenant: { ...tenant, schema: "public", shared: true } }),
      ).rejects.toMatchObject({ code: "scope.exceeded" });
    });
  });

  it("refuses a file without any statement", async () => {
    await withDatabase(async (target) => {
      for (const text of ["", "-- Sync", ";\n"])
        await expect(importInto(target.url, Buffer.from(text))).rejects.toMatchObject({
          code: "file.damaged",
        });
    });
  });
});

const INSTALLED = findInstalledBinDir(15);

describe.skipIf(INSTALLED === null)("a plain dump of pg_dump", () => {
  it("is imported with anySql, and refused when its end is missing", async () => {
    const server = await startSecondServer({ major: 15 });
    const options = { serverUrl: server?.url() ?? "" };
    try {
      await withDatabase(async (original) => {
        await original.query(
          `${SCHEMA} CREATE FUNCTION f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; END;`,
        );
        const sql = execFileSync(`${INSTALLED}/pg_dump`, [original.url], { maxBuffer: 1 << 26 });
        await withDatabase(async (target) => {
          const cut = sql.subarray(0, sql.lastIndexOf("-- PostgreSQL database dump complete"));
          await expect(importInto(target.url, cut, { anySql: true })).rejects.toMatchObject({
            code: "file.damaged",
          });
          expect(await importInto(target.url, sql, { anySql: true })).toMatchObject({ rows: 100 });
          expect((await dumpText(target.url)).sql.toString()).toBe(
            (await dumpText(original.url)).sql.toString(),
          );
        }, options);
      }, options);
    } finally {
      await server?.stop();
    }
  });
});
