import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createTestDatabase, type TestDatabase, TYPE_ZOO, ZOO_TYPES } from "@syncline/tooling-test-postgres";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openPatch } from "../codec/patch-reader.ts";
import type { PatchOperation, PatchTable } from "../patch.ts";
import { memorySource, patchBytes, row, sampleHeader, sha256 } from "../testing/sample-patch.ts";
import { patchSql } from "./patch-sql.ts";

const PSQL = "/usr/bin/psql";
const RAW = { getTypeParser: () => (value: string) => value } as unknown as pg.CustomTypesConfig;

let database: TestDatabase;
let client: pg.Client;
beforeAll(async () => {
  database = await createTestDatabase("patch_sql", { options: "TEMPLATE template0 ENCODING 'UTF8'" });
  client = new pg.Client({ connectionString: database.url, types: RAW });
  await client.connect();
  const pins =
    "SET \"TimeZone\" = 'UTC'; SET DateStyle = 'ISO'; SET IntervalStyle = 'postgres'; SET extra_float_digits = 1; SET lc_monetary = 'C'";
  for (const statements of [pins, ...ZOO_TYPES]) await client.query(statements);
});
afterAll(async () => {
  await client?.end();
  await database?.drop();
});

async function script(table: PatchTable, operations: readonly PatchOperation[]): Promise<string> {
  const bytes = patchBytes(operations, sampleHeader([table]));
  const patch = await openPatch(memorySource(bytes), { createDigest: sha256 });
  const parts: string[] = [];
  for await (const part of patchSql(patch)) parts.push(part);
  return parts.join("");
}

async function run(table: PatchTable, operations: readonly PatchOperation[]): Promise<void> {
  try {
    await client.query(await script(table, operations));
  } finally {
    await client.query("ROLLBACK");
  }
}

const rows = async (text: string) => (await client.query<Record<string, string | null>>(text)).rows;

