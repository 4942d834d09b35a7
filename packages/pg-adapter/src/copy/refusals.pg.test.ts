import { CodedError } from "@syncline/core";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { copy, definitions, digest } from "./testing/copy-databases.ts";
import { LARGE_ROWS, LARGE_SHAPE, LARGE_TABLES } from "./testing/large-tables.ts";

let source: TestDatabase;
let target: TestDatabase;
beforeAll(async () => {
  [source, target] = await Promise.all([
    createTestDatabase("refuse_source"),
    createTestDatabase("refuse_target"),
  ]);
});
afterAll(() => Promise.all([source?.drop(), target?.drop()]));
beforeEach(async () => {
  const clean = "DROP SCHEMA public CASCADE; DROP SCHEMA IF EXISTS syncline CASCADE; CREATE SCHEMA public";
  await Promise.all([source.query(clean), target.query(clean)]);
});

const both = (sql: string) => Promise.all([source.query(sql), target.query(sql)]);

async function failure(work: Promise<unknown>): Promise<CodedError> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof CodedError)) throw new Error(`expected a CodedError, got ${String(error)}`);
  return error;
}

async function expectNothing(tables: readonly string[]): Promise<void> {
  for (const table of tables) expect(await digest(target.url, `SELECT * FROM ${table}`)).toMatch(/^0 /);
}

describe("what is for a comparison is left alone", () => {
  it.each([
    [
      "a row is there",
      "CREATE TABLE t (id int)",
      "CREATE TABLE t (id int); INSERT INTO t VALUES (0)",
      "is not empty",
    ],
    [
      "numbers would be rounded",
      "CREATE TABLE t (id numeric(12,4))",
      "CREATE TABLE t (id numeric(10,2))",
      "numeric(12,4)",
    ],
    [
      "spaces would be cut",
      "CREATE TABLE t (id varchar(9))",
      "CREATE TABLE t (id varchar(3))",
      "character varying(9)",
    ],
    [
      "times would be cut",
      "CREATE TABLE t (id timestamp)",
      "CREATE TABLE t (id date)",
      "timestamp without time zone",
    ],
    [
      "a domain may hide a length",
      "CREATE TABLE t (id text)",
      "CREATE DOMAIN short AS varchar(3); CREATE TABLE t (id short)",
      "text in",
    ],
  ])("%s", async (_what, from, to, reason) => {
    await Promise.all([source.query(from), target.query(to)]);
    const result = await copy(source, target);
    expect(result).toMatchObject({ outcome: "unsuitable", reasons: [expect.stringContaining(reason)] });
  });

  it("triggers that are to fire, or that this role may not disable", async () => {
    await both("CREATE TABLE t (id int PRIMARY KEY)");
    await target.query(`CREATE FUNCTION halt() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
      CREATE TRIGGER halt BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION halt()`);
    await source.query("INSERT INTO t VALUES (1)");
    const fires = await copy(source, target, { triggers: "on" });
    expect(fires).toMatchObject({ outcome: "unsuitable", reasons: [expect.stringContaining("must fire")] });
    const before = await definitions(target.url);
    const result = await copy(source, target);
    expect(result).toMatchObject({
      outcome: "copied",
      rows: 1,
      notes: [expect.stringContaining('Triggers of "t" were disabled while writing: "halt"')],
    });
    expect(await definitions(target.url)).toEqual(before);
  });
});

