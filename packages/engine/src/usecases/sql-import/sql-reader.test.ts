import { describe, expect, it } from "vitest";
import { plainInsert } from "./plain-insert.ts";
import { SqlReader } from "./sql-reader.ts";

async function* pieces(text: string, size: number): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** Statements as `line: sql`, and the rows after each COPY as `rows: …`. */
async function read(text: string, size = 7, maxStatementBytes = 1_000_000): Promise<string[]> {
  const reader = new SqlReader(pieces(text, size), { file: "f.sql", maxStatementBytes });
  const found: string[] = [];
  for (let each = await reader.next(); each !== null; each = await reader.next()) {
    found.push(`${each.line}: ${each.sql}`);
    if (!/^COPY /.test(each.sql)) continue;
    const rows: string[] = [];
    for await (const chunk of reader.rows()) rows.push(Buffer.from(chunk).toString());
    found.push(`rows: ${rows.join("")}`);
  }
  return found;
}

describe("statements of an SQL file", () => {
  const cases: [string, string, string[]][] = [
    ["two", "SELECT 1;\nSELECT 2;", ["1: SELECT 1", "2: SELECT 2"]],
    ["semicolons in strings", "SELECT ';''; --';SELECT 2;", ["1: SELECT ';''; --'", "1: SELECT 2"]],
    ["escape strings", "SELECT E'\\';', e'\\\\';SELECT 2;", ["1: SELECT E'\\';', e'\\\\'", "1: SELECT 2"]],
    ["a backslash in a plain string", "SELECT '\\';SELECT 2;", ["1: SELECT '\\'", "1: SELECT 2"]],
    ["quoted names", 'SELECT ";""" FROM "a\n\\! rm";', ['1: SELECT ";""" FROM "a\n\\! rm"']],
    [
      "dollar quotes",
      "SELECT $a$;$$'$b$;$a$;SELECT $$;$$, a$1;",
      ["1: SELECT $a$;$$'$b$;$a$", "1: SELECT $$;$$, a$1"],
    ],
    [
      "nested comments",
      "/* ; /* ; */ ; */ SELECT 1 /* ; */;-- ;\nSELECT 2;",
      ["1: SELECT 1 /* ; */", "2: SELECT 2"],
    ],
    [
      "parentheses",
      "CREATE RULE r AS ON INSERT TO v DO (SELECT 1; SELECT 2);",
      ["1: CREATE RULE r AS ON INSERT TO v DO (SELECT 1; SELECT 2)"],
    ],
    [
      "bodies of functions",
      "CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END; SELECT 3;",
      [
        "1: CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END",
        "1: SELECT 3",
      ],
    ],
    [
      "rows",
      "COPY t FROM stdin;\na\\.b\n\\.x\n \\.\n\\.\nSELECT 1;",
      ["1: COPY t FROM stdin", "rows: a\\.b\n\\.x\n \\.\n", "6: SELECT 1"],
    ],
    ["no rows", "COPY t FROM stdin;\r\n\\.\r\nSELECT 1;", ["1: COPY t FROM stdin", "rows: ", "3: SELECT 1"]],
    [
      "commands that change nothing",
      "\\set ON_ERROR_STOP on\n\\restrict abc\nSELECT 1;\n\\unrestrict abc\n",
      ["3: SELECT 1"],
    ],
    ["empty statements", ";;\n;", ["1: ", "1: ", "2: "]],
    ["nothing", "-- nothing\n", []],
  ];
  it.each(cases)("%s", async (_name, text, expected) => {
    for (const size of [1, 2, 3, 5, 1_000]) expect(await read(text, size)).toEqual(expected);
  });

  const refused: [string, string, string, number][] = [
    ["a command of psql", "SELECT 1;\n\\! touch x\n", "sql.refused", 2],
    ["a command inside a statement", "SELECT 1\n\\g\n;", "sql.refused", 2],
    ["a variable", "\\set x y\n", "sql.refused", 1],
    ["text after a COPY", "COPY t FROM stdin; SELECT 1;\n1\n\\.\n", "sql.refused", 1],
    ["an end inside a string", "SELECT 1;\nSELECT 'a\n", "file.damaged", 2],
    ["an end inside a comment", "SELECT 1; /* ", "file.damaged", 1],
    ["an end inside a statement", "SELECT 1;\nSELECT 2", "file.damaged", 2],
    ["an end inside rows", "COPY t FROM stdin;\n1\n2\n", "file.damaged", 4],
    ["an end inside a row", "COPY t FROM stdin;\n1\n2", "file.damaged", 3],
    ["a dump without its last line", "--\n-- PostgreSQL database dump\n--\nSELECT 1;\n", "file.damaged", 5],
    ["a NUL", "SELECT 1;\nSELECT '\0';", "file.damaged", 2],
  ];
  it.each(refused)("refuses %s", async (_name, text, code, line) => {
    for (const size of [1, 3, 1_000]) {
      await expect(read(text, size)).rejects.toMatchObject({
        code,
        message: expect.stringContaining(`f.sql:${line}:`),
      });
    }
  });

  it("refuses bytes that are not UTF-8", async () => {
    async function* bytes() {
      yield Buffer.from([0x53, 0x27, 0xff, 0x27, 0x3b]);
    }
    const reader = new SqlReader(bytes(), { file: "f.sql", maxStatementBytes: 100 });
    await expect(reader.next()).rejects.toMatchObject({ code: "file.damaged" });
  });

  it("refuses a statement that would not fit", async () => {
    const text = `SELECT 1;\nSELECT '${"x".repeat(10_000)}';`;
    await expect(read(text, 64, 1_000)).rejects.toMatchObject({ code: "limit.exceeded" });
  });
});

describe("inserts of constants alone", () => {
  it.each([
    [
      `INSERT INTO "a"."b" ("x", "y") VALUES ('1', NULL),\n(E'\\'', -1.5), ('''', true)`,
      { schema: "a", name: "b" },
    ],
    [
      `INSERT INTO "we ""ird"."t" ("x") OVERRIDING SYSTEM VALUE VALUES ('a;b')`,
      { schema: 'we "ird', name: "t" },
    ],
    [`insert into Public.T values (1)`, { schema: "public", name: "t" }],
    [`INSERT INTO t (x) VALUES (1)`, null],
    [`INSERT INTO a.b (x) VALUES (now())`, null],
    [`INSERT INTO a.b (x) VALUES (a.x)`, null],
    [`INSERT INTO a.b (x) VALUES ('1') RETURNING *`, null],
    [`INSERT INTO a.b (x) VALUES ('1') ON CONFLICT DO NOTHING`, null],
    [`INSERT INTO a.b (x) VALUES ('1' || f())`, null],
    [`INSERT INTO a.b (x) VALUES ('1'), ((SELECT 1))`, null],
    [`INSERT INTO a.b (x) SELECT 1`, null],
    [`INSERT INTO a.b (x) VALUES (E'\\'), (f(), 'x')`, null],
    [`INSERT INTO a.b (x) VALUES (trueish)`, null],
    [`INSERT INTO a.b (x) VALUES ('x')x`, null],
  ])("%s", (sql, table) => {
    expect(plainInsert(sql)).toEqual(table);
  });
});
