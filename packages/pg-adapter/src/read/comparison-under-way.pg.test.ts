import { setTimeout as sleep } from "node:timers/promises";
import { CodedError } from "@syncline/core";
import { diffEndpoints } from "@syncline/engine";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  compare,
  DEFAULT_OPTIONS,
  openSide,
  startComparison,
  testContext,
} from "./testing/compare-databases.ts";

let source: TestDatabase;
let target: TestDatabase;
beforeAll(async () => {
  [source, target] = await Promise.all([
    createTestDatabase("under_way_source"),
    createTestDatabase("under_way_target"),
  ]);
});
afterAll(() => Promise.all([source?.drop(), target?.drop()]));
beforeEach(async () => {
  const clean = "DROP SCHEMA public CASCADE; CREATE SCHEMA public";
  await Promise.all([source.query(clean), target.query(clean)]);
});

const both = (sql: string) => Promise.all([source.query(sql), target.query(sql)]);

async function refusal(work: Promise<unknown>): Promise<CodedError> {
  const error = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  if (!(error instanceof CodedError)) throw new Error(`expected a CodedError, got ${String(error)}`);
  return error;
}

describe("limits", () => {
  const rows =
    "CREATE TABLE t (k int PRIMARY KEY, v text); INSERT INTO t SELECT g, 'v' FROM generate_series(1, 1000) g";

  it("stops after so many differences and says so; not when there are just as many", async () => {
    await both(rows);
    await target.query("UPDATE t SET v = 'x' WHERE k <= 10");
    const cut = await compare(source, target, { maxDifferences: 7 });
    expect([cut.changes.length, cut.result.complete, cut.result.stopped]).toEqual([
      7,
      false,
      "max-differences",
    ]);
    const whole = await compare(source, target, { maxDifferences: 10 });
    expect([whole.changes.length, whole.result.complete, whole.result.stopped]).toEqual([10, true, null]);
    expect((await compare(source, target, { maxPercent: 0.5 })).result).toMatchObject({
      complete: false,
      stopped: "max-percent",
    });
    expect((await compare(source, target, { maxPercent: 1 })).result).toMatchObject({ complete: true });
  });

  it("counts in the order of the tables, whichever of several small ones is done first", async () => {
    await both(
      "CREATE TABLE a (k int PRIMARY KEY, v int); INSERT INTO a SELECT g, 0 FROM generate_series(1, 40000) g",
    );
    await both(
      "CREATE TABLE b (k int PRIMARY KEY, v int); INSERT INTO b SELECT g, 0 FROM generate_series(1, 100) g",
    );
    await target.query("UPDATE a SET v = 1 WHERE k > 39990; UPDATE b SET v = 1");
    const { changes, result } = await compare(source, target, { maxDifferences: 7 });
    expect(changes).toHaveLength(7);
    expect(result).toMatchObject({ complete: false, totals: { updates: 7 } });
    expect(result.tables.map(({ counts }) => counts.updates)).toEqual([7, 0]);
  });

  it("a time limit ends running statements", async () => {
    await both("CREATE TABLE base (k int PRIMARY KEY); INSERT INTO base VALUES (1)");
    await both("CREATE VIEW slow AS SELECT k, pg_sleep(20)::text AS v FROM base");
    const started = performance.now();
    const side = { tables: ["slow"] };
    const { result } = await compare(
      { url: source.url, ...side },
      { url: target.url, ...side },
      { maxTimeMs: 400, keys: new Map([["slow", ["k"]]]) },
    );
    expect(result).toMatchObject({ complete: false, stopped: "max-time" });
    expect(performance.now() - started).toBeLessThan(5_000);
    await noRunningStatement(source);
  });

  it("counts without fetching when no values are wanted, and no more values than wanted", async () => {
    await both(rows);
    await target.query("UPDATE t SET v = 'x' WHERE k <= 10; DELETE FROM t WHERE k > 995");
    const none = await compare(source, target, { images: "none" });
    expect([none.changes.length, none.result.totals.updates, none.result.totals.inserts]).toEqual([0, 10, 5]);
    const few = await compare(source, target, { images: { perKind: 3 } });
    expect(few.changes.map((change) => change.kind).sort()).toEqual([
      "insert",
      "insert",
      "insert",
      "update",
      "update",
      "update",
    ]);
    expect(few.result.totals).toEqual(none.result.totals);
  });
});

async function noRunningStatement(database: TestDatabase): Promise<void> {
  for (let tries = 0; tries < 40; tries += 1) {
    const [row] = await database.query<{ n: number }>(
      "SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND application_name = 'syncline-test'",
    );
    if (row?.n === 0) return;
    await sleep(50);
  }
  throw new Error("a statement still runs on the server");
}

