import { createHmac, randomBytes } from "node:crypto";
import type { MaskRule, TypeSpec } from "@syncline/core";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compileMask, maskSettings } from "./mask-sql.ts";
import { quoteLiteral } from "./quote.ts";

let database: TestDatabase;
let client: pg.Client;
const KEY = Buffer.from("a key of twenty bytes");

beforeAll(async () => {
  database = await createTestDatabase("masks");
  await database.query(`CREATE EXTENSION citext; CREATE DOMAIN short AS varchar(5);
    CREATE SCHEMA evil; CREATE FUNCTION evil.sha256(bytea) RETURNS bytea LANGUAGE sql AS 'SELECT ''\\x00''::bytea';
    CREATE FUNCTION evil.left(text, int) RETURNS text LANGUAGE sql AS 'SELECT ''evil''::text'`);
  client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await useKey(KEY);
});
afterAll(async () => {
  await client.end();
  await database.drop();
});

async function useKey(key: Uint8Array): Promise<void> {
  for (const [name, value] of maskSettings(key))
    await client.query("SELECT set_config($1, $2, false)", [name, value]);
}

const type = (name: string, base = name.replace(/\(.*$/, ""), rest: Partial<TypeSpec> = {}): TypeSpec => {
  return { name, base, kind: "base", portable: true, ...rest };
};
const hash = (length: number | null = null, domain: string | null = null): MaskRule => ({
  kind: "hash",
  length,
  domain,
});
const fake = (of: Extract<MaskRule, { kind: "fake" }>["of"]): MaskRule => ({
  kind: "fake",
  of,
  domain: null,
});
const KEEP: MaskRule = { kind: "keep-format", domain: null };

/** Masks of texts, read as a column of that type. */
async function masked(
  rule: MaskRule,
  of: TypeSpec,
  values: readonly (string | null)[],
): Promise<(string | null)[]> {
  const list = values
    .map((value, at) => `(${at}, ${value === null ? "NULL" : quoteLiteral(value)})`)
    .join(", ");
  const sql = `SELECT (${compileMask(rule, { expression: "t.v", type: of })})::text AS m
    FROM (SELECT i, x::${of.name} AS v FROM (VALUES ${list}) AS y(i, x)) AS t ORDER BY i`;
  return (await client.query<{ m: string | null }>(sql)).rows.map(({ m }) => m);
}

describe("hash", () => {
  it("is HMAC-SHA-256 of label and text, for keys shorter and longer than a block", async () => {
    for (const key of [KEY, randomBytes(64), randomBytes(200), randomBytes(16)]) {
      await useKey(key);
      const values = ["ada@example.org", "", "ž€😀", "a".repeat(5000)];
      const expected = values.map((value) =>
        createHmac("sha256", key).update(`syncline mask 1\nhash\nperson\0${value}`, "utf8").digest("hex"),
      );
      expect(await masked(hash(null, "person"), type("text"), values)).toEqual(expected);
    }
    await useKey(KEY);
  });

  it("keeps NULL, fits length and type, and means the same in every text type", async () => {
    const [full, none] = await masked(hash(), type("text"), ["x", null]);
    expect(full).toMatch(/^[0-9a-f]{64}$/);
    expect(none).toBeNull();
    expect(await masked(hash(), type("character varying(10)"), ["x"])).toEqual([full?.slice(0, 10)]);
    expect(await masked(hash(12), type("text"), ["x"])).toEqual([full?.slice(0, 12)]);
    const domain = type("public.short", "character varying", { kind: "domain", baseKind: "base" });
    expect(await masked(hash(), domain, ["x"])).toEqual([full?.slice(0, 5)]);
    const citext = type("public.citext");
    expect(await masked(hash(), citext, ["x", "X"])).toEqual([full, full]);
    expect(await masked(hash(), type("character(8)", "character"), ["x"])).toEqual([full?.slice(0, 8)]);
  });

  it("makes uuids of uuids and bytes of bytes", async () => {
    const uuids = await masked(hash(), type("uuid"), ["00000000-0000-0000-0000-000000000001", null]);
    expect(uuids[0]).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(uuids[1]).toBeNull();
    const [bytes] = await masked(hash(), type("bytea"), ["\\x00ff"]);
    expect(bytes).toMatch(/^\\x[0-9a-f]{64}$/);
  });

  it("is one to one on integers, and keeps their sign", async () => {
    const limits = { smallint: 32767n, integer: 2147483647n, bigint: 9223372036854775807n };
    for (const [name, most] of Object.entries(limits)) {
      const values = [0n, 1n, -1n, most, -most - 1n, 42n].map(String);
      const all = await masked(hash(), type(name), [...values, null]);
      expect(all.pop()).toBeNull();
      expect(new Set(all).size).toBe(values.length);
      const isNegative = (value: string | null) => value?.startsWith("-");
      expect(all.map(isNegative)).toEqual(values.map(isNegative));
    }
    const every = compileMask(hash(), { expression: "t.v", type: type("smallint") });
    const { rows } = await client.query<{ n: string }>(
      `SELECT count(DISTINCT m)::text AS n FROM (SELECT ${every} AS m FROM (SELECT g::smallint AS v FROM generate_series(-32768, 32767) g) t) s`,
    );
    expect(rows[0]?.n).toBe("65536");
  });
});

describe("fake", () => {
  it("looks like what it stands for, stays the same, and addresses stay unique", async () => {
    const shapes: Record<Extract<MaskRule, { kind: "fake" }>["of"], RegExp> = {
      "first-name": /^[A-Z][a-z]+$/,
      "last-name": /^[A-Z][a-z]+$/,
      "full-name": /^[A-Z][a-z]+ [A-Z][a-z]+$/,
      email: /^[a-z]+\.[a-z]+\.[0-9a-f]{12}@example\.com$/,
      phone: /^\+999 \d{10}$/,
      street: /^\d{1,3} [A-Z][a-z]+ Street$/,
      city: /^[A-Z][a-z]+$/,
      company: /^[A-Z][a-z]+ [A-Z][a-z]+$/,
      word: /^[a-z]+$/,
      sentence: /^[A-Z][a-z]+( [a-z]+){4}\.$/,
    };
    for (const [of, shape] of Object.entries(shapes)) {
      const rule = fake(of as keyof typeof shapes);
      const once = await masked(rule, type("text"), ["a", "b", null, ""]);
      expect(once[2]).toBeNull();
      for (const value of [once[0], once[1], once[3]]) expect(value).toMatch(shape);
      expect(await masked(rule, type("text"), ["a", "b", null, ""])).toEqual(once);
    }
    const many = Array.from({ length: 5000 }, (_, index) => `p${index}@corp.test`);
    expect(new Set(await masked(fake("email"), type("text"), many)).size).toBe(5000);
  });

  it("keeps the form of an address in a short column", async () => {
    const found = await masked(fake("email"), type("character varying(30)"), ["someone@corp.test", "b"]);
    for (const value of found) expect(value).toMatch(/^u[0-9a-f]{17}@example\.com$/);
    expect(new Set(found).size).toBe(2);
  });
});

describe("keep-format", () => {
  it("replaces every letter and digit and nothing else", async () => {
    const values = ["+1 (555) 010-9999", "Ab-12 cD", "", "Žluťoučký 😀", "x".repeat(100), null];
    const found = await masked(KEEP, type("text"), values);
    expect(found[0]).toMatch(/^\+\d \(\d{3}\) \d{3}-\d{4}$/);
    expect(found[1]).toMatch(/^[A-Z][a-z]-\d\d [a-z][A-Z]$/);
    expect(found[2]).toBe("");
    expect(found[3]).toMatch(/^[A-Za-z]{9} [a-z]$/);
    expect(found[4]).toMatch(/^[a-z]{100}$/);
    expect(new Set(found[4]).size).toBeGreaterThan(10);
    expect(found[5]).toBeNull();
    values.forEach((value, at) => {
      for (const [place, character] of [...(value ?? "")].entries())
        if (/[A-Za-z0-9]/.test(character)) expect([...(found[at] ?? "")][place]).not.toBe(character);
    });
  });

  it("keeps equal what citext takes as equal", async () => {
    const [lower, upper] = await masked(KEEP, type("public.citext"), ["abc1", "ABC1"]);
    expect(upper).toBe(lower?.toUpperCase());
  });
});

describe("other kinds", () => {
  it("writes fixed values, NULL and redactions", async () => {
    expect(await masked({ kind: "fixed", value: "it's" }, type("text"), ["x", null])).toEqual([
      "it's",
      "it's",
    ]);
    expect(await masked({ kind: "fixed", value: "7" }, type("integer"), ["1"])).toEqual(["7"]);
    expect(await masked({ kind: "null" }, type("integer"), ["1"])).toEqual([null]);
    expect(await masked({ kind: "redact", text: "[gone]" }, type("text"), ["x", null])).toEqual([
      "[gone]",
      null,
    ]);
  });

  it("refuses what a type cannot take", () => {
    const column = { expression: "t.v", type: type("jsonb") };
    expect(() => compileMask(hash(), column)).toThrow(/jsonb/);
    expect(() => compileMask(fake("email"), { ...column, type: type("uuid") })).toThrow(/uuid/);
  });
});

describe("surroundings", () => {
  it("means the same under any search_path", async () => {
    const before = await masked(hash(), type("text"), ["x"]);
    await client.query("SET search_path = evil, public, pg_catalog");
    expect(await masked(hash(), type("text"), ["x"])).toEqual(before);
    await client.query("RESET search_path");
  });

  it("fails without a key instead of masking with none", async () => {
    const bare = new pg.Client({ connectionString: database.url });
    await bare.connect();
    const expression = compileMask(hash(), { expression: "'x'::text", type: type("text") });
    await expect(bare.query(`SELECT ${expression}`)).rejects.toMatchObject({ code: "42704" });
    await bare.end();
  });
});
