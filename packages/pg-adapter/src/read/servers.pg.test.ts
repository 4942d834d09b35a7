import {
  createTestDatabase,
  type ServerCopies,
  startServerCopies,
  type TestDatabase,
} from "@syncline/tooling-test-postgres";
import pg from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { compare } from "./testing/compare-databases.ts";

async function run(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(sql).finally(() => client.end());
}

describe("databases that store text in another order than UTF-8", () => {
  const ENCODINGS = ["WIN1252", "LATIN1", "LATIN2", "UTF8"];
  let server: TestDatabase;
  const url = (name: string) => server.url.replace(/\/[^/]*$/, `/${name}`);
  const names = ENCODINGS.map((encoding) => `text_in_${encoding.toLowerCase()}`);

  beforeAll(async () => {
    server = await createTestDatabase("text_orders");
    for (const [at, encoding] of ENCODINGS.entries()) {
      await server.query(`CREATE DATABASE ${names[at]} ENCODING '${encoding}' LOCALE 'C' TEMPLATE template0`);
      const rows = "('é', 'b'), ('z', 'c'), ('ä', 'd'), ('ß', 'e')";
      await run(
        url(names[at] ?? ""),
        `CREATE TABLE t (k text PRIMARY KEY, n text, v text); INSERT INTO t SELECT k, k, v FROM (VALUES ${rows}) AS r(k, v)`,
      );
    }
    for (const name of ["text_in_win1252", "text_in_utf8"])
      await run(url(name), "INSERT INTO t VALUES ('€', '€', 'a'), ('Ž', 'Ž', 'f')");
    for (const name of ["text_in_latin2", "text_in_utf8"])
      await run(url(name), "INSERT INTO t VALUES ('Ą', 'Ą', 'a'), ('đ', 'đ', 'f')");
  });
  afterAll(async () => {
    for (const name of names) await server?.query(`DROP DATABASE IF EXISTS ${name}`);
    await server?.drop();
  });

  const EXTRA: Readonly<Record<string, readonly string[]>> = {
    WIN1252: ["€", "Ž"],
    LATIN1: [],
    LATIN2: ["Ą", "đ"],
    UTF8: ["€", "Ž", "Ą", "đ"],
  };
  const pairs = ENCODINGS.flatMap((a) => ENCODINGS.map((b) => [a, b] as const));
  it.each(pairs)("%s against %s", async (a, b) => {
    const [source, target] = [EXTRA[a] ?? [], EXTRA[b] ?? []];
    const expected = [
      ...source.filter((key) => !target.includes(key)).map((key) => `insert ${key}`),
      ...target.filter((key) => !source.includes(key)).map((key) => `delete ${key}`),
    ];
    for (const path of ["stream", "buckets-by-hash"] as const) {
      const { changes } = await compare(
        { url: url(`text_in_${a.toLowerCase()}`), tables: ["t"] },
        { url: url(`text_in_${b.toLowerCase()}`), tables: ["t"] },
        { path },
      );
      expect(changes.map(({ kind, key }) => `${kind} ${key}`).sort()).toEqual(expected.sort());
    }
  });

  it.each(ENCODINGS)("%s: each row that only one side has, and no other", async (encoding) => {
    const at = url(`text_in_${encoding.toLowerCase()}`);
    for (const gone of ["é", ...(EXTRA[encoding] ?? [])]) {
      await run(
        at,
        `DROP TABLE IF EXISTS u; CREATE TABLE u (LIKE t INCLUDING ALL); INSERT INTO u SELECT * FROM t WHERE k <> '${gone}'`,
      );
      const { changes } = await compare(
        { url: at, tables: ["t"] },
        { url: at, tables: ["u"] },
        { path: "stream" },
      );
      expect(changes.map(({ kind, key }) => `${kind} ${key}`)).toEqual([`insert ${gone}`]);
    }
  });
});

describe("servers made from one copy of the files", () => {
  let copies: ServerCopies;
  beforeAll(async () => {
    copies = await startServerCopies();
  }, 60_000);
  afterAll(() => copies?.stop());

  it("are two servers, each with a snapshot of its own", async () => {
    const [one, two] = copies.urls;
    for (const url of [one, two])
      await run(url, "CREATE TABLE t (k int PRIMARY KEY, v text); INSERT INTO t VALUES (1, 'a'), (2, 'b')");
    await run(two, "UPDATE t SET v = 'x' WHERE k = 2");
    const { changes } = await compare({ url: one }, { url: two });
    expect(changes).toEqual([
      { kind: "update", table: 0, key: ["2"], changes: [{ column: "v", before: "x", after: "b" }] },
    ]);
  });
});

describe("a database whose search_path leads to operators of others", () => {
  it("never runs them", async () => {
    const [source, target] = await Promise.all([
      createTestDatabase("trojan_source"),
      createTestDatabase("trojan_target"),
    ]);
    try {
      for (const database of [source, target]) {
        await database.query(
          "CREATE TABLE t (k int PRIMARY KEY, v text, e text COLLATE \"C\"); INSERT INTO t VALUES (1, 'a', 'x'), (2, 'b', 'y')",
        );
        await database.query("CREATE VIEW w AS SELECT * FROM t");
        for (const [at, type] of ["oid", "name", "text", "int", '"char"', "bigint", "boolean"].entries()) {
          await database.query(`CREATE FUNCTION trojan_${at}(${type}, ${type}) RETURNS bool LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'ran'; END$$;
            CREATE OPERATOR public.= (LEFTARG = ${type}, RIGHTARG = ${type}, FUNCTION = trojan_${at})`);
        }
        await database.query(`CREATE FUNCTION joined(text, text) RETURNS text LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'ran'; END$$;
          CREATE OPERATOR public.|| (LEFTARG = text, RIGHTARG = text, FUNCTION = joined);
          CREATE FUNCTION named(name, text) RETURNS bool LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'ran'; END$$;
          CREATE OPERATOR public.= (LEFTARG = name, RIGHTARG = text, FUNCTION = named);
          ALTER DATABASE ${database.name} SET search_path = public, pg_catalog`);
      }
      await target.query(`UPDATE t SET v = 'c' WHERE k OPERATOR(pg_catalog.=) 2`);
      for (const path of ["stream", "buckets-by-range", "buckets-by-hash", "multiset"] as const) {
        for (const table of ["t", "w"]) {
          const side = { tables: [table] };
          const options = { path, keys: new Map([[table, ["k"]]]) };
          const { result } = await compare(
            { url: source.url, ...side },
            { url: target.url, ...side },
            options,
          );
          expect(result.totals).toMatchObject({ sourceRows: 2, unchanged: 1 });
        }
      }
    } finally {
      await Promise.all([source.drop(), target.drop()]);
    }
  });
});