describe("interruption", () => {
  it("cancels the server's statements at once", async () => {
    await both("CREATE TABLE base (k int PRIMARY KEY); INSERT INTO base VALUES (1)");
    await both("CREATE VIEW slow AS SELECT k, pg_sleep(20)::text AS v FROM base");
    const controller = new AbortController();
    const side = { tables: ["slow"] };
    const run = await startComparison(
      { url: source.url, ...side },
      { url: target.url, ...side },
      { keys: new Map([["slow", ["k"]]]) },
      controller.signal,
    );
    setTimeout(() => controller.abort(), 300);
    const started = performance.now();
    const error = await refusal(
      (async () => {
        for await (const _ of run.changes) {
          /* nothing comes */
        }
      })(),
    );
    expect(error.code).toBe("interrupted");
    await run.close();
    expect(performance.now() - started).toBeLessThan(3_000);
    await Promise.all([noRunningStatement(source), noRunningStatement(target)]);
  });

  it("a session that is ended in the middle is a lost connection", async () => {
    await both("CREATE TABLE base (k int PRIMARY KEY); INSERT INTO base VALUES (1)");
    await both("CREATE VIEW slow AS SELECT k, pg_sleep(20)::text AS v FROM base");
    const side = { tables: ["slow"] };
    const run = await startComparison(
      { url: source.url, ...side },
      { url: target.url, ...side },
      { keys: new Map([["slow", ["k"]]]) },
    );
    setTimeout(
      () =>
        void source.query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'syncline-test' AND state = 'active' AND datname = current_database()",
        ),
      300,
    );
    const error = await refusal(
      (async () => {
        for await (const _ of run.changes) {
          /* nothing comes */
        }
      })(),
    );
    expect([error.code, error.retryable]).toEqual(["connection.lost", true]);
    await run.close();
  });

  it("leaving early leaves nothing behind", async () => {
    await both("CREATE TABLE t (k int PRIMARY KEY, v text)");
    await source.query("INSERT INTO t SELECT g, 'v' FROM generate_series(1, 50000) g");
    const run = await startComparison(source, target);
    for await (const _ of run.changes) break;
    await run.close();
    await expect(run.result).rejects.toMatchObject({ code: "interrupted" });
    await Promise.all([noRunningStatement(source), noRunningStatement(target)]);
  });
});

describe("a neighbour meanwhile", () => {
  it("who holds a lock for long is named, and the comparison goes on when it is free", async () => {
    await both("CREATE TABLE busy (k int PRIMARY KEY)");
    const neighbour = new pg.Client({ connectionString: source.url, application_name: "nightly job" });
    await neighbour.connect();
    try {
      await neighbour.query("BEGIN; LOCK TABLE busy IN ACCESS EXCLUSIVE MODE");
      const told = Promise.withResolvers<string>();
      const endpoints = {
        source: await openSide(source, "source"),
        target: await openSide(target, "target"),
      };
      const ctx = { ...testContext(new AbortController().signal), warn: told.resolve };
      const comparing = diffEndpoints({ ...endpoints, options: DEFAULT_OPTIONS, ctx });
      expect(await told.promise).toMatch(
        /Waiting for a lock .*process \d+ \("nightly job", idle in transaction\)/,
      );
      await neighbour.query("ROLLBACK");
      const run = await comparing;
      for await (const change of run.changes) expect(change).toBeUndefined();
      expect((await run.result).complete).toBe(true);
      await run.close();
    } finally {
      await neighbour.end();
    }
  });

  let neighbour: pg.Client;
  beforeEach(async () => {
    await both(
      "CREATE TABLE t (k int PRIMARY KEY, v text); INSERT INTO t SELECT g, 'v' FROM generate_series(1, 2000) g",
    );
    neighbour = new pg.Client({ connectionString: target.url });
    neighbour.on("error", () => {});
    await neighbour.connect();
  });
  afterEach(() => neighbour.end());

  it.each(["TRUNCATE t", "ALTER TABLE t ALTER k TYPE int8", "VACUUM FULL t", "DROP TABLE t"])(
    "%s waits",
    async (statement) => {
      const run = await startComparison(source, target, { path: "buckets-by-range" });
      const waiting = neighbour.query(statement);
      const done = waiting.then(() => true);
      expect(await Promise.race([done, sleep(200, false)])).toBe(false);
      const changes = [];
      for await (const change of run.changes) changes.push(change);
      expect(changes).toEqual([]);
      await run.close();
      await waiting;
    },
  );

  it.each([
    "DELETE FROM t WHERE k > 10",
    "UPDATE t SET v = 'x'",
    "INSERT INTO t SELECT g, 'n' FROM generate_series(3000, 4000) g",
    "VACUUM t",
  ])("%s does not show", async (statement) => {
    const run = await startComparison(source, target, { path: "buckets-by-hash", parallel: 2 });
    await neighbour.query(statement);
    const changes = [];
    for await (const change of run.changes) changes.push(change);
    expect(changes).toEqual([]);
    await run.close();
  });

  it("a second look tells stable differences from those in flight", async () => {
    await target.query("UPDATE t SET v = 'x' WHERE k IN (1, 2, 3); DELETE FROM t WHERE k = 4");
    const run = await startComparison(source, target, { recheckAfterMs: 300, images: "none" });
    setTimeout(
      () => void neighbour.query("UPDATE t SET v = 'v' WHERE k = 1; UPDATE t SET v = 'y' WHERE k = 2"),
      100,
    );
    for await (const _ of run.changes) {
      /* none wanted */
    }
    expect((await run.result).tables[0]?.recheck).toEqual({ stable: 2, inFlight: 2 });
    await run.close();
  });
});
