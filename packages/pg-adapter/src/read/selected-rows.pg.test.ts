import { checkTableFilter, parseFilter } from "@syncline/core";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import pg from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { named, selection, textsOf, withSnapshot } from "./testing/open-snapshot.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase("selected_rows");
});
afterAll(() => database.drop());
beforeEach(() => database.query("DROP SCHEMA public CASCADE; CREATE SCHEMA public"));

const never = () => new AbortController().signal;

describe("texts", () => {
  it("are those of the type's output under the pins", async () => {
    await database.query(`CREATE TABLE t (k int PRIMARY KEY, a float8, b timestamptz, c interval, d bytea, e char(4), f numeric, g text[], h bool, i text);
      INSERT INTO t VALUES (1, 0.1, '2024-01-01 00:00:00+05', '1 mon -2 days', '\\x00ff', 'x', 1.50, '{a,NULL,"NULL","b c"}', true, E'a\\tb\\nc\\\\d\\r\\b\\f\\v'),
        (2, '-0', 'infinity', '0', '', '', 'NaN', '{}', false, '\\N'), (3, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL), (-4, 1e300, '0044-03-15 BC', '-1 day', NULL, NULL, 1e20, NULL, NULL, '')`);
    const rows = await withSnapshot({ url: database.url }, (s) => textsOf(s, selection(named(s, "t"))));
    const none = Array.from({ length: 9 }, () => null);
    expect(rows).toEqual([
      [
        "-4",
        "1e+300",
        "0044-03-15 00:00:00+00 BC",
        "-1 days",
        null,
        null,
        "100000000000000000000",
        null,
        null,
        "",
      ],
      [
        "1",
        "0.1",
        "2023-12-31 19:00:00+00",
        "1 mon -2 days",
        "\\x00ff",
        "x   ",
        "1.50",
        '{a,NULL,"NULL","b c"}',
        "t",
        "a\tb\nc\\d\r\b\f\v",
      ],
      ["2", "-0", "infinity", "00:00:00", "\\x", "    ", "NaN", "{}", "f", "\\N"],
      ["3", ...none],
    ]);
  });

  it("in key order of code points whatever the collation; without a key by all columns", async () => {
    await database.query(`CREATE TYPE e AS ENUM ('z', 'a'); CREATE TABLE t (k text COLLATE "en-x-icu" PRIMARY KEY, n int); CREATE TABLE u (e e, v int); CREATE TABLE w (a int, b text, PRIMARY KEY (b, a));
      INSERT INTO t VALUES ('a', 1), ('B', 2), ('é', 3), ('b', 4), ('', 5); INSERT INTO u VALUES ('z', 1), ('a', 10), ('a', 9), (NULL, 0), ('a', 9); INSERT INTO w VALUES (10, 'x'), (9, 'x'), (1, 'y')`);
    await withSnapshot({ url: database.url }, async (s) => {
      expect((await textsOf(s, selection(named(s, "t")))).map(([k]) => k)).toEqual(["", "B", "a", "b", "é"]);
      expect(await textsOf(s, selection(named(s, "u")))).toEqual([
        ["a", "9"],
        ["a", "9"],
        ["a", "10"],
        ["z", "1"],
        [null, "0"],
      ]);
      expect((await textsOf(s, selection(named(s, "w")))).map(([a]) => a)).toEqual(["9", "10", "1"]);
    });
  });

  it("only the columns asked for, in that order; a column that is not there is refused", async () => {
    await database.query(
      "CREATE TABLE t (a int PRIMARY KEY, b text, c int); INSERT INTO t VALUES (1, 'x', 3), (2, NULL, 4)",
    );
    await withSnapshot({ url: database.url }, async (s) => {
      expect(await textsOf(s, selection(named(s, "t"), { columns: ["c", "a"] }))).toEqual([
        ["3", "1"],
        ["4", "2"],
      ]);
      expect(await textsOf(s, selection(named(s, "t"), { columns: [] }))).toEqual([[], []]);
      expect(() => s.selectRows(selection(named(s, "t"), { columns: ["d"] }))).toThrow('no column "d"');
    });
  });

  it("only rows of the tenant that pass the filter", async () => {
    await database.query(
      "CREATE TABLE t (org text, id int, v int, PRIMARY KEY (org, id)); INSERT INTO t VALUES ('a', 1, 1), ('b', 1, 2), ('a', 2, 3), ('a', 3, NULL)",
    );
    await withSnapshot({ url: database.url, tenantColumn: { name: "org", value: "a" } }, async (s) => {
      const filter = checkTableFilter(parseFilter('{"where":{"v":{"$ne":1}}}'), named(s, "t"));
      if (filter === null) throw new Error("no filter");
      const wanted = selection(named(s, "t"), { filter });
      expect(await textsOf(s, wanted)).toEqual([
        ["2", "3"],
        ["3", null],
      ]);
      expect(await s.selectRows(wanted).count(never())).toBe(2);
      expect(await s.selectRows(selection(named(s, "t"))).count(never())).toBe(3);
    });
  });

  it("100 MB in one value, and many rows, in batches of bounded size", async () => {
    await database.query(
      "CREATE TABLE big (k int PRIMARY KEY, v text); INSERT INTO big VALUES (1, repeat(E'ab\\t\\\\é\\n', 14000000)), (2, 'after'); CREATE TABLE many AS SELECT n AS k, repeat('x', 1000) AS v FROM generate_series(1, 20000) n",
    );
    await withSnapshot({ url: database.url }, async (s) => {
      const [first, second] = await textsOf(s, selection(named(s, "big")));
      expect(first?.[1] === "ab\t\\é\n".repeat(14_000_000)).toBe(true);
      expect(second).toEqual(["2", "after"]);
      let rows = 0;
      let most = 0;
      for await (const batch of s
        .selectRows(selection(named(s, "many")))
        .texts({ order: "physical", signal: never() })) {
        rows += batch.length;
        most = Math.max(most, batch.length);
      }
      expect([rows, most < 3_000]).toEqual([20_000, true]);
    });
  });
});