describe("a patch as SQL", () => {
  it.each(TYPE_ZOO)("finds and writes every value of $type", async ({ name, type, samples }) => {
    await client.query(`DROP TABLE IF EXISTS zoo; CREATE TABLE zoo (id int PRIMARY KEY, "${name}" ${type})`);
    const all = [...samples, "NULL"];
    for (const [index, sample] of all.entries())
      await client.query(`INSERT INTO zoo VALUES (${index}, (${sample})::${type})`);
    const typeName =
      (
        await rows(
          `SELECT format_type(atttypid, atttypmod) AS t FROM pg_attribute WHERE attrelid = 'zoo'::regclass AND attnum = 2`,
        )
      )[0]?.["t"] ?? "";
    const table: PatchTable = {
      name: "zoo",
      columns: [
        ["id", "integer"],
        [name, typeName],
      ],
      key: ["id"],
      fingerprint: "f",
    };
    const before = await rows("SELECT * FROM zoo ORDER BY id");
    const image = (index: number) => before[index]?.[name] ?? null;
    const updates = all.map(
      (_, index): PatchOperation => ({
        op: "update",
        table: "zoo",
        key: row({ id: String(index) }),
        old: row({ [name]: image(index) }),
        new: row({ [name]: image((index + 1) % all.length) }),
      }),
    );
    await run(table, updates);
    expect((await rows("SELECT * FROM zoo ORDER BY id")).map((found) => found[name])).toEqual(
      all.map((_, index) => image((index + 1) % all.length)),
    );
    // A wrong old value is not found: every value differs from its neighbour.
    await expect(run(table, [updates[0] as PatchOperation])).rejects.toMatchObject({ code: "23514" });
    const found = await rows("SELECT * FROM zoo ORDER BY id");
    const remove = found.map(
      (old): PatchOperation => ({
        op: "delete",
        table: "zoo",
        key: row({ id: old["id"] as string }),
        old: row(old),
        count: 1,
        of: 1,
      }),
    );
    const insert = found.map(
      (fresh): PatchOperation => ({
        op: "insert",
        table: "zoo",
        key: row({ id: fresh["id"] as string }),
        new: row(fresh),
        count: 1,
      }),
    );
    await run(table, [...insert, ...remove]);
    expect(await rows("SELECT * FROM zoo ORDER BY id")).toEqual(found);
  });

  const HOSTILE: PatchTable = {
    name: '"odd.""\n\\! name"',
    columns: [
      ["a\nb", "text"],
      ["it's", "text"],
    ],
    key: ["a\nb"],
    fingerprint: "f",
  };
  const VALUES = [
    "\n\\! touch /tmp/syncline-owned\n",
    "'; DROP TABLE x; --",
    "\\",
    "\\'",
    "$$",
    ":a :'a' :\"a\"",
    "\\copy x from y",
    "\u001b[31m",
    "COMMIT;\n\\q",
    "a\r\nb\tc",
  ];

  it("keeps hostile names and values in their quotes, also for psql", async () => {
    const create = `DROP TABLE IF EXISTS "odd.""\n\\! name"; CREATE TABLE "odd.""\n\\! name" ("a\nb" text PRIMARY KEY, "it's" text)`;
    const read = `SELECT * FROM "odd.""\n\\! name" ORDER BY 1`;
    const operations = VALUES.map((value): PatchOperation => {
      return {
        op: "insert",
        table: HOSTILE.name,
        key: row({ "a\nb": value }),
        new: row({ "a\nb": value, "it's": value }),
        count: 1,
      };
    });
    const wanted = VALUES.map((value) => ({ "a\nb": value, "it's": value }));
    const sorted = (list: readonly object[]) => list.map((item) => JSON.stringify(item)).sort();
    const text = await script(HOSTILE, operations);
    for (const line of text.split("\n"))
      expect(line).toMatch(/^(--|BEGIN;|SET |CREATE TEMPORARY|WITH changed|COMMIT;|$)/);
    for (const conforming of ["on", "off"]) {
      await client.query(
        `SET standard_conforming_strings = ${conforming}; SET backslash_quote = 'safe_encoding'`,
      );
      await client.query(create);
      await client.query(text);
      expect(sorted(await rows(read))).toEqual(sorted(wanted));
    }
    await client.query("RESET standard_conforming_strings");
    if (!existsSync(PSQL)) return;
    await client.query(create);
    execFileSync(PSQL, ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-v", "a=BROKEN", database.url], {
      input: text,
    });
    expect(sorted(await rows(read))).toEqual(sorted(wanted));
    expect(existsSync("/tmp/syncline-owned")).toBe(false);
  });

  it("does everything or nothing, and counts rows without a key", async () => {
    await client.query(
      "DROP TABLE IF EXISTS log; CREATE TABLE log (line text, n int); INSERT INTO log SELECT 'out', 1 FROM generate_series(1, 5)",
    );
    const table: PatchTable = {
      name: "log",
      columns: [
        ["line", "text"],
        ["n", "integer"],
      ],
      key: [],
      fingerprint: "f",
    };
    const remove: PatchOperation = {
      op: "delete",
      table: "log",
      key: new Map(),
      old: row({ line: "out", n: "1" }),
      count: 2,
      of: 5,
    };
    const insert: PatchOperation = {
      op: "insert",
      table: "log",
      key: new Map(),
      new: row({ line: "in", n: null }),
      count: 3,
    };
    await run(table, [remove, insert]);
    const counts = "SELECT line, count(*) AS c FROM log GROUP BY line ORDER BY line";
    expect(await rows(counts)).toEqual([
      { line: "in", c: "3" },
      { line: "out", c: "3" },
    ]);
    await expect(run(table, [insert, { ...remove, count: 4, of: 5 }])).rejects.toMatchObject({
      code: "23514",
    });
    expect(await rows(counts)).toEqual([
      { line: "in", c: "3" },
      { line: "out", c: "3" },
    ]);
  });
});