describe("a refusal writes nothing", () => {
  it("of a column that the target needs and the source lacks, while others keep their defaults", async () => {
    await source.query("CREATE TABLE t (id int); INSERT INTO t VALUES (1)");
    await target.query(
      "CREATE TABLE t (id int, must int NOT NULL, may int DEFAULT 7, own int GENERATED ALWAYS AS IDENTITY)",
    );
    const error = await failure(copy(source, target));
    expect([error.code, error.message]).toEqual([
      "schema.mismatch",
      expect.stringContaining('needs a value in "must"'),
    ]);
    await target.query("ALTER TABLE t ALTER must SET DEFAULT 5");
    expect(await copy(source, target)).toMatchObject({ outcome: "copied" });
    expect(await target.query("SELECT * FROM t")).toEqual([{ id: 1, must: 5, may: 7, own: 1 }]);
  });

  it("of rows that break a constraint, without a value in the message", async () => {
    await source.query(
      "CREATE TABLE a (id int); CREATE TABLE t (secret text); INSERT INTO a VALUES (1); INSERT INTO t VALUES ('s3cret'), ('s3cret')",
    );
    await target.query("CREATE TABLE a (id int); CREATE TABLE t (secret text PRIMARY KEY)");
    const error = await failure(copy(source, target));
    expect(error.code).toBe("patch.constraint_violated");
    expect(JSON.stringify([error.message, error.hint, error.details, String(error.cause)])).not.toContain(
      "s3cret",
    );
    await expectNothing(["a", "t"]);
  });

  it("of rows that break a foreign key once large tables are in: everything is taken out again", async () => {
    await both(LARGE_SHAPE);
    await source.query("ALTER TABLE favourite DROP CONSTRAINT favourite_purchase_fkey");
    await source.query(LARGE_ROWS);
    await source.query("UPDATE favourite SET purchase = -1 WHERE customer = 77");
    const before = await definitions(target.url);
    const error = await failure(copy(source, target, { parallel: 4, partBytes: 500_000 }));
    expect([error.code, error.message]).toEqual([
      "reference.missing",
      expect.stringContaining('foreign key "favourite_purchase_fkey"'),
    ]);
    await expectNothing(LARGE_TABLES);
    expect(await definitions(target.url)).toEqual(before);
  });

  it("of one large table does not keep the others from arriving", async () => {
    const shape = (check: string) =>
      `CREATE TABLE good (id int PRIMARY KEY, pad text); CREATE TABLE bad (id int PRIMARY KEY, pad text ${check})`;
    await source.query(shape(""));
    await target.query(shape("CHECK (pad <> 'no')"));
    await source.query(`INSERT INTO good SELECT n, repeat('g', 100) FROM generate_series(1, 9000) n;
      INSERT INTO bad SELECT n, CASE n WHEN 8999 THEN 'no' ELSE repeat('b', 100) END FROM generate_series(1, 9000) n; ANALYZE`);
    const before = await definitions(target.url);
    const result = await copy(source, target, { parallel: 4, partBytes: 500_000 });
    expect(result).toMatchObject({ outcome: "partial", rows: 9000 });
    if (result.outcome !== "partial") throw new Error("not partial");
    expect(
      result.tables.map(({ target: { name }, outcome, failure: why }) => [name, outcome, why?.code ?? null]),
    ).toEqual([
      ["bad", "failed", "patch.constraint_violated"],
      ["good", "done", null],
    ]);
    await expectNothing(["bad"]);
    expect(await definitions(target.url)).toEqual(before);
  });

  it("an interruption while somebody keeps a loaded table open", async () => {
    await both(LARGE_SHAPE);
    await source.query(LARGE_ROWS);
    const before = await definitions(target.url);
    const stop = new AbortController();
    const reader = new pg.Client({ connectionString: target.url });
    await reader.connect();
    let reading = false;
    const progress = ({ bytes }: { bytes: number }) => {
      if (bytes === 0 || reading) return;
      reading = true;
      void reader
        .query("BEGIN; SELECT 1 FROM customer LIMIT 1")
        .then(() => setTimeout(() => stop.abort(), 700))
        .catch((error) => stop.abort(error));
    };
    stop.signal.addEventListener("abort", () => setTimeout(() => void reader.end(), 500));
    const run = { parallel: 4, partBytes: 500_000, lockTimeoutMs: 60_000, signal: stop.signal, progress };
    const error = await failure(copy(source, target, run));
    expect([error.code, error.message]).toEqual(["interrupted", "The work was interrupted."]);
    await expectNothing(LARGE_TABLES);
    expect(await definitions(target.url)).toEqual(before);
  });

  it("an interruption at any time", async () => {
    await both(LARGE_SHAPE);
    await source.query(LARGE_ROWS);
    const before = await definitions(target.url);
    for (const bytes of [1, 200_000, 1_000_000]) {
      const stop = new AbortController();
      const progress = (event: { bytes: number }) => event.bytes > bytes && stop.abort();
      const run = { parallel: 4, signal: stop.signal, progress };
      for (const how of [{ partBytes: 500_000 }, { singleTransaction: true }]) {
        const error = await failure(copy(source, target, { ...run, ...how }));
        expect(error.code).toBe("interrupted");
        await expectNothing(LARGE_TABLES);
        expect(await definitions(target.url)).toEqual(before);
      }
    }
  });
});