describe("raw COPY data", () => {
  async function copyInto(table: string, format: string, chunks: AsyncIterable<Buffer>): Promise<void> {
    const client = new pg.Client({ connectionString: database.url });
    await client.connect();
    const sink = client.query(copyFrom(`COPY ${table} FROM STDIN (FORMAT ${format})`));
    for await (const chunk of chunks)
      if (!sink.write(chunk)) await new Promise((go) => sink.once("drain", go));
    await new Promise<void>((resolve, reject) => {
      sink.once("finish", resolve).once("error", reject).end();
    });
    await client.end();
  }

  it.each(["binary", "text"] as const)(
    "in %s, in slices read at once, is the whole table",
    async (format) => {
      await database.query(`CREATE TABLE t (k int PRIMARY KEY, v text, w numeric); CREATE TABLE copy (LIKE t);
      INSERT INTO t SELECT n, CASE WHEN n % 7 <> 0 THEN repeat(E'a\\t\\\\', n % 100) END, n / 3.0 FROM generate_series(1, 30000) n; ANALYZE t`);
      await withSnapshot(
        { url: database.url },
        async (s) => {
          const rows = s.selectRows(selection(named(s, "t")));
          const slices = rows.slices(3);
          expect(slices).toBe(3);
          const each = Array.from({ length: slices }, (_, index) => ({ index, of: slices }));
          await Promise.all(
            each.map((slice) => copyInto("copy", format, rows.copyData({ format, slice, signal: never() }))),
          );
          await copyInto(
            "copy",
            format,
            s.selectRows({ ...selection(named(s, "t")) }).copyData({ format, slice: null, signal: never() }),
          );
        },
        3,
      );
      const [counts] = await database.query("SELECT count(*), count(DISTINCT k) AS keys FROM copy");
      expect(counts).toEqual({ count: "60000", keys: "30000" });
      expect(
        await database.query("SELECT * FROM copy EXCEPT ALL (SELECT * FROM t UNION ALL SELECT * FROM t)"),
      ).toEqual([]);
    },
  );

  it("ends the server's work when the reader leaves early or is told to stop", async () => {
    await database.query(
      "CREATE TABLE t AS SELECT n AS k, repeat('x', 1000) AS v FROM generate_series(1, 100000) n; ANALYZE t",
    );
    const running =
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY%' AND state = 'active'";
    await withSnapshot(
      { url: database.url },
      async (s) => {
        const rows = s.selectRows(selection(named(s, "t")));
        for await (const _ of rows.copyData({ format: "binary", slice: null, signal: never() })) break;
        const stop = new AbortController();
        const stopped = (async () => {
          for await (const _ of rows.texts({ order: "physical", signal: stop.signal })) stop.abort();
        })();
        await expect(stopped).rejects.toMatchObject({ code: "interrupted" });
        await expect.poll(() => database.query(running)).toEqual([{ n: 0 }]);
        expect(await rows.count(never())).toBe(100_000);
      },
      1,
    );
  });
});
