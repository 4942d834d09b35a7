import { setTimeout as sleep } from "node:timers/promises";
import { startFaultProxyFor } from "@syncline/tooling-faults";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import pg from "pg";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { copy, definitions, digest, recover } from "./testing/copy-databases.ts";
import { LARGE_ROWS, LARGE_SHAPE, LARGE_TABLES } from "./testing/large-tables.ts";

let source: TestDatabase;
let target: TestDatabase;
let whole: string[];
let shape: string[];
const digests = (url: string) =>
  Promise.all(LARGE_TABLES.map((table) => digest(url, `SELECT * FROM ${table}`)));
beforeAll(async () => {
  [source, target] = await Promise.all([
    createTestDatabase("fault_source"),
    createTestDatabase("fault_target"),
  ]);
  await Promise.all([source.query(LARGE_SHAPE), target.query(LARGE_SHAPE)]);
  await source.query(LARGE_ROWS);
  whole = await digests(source.url);
  shape = await definitions(target.url);
});
afterAll(() => Promise.all([source?.drop(), target?.drop()]));
beforeEach(() => target.query(`TRUNCATE ${LARGE_TABLES.join(", ")}`));

const HOWS = [
  ["in parts", { parallel: 4, partBytes: 500_000 }],
  ["in one transaction", { singleTransaction: true }],
] as const;

describe.each(HOWS)("a connection that breaks, %s", { timeout: 60_000 }, (_name, how) => {
  it("on the way out of the source: tried again, and whole", async () => {
    let cuts = 0;
    const proxy = await startFaultProxyFor(source.url, (connection) => {
      if (connection !== 2) return {};
      cuts += 1;
      return { cutAfterServerBytes: 300_000 };
    });
    const result = await copy({ url: proxy.url(source.url) }, target, how);
    expect(result).toMatchObject({ outcome: "copied" });
    expect(await digests(target.url)).toEqual(whole);
    expect(await definitions(target.url)).toEqual(shape);
    expect(cuts).toBe(1);
    await proxy.close();
  });

  it("on the way into the target: tried again, and whole", async () => {
    const cut = new Set<number>();
    const proxy = await startFaultProxyFor(target.url, (connection) => ({
      cutWhen: (_chunk, sentBefore) => {
        const now = cut.size < 2 && sentBefore > 100_000;
        if (now) cut.add(connection);
        return now;
      },
    }));
    const result = await copy(source, { url: proxy.url(target.url) }, how);
    expect(result).toMatchObject({ outcome: "copied" });
    expect(await digests(target.url)).toEqual(whole);
    expect(await definitions(target.url)).toEqual(shape);
    expect(cut.size).toBeGreaterThan(0);
    await proxy.close();
  });

  it("around the commit: whole once, whatever the reply", { timeout: 120_000 }, async () => {
    for (const atCommit of ["cut-before", "cut-before-reply"] as const) {
      await target.query(`TRUNCATE ${LARGE_TABLES.join(", ")}`);
      let commits = 0;
      const proxy = await startFaultProxyFor(target.url, () => ({
        atCommit,
        get commitNumber() {
          commits += 1;
          return commits <= 40 ? 1 : 1_000;
        },
      }));
      const result = await copy(source, { url: proxy.url(target.url) }, how).catch((error: Error) => error);
      await proxy.close();
      await recover({ url: target.url });
      const found = await digests(target.url);
      if (!(result instanceof Error) && result.outcome === "copied") expect(found).toEqual(whole);
      else expect(found.every((each, at) => each === whole[at] || each.startsWith("0 "))).toBe(true);
      expect(await definitions(target.url)).toEqual(shape);
    }
  });
});

it("a source that hangs is noticed", async () => {
  const proxy = await startFaultProxyFor(source.url, (connection) =>
    connection === 1 ? {} : { halfOpen: { direction: "server-to-client", afterBytes: 200_000 } },
  );
  const run = copy({ url: proxy.url(source.url) }, target, { singleTransaction: true, stallTimeoutMs: 300 });
  await expect(run).rejects.toMatchObject({ code: "connection.timeout" });
  await proxy.close();
  expect((await digests(target.url)).every((each) => each.startsWith("0 "))).toBe(true);
}, 60_000);

