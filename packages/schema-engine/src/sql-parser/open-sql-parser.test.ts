import { describe, expect, it } from "vitest";
import { openSqlParser } from "./open-sql-parser.ts";

const parser = openSqlParser();

describe("what a statement is", () => {
  it.each([
    "CREATE SCHEMA s",
    "CREATE EXTENSION IF NOT EXISTS citext SCHEMA public",
    "CREATE TABLE a.b (x int DEFAULT 1, y text GENERATED ALWAYS AS ('x') STORED) PARTITION BY RANGE (x)",
    "ALTER TABLE a.b ADD CONSTRAINT c PRIMARY KEY (x)",
    "ALTER TABLE a.b ENABLE ROW LEVEL SECURITY",
    "CREATE FUNCTION a.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE VIEW a.v AS SELECT 1",
    "CREATE MATERIALIZED VIEW a.v AS SELECT 1",
    "CREATE TRIGGER t BEFORE INSERT ON a.b FOR EACH ROW EXECUTE FUNCTION a.f()",
    "CREATE COLLATION a.c (provider = icu, locale = 'de')",
    "COMMENT ON TABLE a.b IS 'x'",
    "SET LOCAL search_path = ''",
    "SET client_encoding = 'UTF8'",
    "SELECT pg_catalog.setval('a.s', 5, true)",
    "SELECT pg_catalog.set_config('search_path', '', false)",
  ])("known: %s", async (sql) => {
    expect(await parser.classify(sql)).toMatchObject({ kind: "known" });
  });

  it.each([
    "DROP TABLE a.b",
    "DELETE FROM a.b",
    "UPDATE a.b SET x = 1",
    "TRUNCATE a.b",
    "SELECT pg_sleep(1)",
    "SELECT pg_catalog.setval('a.s', (SELECT 1), true)",
    "SELECT pg_catalog.setval('a.s', 5, true) FROM a.b",
    "SELECT pg_catalog.setval('a.s', 5, true), f()",
    "SELECT pg_catalog.set_config('role', 'x', false)",
    "DO $$ BEGIN END $$",
    "CREATE OR REPLACE FUNCTION a.f() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE OR REPLACE VIEW a.v AS SELECT 1",
    "CREATE TABLE a.b AS SELECT 1",
    "ALTER TABLE a.b DROP COLUMN x",
    "ALTER TABLE a.b ALTER x TYPE text",
    "ALTER TABLE a.b OWNER TO x",
    "ALTER TABLE syncline.ledger ADD COLUMN x int",
    "CREATE TABLE pg_catalog.x (a int)",
    "SET session_replication_role = 'replica'",
    "SET client_encoding = 'SJIS'",
    "SET standard_conforming_strings = off",
    "RESET ALL",
    "GRANT ALL ON a.b TO PUBLIC",
    "INSERT INTO a.b SELECT * FROM a.c",
    "INSERT INTO a.b VALUES (f())",
    "INSERT INTO a.b VALUES (1) ON CONFLICT DO NOTHING",
    "INSERT INTO syncline.ledger VALUES (1)",
    "WITH x AS (DELETE FROM a.b) INSERT INTO a.b VALUES (1)",
    "EXPLAIN ANALYZE DELETE FROM a.b",
    "CALL a.p()",
    "LOCK a.b",
  ])("other: %s", async (sql) => {
    expect(await parser.classify(sql)).toMatchObject({ kind: "other" });
  });

  it.each([
    "COPY a.b TO STDOUT",
    "COPY a.b FROM '/etc/passwd'",
    "COPY a.b FROM PROGRAM 'id'",
    "COPY pg_catalog.pg_proc FROM stdin",
    "ROLLBACK",
    "SAVEPOINT x",
    "PREPARE TRANSACTION 'x'",
  ])("forbidden: %s", async (sql) => {
    expect(await parser.classify(sql)).toMatchObject({ kind: "forbidden" });
  });

  it("tells rows and their table", async () => {
    expect(await parser.classify('COPY "a"."b" (x) FROM stdin')).toEqual({
      kind: "copy",
      table: { schema: "a", name: "b" },
      plain: true,
    });
    expect(await parser.classify("COPY a.b FROM stdin WITH (FORMAT csv)")).toMatchObject({ plain: false });
    expect(await parser.classify("INSERT INTO a.b VALUES (1, 'x'::text, DEFAULT)")).toMatchObject({
      kind: "insert",
    });
  });

  it.each(["SELECT 1; SELECT 2", "SELEC 1", ""])("refuses %s", async (sql) => {
    await expect(parser.classify(sql)).rejects.toMatchObject({ code: "sql.refused" });
  });
});
