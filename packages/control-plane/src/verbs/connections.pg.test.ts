import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { startFaultProxyFor } from "@syncline/tooling-faults";
import { sql } from "drizzle-orm";
import pg from "pg";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { notifyChannel } from "../database/channels.ts";
import type { Executor } from "../database/open-database.ts";
import { SessionPool } from "../database/session-pool.ts";
import { joining, read, SERVICE, transact } from "../database/transact.ts";
import { sqlStateOf } from "../database/translate-database-error.ts";
import { openControlPlane } from "../open-control-plane.ts";
import { getJob } from "../queries/get-job.ts";
import { diffJob } from "../testing/sample-jobs.ts";
import { openTestControlPlane, type TestControlPlane } from "../testing/test-control-plane.ts";
import { createJob } from "./create-job.ts";
import { endSilentSessions } from "./end-silent-sessions.ts";

let test: TestControlPlane;
let organizationId: string;
beforeAll(async () => {
  test = await openTestControlPlane("control_connections");
  ({ organizationId } = test.call.scope);
});
afterAll(() => test.close());

it("says that the connection was lost, that it may be tried again, and goes on with the next", async () => {
  const { cp, call, database } = test;
  const killed = transact(cp, organizationId, async ({ tx }) => {
    const rows = await tx.execute<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid`);
    await database.query("SELECT pg_terminate_backend($1)", [rows[0]?.pid]);
    await tx.execute(sql`SELECT 1`);
  });
  await expect(killed).rejects.toMatchObject({ code: "connection.lost", retryable: true });
  await createJob(cp, call, { definition: diffJob() });
});

it("does nothing outside of the transaction whose connection was lost, whenever that is noticed", async () => {
  const { cp, call, database } = test;
  for (const pauseMs of [0, 1, 5, 20, 100]) {
    const lost = transact(cp, organizationId, async (change) => {
      const { tx } = change;
      const rows = await tx.execute<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid`);
      await database.query("SELECT pg_terminate_backend($1)", [rows[0]?.pid]);
      await sleep(pauseMs);
      for (let times = 0; times < 3; times += 1)
        await createJob(joining(cp, change), call, {
          definition: diffJob({ name: `lost-${pauseMs}` }),
        }).catch(() => {});
    });
    await expect(lost).rejects.toMatchObject({ code: "connection.lost", retryable: true });
  }
  expect(await database.query("SELECT name FROM syncline_control.jobs WHERE name LIKE 'lost-%'")).toEqual([]);
});

it("goes on, and hears again, however its connections are cut while it works and listens", async () => {
  const { cp, database } = test;
  const unhandled: unknown[] = [];
  const note = (error: unknown) => void unhandled.push(error);
  process.on("unhandledRejection", note).on("uncaughtException", note);
  const heard: (string | null)[] = [];
  const listening = await cp.listen("test_channel", (payload) => heard.push(payload));
  const until = Date.now() + 3_000;
  const answers = new Set<string>();
  const ask = async () => {
    while (Date.now() < until)
      answers.add(
        await read(cp, organizationId, (db) => db.execute(sql`SELECT pg_sleep(random() * 0.01)`)).then(
          () => "ok",
          (error) => error.code,
        ),
      );
  };
  const cut = async () => {
    while (Date.now() < until) {
      await database.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name NOT LIKE 'pg%'",
      );
      await sleep(Math.random() * 30);
    }
  };
  await Promise.all([ask(), ask(), ask(), ask(), ask(), ask(), cut()]);
  expect(heard).toContain(null);
  const count = heard.length;
  await expect
    .poll(
      async () => {
        await notifyChannel(cp, "test_channel").catch(() => {});
        return heard.slice(count);
      },
      { timeout: 10_000 },
    )
    .toContain("");
  await listening.close();
  expect(
    [...answers].filter((code) => !["ok", "connection.lost", "control.unavailable"].includes(code)),
  ).toEqual([]);
  process.off("unhandledRejection", note).off("uncaughtException", note);
  expect(unhandled).toEqual([]);
});

it("serves more who ask at once than it has connections, in order, and ends them all", async () => {
  const { masterKey, database } = test;
  const cp = await openControlPlane({
    url: database.url,
    masterKey,
    applicationName: "few",
    maxConnections: 2,
  });
  const order: number[] = [];
  const pids = new Set<number>();
  const asked = Array.from({ length: 12 }, (_, number) =>
    read(cp, organizationId, async (db) => {
      order.push(number);
      const rows = await db.execute<{ pid: number }>(sql`SELECT pg_backend_pid() AS pid, pg_sleep(0.01)`);
      pids.add(rows[0]?.pid ?? 0);
    }),
  );
  await Promise.all(asked);
  expect(order).toEqual(Array.from({ length: 12 }, (_, number) => number));
  expect(pids.size).toBeLessThanOrEqual(2);
  await cp.close();
  await expect(read(cp, organizationId, async () => 1)).rejects.toMatchObject({ code: "connection.lost" });
});

it("commits nothing when a statement failed and nobody noticed", async () => {
  const { cp, call, database } = test;
  const unnoticed = transact(cp, organizationId, async (change) => {
    await createJob(joining(cp, change), call, { definition: diffJob({ name: "unnoticed" }) });
    await change.tx.execute(sql`SELECT 1 / 0`).catch(() => {});
  });
  await expect(unnoticed).rejects.toThrow();
  expect(await database.query("SELECT 1 FROM syncline_control.jobs WHERE name = 'unnoticed'")).toEqual([]);
});