it("readers see each table empty or whole, at every moment", async () => {
  const wholeCounts = await Promise.all(
    LARGE_TABLES.map((table) => source.query(`SELECT count(*)::int AS n FROM ${table}`)),
  );
  const expected = wholeCounts.map((rows) => (rows[0] as { n: number }).n);
  const reader = new pg.Client({ connectionString: target.url });
  await reader.connect();
  const seen = LARGE_TABLES.map(() => new Set<number>());
  let reading = true;
  const readings = (async () => {
    while (reading) {
      for (const [at, table] of LARGE_TABLES.entries()) {
        seen[at]?.add((await reader.query(`SELECT count(*)::int AS n FROM ${table}`)).rows[0].n);
      }
    }
  })();
  for (let round = 0; round < 5; round += 1) {
    await target.query(`TRUNCATE ${LARGE_TABLES.join(", ")}`);
    expect(await copy(source, target, { parallel: 4, partBytes: 500_000 })).toMatchObject({
      outcome: "copied",
    });
    await sleep(20);
  }
  reading = false;
  await readings;
  await reader.end();
  for (const [at, counts] of seen.entries())
    expect([...counts].sort((a, b) => a - b)).toEqual([0, expected[at]]);
}, 60_000);

describe("somebody writes to an empty target meanwhile", () => {
  const WAITING =
    "SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()";
  it("before the lock: it is left to a comparison, in either way", async () => {
    for (const [, how] of HOWS) {
      const writer = new pg.Client({ connectionString: target.url });
      await writer.connect();
      await writer.query(
        "BEGIN; INSERT INTO region VALUES (-1, 'theirs'); INSERT INTO customer (region, email) VALUES (-1, 'theirs')",
      );
      const run = copy(source, target, how);
      while ((await target.query(WAITING)).length === 0) await sleep(20);
      await writer.query("COMMIT");
      await writer.end();
      const reasons = [expect.stringContaining("is not empty any more")];
      expect(await run).toMatchObject({ outcome: "unsuitable", reasons });
      expect(await target.query("SELECT email FROM customer")).toEqual([{ email: "theirs" }]);
      expect(await target.query("SELECT id FROM region")).toEqual([{ id: -1 }]);
      expect(await definitions(target.url)).toEqual(shape);
      await target.query(`TRUNCATE ${LARGE_TABLES.join(", ")}`);
    }
  });

  it("while parts are loaded: their row stays, ours are taken out again", async () => {
    const lonely = "CREATE TABLE lonely (id int PRIMARY KEY, pad text)";
    await Promise.all([source.query(lonely), target.query(lonely)]);
    await source.query(
      "INSERT INTO lonely SELECT n, repeat('x', 100) FROM generate_series(1, 20000) n; ANALYZE lonely",
    );
    for (const id of [-5, 5]) {
      await target.query("TRUNCATE lonely");
      let theirs: Promise<unknown> | null = null;
      const progress = () => {
        theirs ??= target.query(`INSERT INTO lonely VALUES (${id}, 'theirs')`);
      };
      const tables = ["lonely"];
      const run = { parallel: 4, partBytes: 500_000, progress };
      const result = await copy({ url: source.url, tables }, { url: target.url, tables }, run);
      await theirs;
      const reasons = [expect.stringContaining("Somebody else wrote")];
      expect(result).toMatchObject({ outcome: "unsuitable", reasons });
      expect(await target.query("SELECT id FROM lonely")).toEqual([{ id }]);
      expect((await definitions(target.url)).filter((each) => each.includes("lonely_pkey"))).toHaveLength(2);
    }
    await Promise.all([source.query("DROP TABLE lonely"), target.query("DROP TABLE lonely")]);
  });
});

it("waits for a reader that has the table open: within its transaction nothing appears", async () => {
  const reader = new pg.Client({ connectionString: target.url });
  await reader.connect();
  await reader.query("BEGIN");
  const count = async () => (await reader.query("SELECT count(*)::int AS n FROM purchase")).rows[0].n;
  let reading: Promise<void> | null = null;
  const seen: number[] = [];
  const read = async () => {
    for (let look = 0; look < 20; look += 1) {
      seen.push(await count());
      await sleep(50);
    }
    await reader.query("COMMIT");
  };
  const progress = ({ table }: { table: string | null }) => {
    if (table === "purchase") reading ??= read();
  };
  const result = await copy(source, target, {
    parallel: 4,
    partBytes: 500_000,
    progress,
    lockTimeoutMs: 30_000,
  });
  await reading;
  await reader.end();
  expect(result).toMatchObject({ outcome: "copied" });
  expect(seen).toEqual(Array.from({ length: 20 }, () => 0));
}, 60_000);

it("the session that holds the run's lock is ended: everything is put in order all the same", async () => {
  let ended: Promise<unknown> | null = null;
  const progress = () => {
    ended ??=
      target.query(`SELECT pg_terminate_backend(l.pid) FROM pg_locks l JOIN pg_database d ON d.oid = l.database
      WHERE l.locktype = 'advisory' AND d.datname = current_database()`);
  };
  const result = await copy(source, target, { parallel: 4, partBytes: 500_000, progress });
  await ended;
  expect(result).toMatchObject({ outcome: "copied" });
  expect(await digests(target.url)).toEqual(whole);
  expect(await definitions(target.url)).toEqual(shape);
}, 60_000);
