import { isCodedError } from "@syncline/core";
import { importSql, type SqlTarget } from "@syncline/engine";
import { scaled, seed } from "@syncline/tooling-vitest";
import { expect, it } from "vitest";
import { openSqlParser } from "./endpoint-registry.ts";
import { seededRandom } from "./testing/hostile-database.ts";
import { inPieces, testContext } from "./testing/sql-files.ts";

const FILE = `-- Syncline SQL dump, version 1
\\set ON_ERROR_STOP on
BEGIN;
SET LOCAL search_path = '';
CREATE SCHEMA "a";
CREATE TABLE "a"."b" ("x" int, "y" text DEFAULT E'\\'');
CREATE FUNCTION a.f() RETURNS int LANGUAGE sql AS $function$ SELECT 1; $function$;
COPY "a"."b" ("x", "y") FROM stdin;
1	one\\ttab
2	\\N
\\.
INSERT INTO "a"."b" ("x", "y") VALUES (1, 'it''s'), (2, E'\\\\');
SELECT pg_catalog.setval('"a"."s"', 5, true);
COMMENT ON TABLE "a"."b" IS 'x
\\! rm';
COMMIT;
`;

const PIECES = [
  "'",
  '"',
  "$$",
  "\\",
  "\n\\! x\n",
  "\\.",
  "\n\\.\n",
  "/*",
  "*/",
  "--",
  ";",
  "(",
  ")",
  "\0",
  "E'",
  "\xff",
  "DROP TABLE x;",
  "COPY x FROM PROGRAM 'y';",
  "BEGIN",
  "END",
  "COMMIT;",
  "\n",
];

/** Takes everything and remembers it. */
function recordingTarget(): { target: SqlTarget; ran: string[] } {
  const ran: string[] = [];
  const transaction = {
    run: async (sql: string) => ran.push(sql),
    copy: async (sql: string, rows: AsyncIterable<Uint8Array>) => {
      ran.push(sql);
      for await (const _ of rows);
      return 0;
    },
    watch: () => Promise.reject(new Error("nothing of this file wants watching")),
    untouched: () => Promise.reject(new Error("nothing of this file wants watching")),
    commit: async () => {},
    rollback: async () => {},
  };
  return { target: { label: "target", begin: async () => transaction, close: async () => {} }, ran };
}

function mutated(random: () => number): Buffer {
  let bytes = Buffer.from(FILE);
  for (let count = 1 + Math.floor(random() * 4); count > 0; count -= 1) {
    const at = Math.floor(random() * bytes.length);
    const cut = random() < 0.5 ? 0 : Math.floor(random() * 30);
    const piece = Buffer.from(PIECES[Math.floor(random() * PIECES.length)] ?? "", "latin1");
    bytes = Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at + cut)]);
  }
  return bytes;
}

it("a mutated file is imported or refused with its line, and nothing else is ever run", {
  timeout: 600_000,
}, async () => {
  const random = seededRandom(seed);
  for (let at = 0; at < scaled(5_000); at += 1) {
    const bytes = mutated(random);
    const { target, ran } = recordingTarget();
    const started = performance.now();
    try {
      await importSql({
        ctx: testContext(),
        chunks: inPieces(bytes, 1 + Math.floor(random() * 200)),
        file: "f.sql",
        parser: openSqlParser(),
        target,
        dryRun: false,
        anySql: false,
        protection: "protected",
      });
    } catch (error) {
      expect(isCodedError(error), `${String(error)} seed ${seed} case ${at}`).toBe(true);
      expect(String(error)).toMatch(/f\.sql:\d+:/);
    }
    expect(performance.now() - started).toBeLessThan(10_000);
    expect(
      ran.filter((sql) => !/^(SET|CREATE|COPY|INSERT|SELECT\s+pg_catalog|COMMENT)\b/i.test(sql.trim())),
    ).toEqual([]);
    const copies = ran.map((sql) => sql.trim().replaceAll(/"[^"]*"/g, "name"));
    expect(copies.filter((sql) => /^COPY.*PROGRAM/is.test(sql))).toEqual([]);
  }
});