it("refuses at once where nobody listens, also what was sent behind a first statement", async () => {
  const pool = new SessionPool({
    url: "postgres://nobody@127.0.0.1:1/none",
    applicationName: "away",
    max: 2,
  });
  const several = (db: Executor) => Promise.all([1, 2, 3].map((n) => db.execute(sql`SELECT ${n}::int`)));
  const tries = [
    pool.read(SERVICE, (db) => db.execute(sql`SELECT 1`)),
    pool.transaction(SERVICE, (db) => db.execute(sql`SELECT 1`)),
    pool.transaction(SERVICE, several),
    pool.bare(several),
  ];
  const told = (await Promise.allSettled(tries)).map((one) =>
    one.status === "rejected" ? sqlStateOf(one.reason) : "done",
  );
  expect(told).toEqual(tries.map(() => "ECONNREFUSED"));
  await pool.close();
}, 5_000);

it("carries neither statement nor values nor address in its errors", async () => {
  const { cp } = test;
  const failed = read(cp, organizationId, (db) => db.execute(sql`SELECT ${"very secret"}::int`));
  const error: Error & { cause?: unknown } = await failed.then(
    () => new Error("none"),
    (reason: Error) => reason,
  );
  expect(error).toMatchObject({ code: "internal", details: { sqlState: "22P02" } });
  expect(`${error.message} ${JSON.stringify(error)} ${String(error.cause)}`).not.toMatch(
    /secret|SELECT|postgres:/,
  );
});

it("repeats a transaction that was the victim of a deadlock", async () => {
  const { cp, call, database } = test;
  await database.query(`ALTER DATABASE "${database.name}" SET deadlock_timeout = '50ms'`);
  const { url } = database;
  const second = await openControlPlane({ url, masterKey: test.masterKey, applicationName: "second" });
  const [one, two] = [
    await createJob(cp, call, { definition: diffJob() }),
    await createJob(cp, call, { definition: diffJob() }),
  ];
  let tries = 0;
  const touch = (ids: readonly string[]) =>
    transact(second, organizationId, async ({ tx }) => {
      tries += 1;
      for (const id of ids) {
        await tx.execute(sql`UPDATE syncline_control.jobs SET version = version + 1 WHERE id = ${id}`);
        await tx.execute(sql`SELECT pg_sleep(0.1)`);
      }
    });
  await Promise.all([touch([one.id, two.id]), touch([two.id, one.id])]);
  expect(tries).toBeGreaterThan(2);
  const rows = await database.query("SELECT version FROM syncline_control.jobs WHERE id = ANY($1)", [
    [one.id, two.id],
  ]);
  expect(rows).toEqual([{ version: 3 }, { version: 3 }]);
  await second.close();
});

it("outlives its database: away it says so, and when it is back goes on with what was there", async () => {
  const { masterKey, database } = test;
  const proxy = await startFaultProxyFor(database.url);
  const url = proxy.url(database.url);
  const cp = await openControlPlane({ url, masterKey, applicationName: "outlives" });
  const call = { scope: cp.defaultScope, actor: "tester" };
  const job = await createJob(cp, call, { definition: diffJob({ name: "kept" }) });
  proxy.setRule({ cutAfterClientBytes: 0 });
  proxy.cutAll();
  for (let tries = 0; tries < 3; tries += 1)
    await expect(createJob(cp, call, { definition: diffJob() })).rejects.toMatchObject({
      code: expect.stringMatching(/^(connection\.lost|control\.unavailable)$/),
      retryable: true,
    });
  const gone = withPort(database.url, 1);
  await expect(openControlPlane({ url: gone, masterKey, applicationName: "x" })).rejects.toMatchObject({
    code: "control.unavailable",
    retryable: true,
  });
  proxy.setRule({});
  await expect
    .poll(
      () =>
        getJob(cp, call.scope, { jobId: job.id }).then(
          ({ name }) => name,
          () => null,
        ),
      { timeout: 15_000 },
    )
    .toBe("kept");
  await cp.close();
  await proxy.close();
});

function withPort(url: string, port: number): string {
  const changed = new URL(url);
  changed.port = String(port);
  return changed.href;
}

it("ends sessions of ours that stand still in a transaction or in a message, and no others", async () => {
  const { cp, database } = test;
  const silent = async (name: string, halfSent: boolean) => {
    const client = new pg.Client({ connectionString: database.url, application_name: name });
    client.on("error", () => {});
    await client.connect();
    const { rows } = await client
      .query("BEGIN; SELECT pg_backend_pid() AS pid")
      .then((all) => (all as unknown as pg.QueryResult[])[1] as pg.QueryResult<{ pid: number }>);
    if (halfSent) {
      const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
      stream.write(Buffer.from("P\0\0\0\x10\0SELECT 1\0\0\0", "latin1"));
    }
    return { client, pid: rows[0]?.pid };
  };
  const all = [
    await silent("somebody control", false),
    await silent("somebody control", true),
    await silent("syncline queue", false),
    await silent("somebody", false),
  ];
  const there = async () =>
    (await database.query<{ pid: number }>("SELECT pid FROM pg_stat_activity")).map(({ pid }) => pid);
  await sleep(300);
  expect(await endSilentSessions(cp)).toBe(0);
  expect(await endSilentSessions(cp, { silentMs: 250 })).toBe(3);
  for (const { pid } of all.slice(0, 3))
    await vi.waitFor(async () => expect(await there()).not.toContain(pid));
  expect(await there()).toContain(all[3]?.pid);
  await all[3]?.client.end();
});
