import { execFileSync } from "node:child_process";
import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { SILENT } from "./service.ts";
import { runReplica } from "./testing/replica.ts";
import { openServiceWorld, type ServiceWorld } from "./testing/service-world.ts";

let world: ServiceWorld;
beforeAll(async () => {
  world = await openServiceWorld("thin");
  for (const database of [world.source, world.target])
    await database.query(
      "CREATE TABLE t (id int PRIMARY KEY, n int); INSERT INTO t SELECT g, g FROM generate_series(1, 100) g",
    );
  await world.target.query("UPDATE t SET n = 0 WHERE id <= 3");
});
afterAll(() => world?.close());

it("a run goes from its creation to its end with a summary", async () => {
  const stopping = new AbortController();
  const replica = runReplica(world.replica("one"), {
    signal: stopping.signal,
    log: SILENT,
  });
  const run = await world.start({ kind: "watch", source: "src:public:t", target: "dst:public:t" });
  const ended = await world.until(run.id);
  expect(ended).toMatchObject({ state: "succeeded", attempt: 1, summary: { counts: { updated: 3 } } });
  stopping.abort();
  expect(await replica).toEqual({ drained: true });
});

it("sends again, once, what is ready and whose message is gone", { timeout: 60_000 }, async () => {
  const busy = new pg.Client(world.source.url);
  await busy.connect();
  await busy.query("BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
  const stopping = new AbortController();
  const replica = runReplica(world.replica("busy", { units: 1 }), { signal: stopping.signal, log: SILENT });
  const first = await world.start({ kind: "watch", source: "src:public:t", target: "dst:public:t" });
  await world.until(first.id, ["running"]);
  const second = await world.start({ kind: "watch", source: "dst:public:t", target: "dst:public:t" });
  const waiting = async () =>
    (
      await world.control.query<{ sent: number }>(
        `SELECT count(*)::int AS sent FROM syncline_queue.job j JOIN syncline_control.work_units u ON j.data->>'unit' = u.id::text
         WHERE u.run_id = '${second.id}' AND j.state = 'created'`,
      )
    )[0]?.sent;
  await expect.poll(waiting, { timeout: 10_000 }).toBe(1);
  const sentAt = async () =>
    (
      await world.control.query<{ at: string }>(
        `SELECT dispatched_at::text AS at FROM syncline_control.work_units WHERE run_id = '${second.id}'`,
      )
    )[0]?.at;
  const before = await sentAt();
  await expect.poll(sentAt, { timeout: 15_000, interval: 200 }).not.toBe(before);
  expect(await waiting()).toBe(1);
  await world.control.query("DELETE FROM syncline_queue.job WHERE state = 'created'");
  await busy.end();
  for (const { id } of [first, second])
    expect(await world.until(id)).toMatchObject({ state: "succeeded", attempt: 1 });
  stopping.abort();
  await replica;
});

it("a full disk under the results is told, leaves nothing half, and the service goes on", {
  timeout: 60_000,
}, async () => {
  const { folder } = world.replica("full");
  const objects = join(folder, "objects");
  await mkdir(objects, { recursive: true });
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", objects], { stdio: "ignore" });
  } catch {
    return; // this user may not make a file system
  }
  const stopping = new AbortController();
  const replica = runReplica(world.replica("full"), { signal: stopping.signal, log: SILENT });
  try {
    await world.source.query(
      "CREATE TABLE wide (id int PRIMARY KEY, x text); INSERT INTO wide SELECT g, (SELECT string_agg(md5(random()::text), '') FROM generate_series(1, 20) WHERE g > 0) FROM generate_series(1, 3000) g",
    );
    await world.target.query("CREATE TABLE wide (id int PRIMARY KEY, x text)");
    const wide = {
      kind: "diff",
      source: "src:public:wide",
      target: "dst:public:wide",
      retry: { attempts: 1 },
    };
    const failed = await world.until((await world.start(wide)).id);
    expect(failed.error).toMatchObject({ code: "file.io_failed" });
    expect(`${failed.error?.message} ${failed.error?.hint}`).toMatch(/full|space|room/);
    const files = await readdir(objects, { recursive: true, withFileTypes: true });
    expect(files.filter((entry) => entry.isFile()).map(({ name }) => name)).toEqual([]);
    const small = await world.start({ kind: "diff", source: "src:public:t", target: "dst:public:t" });
    expect(await world.until(small.id)).toMatchObject({
      state: "succeeded",
      summary: { patchId: expect.any(String) },
    });
    execFileSync("mount", ["-o", "remount,size=64m", objects]);
    expect(await world.until((await world.start(wide)).id)).toMatchObject({
      state: "succeeded",
      summary: { counts: { inserted: 3000 } },
    });
  } finally {
    stopping.abort();
    await replica;
    execFileSync("umount", [objects]);
  }
});

it("goes by the control database's clock where a replica's own is a day off", {
  timeout: 60_000,
}, async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  const stopping = new AbortController();
  const replica = runReplica(world.replica("off"), { signal: stopping.signal, log: SILENT });
  const busy = new pg.Client(world.source.url);
  await busy.connect();
  try {
    await busy.query("BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
    vi.setSystemTime(Date.now() + 86_400_000);
    const run = await world.start({ kind: "watch", source: "src:public:t", target: "dst:public:t" });
    await world.until(run.id, ["running"]);
    vi.setSystemTime(Date.now() - 2 * 86_400_000);
    await sleep(4_000);
    await busy.query("ROLLBACK");
    expect(await world.until(run.id)).toMatchObject({ state: "succeeded", attempt: 1 });
    const [unit] = await world.control.query(
      `SELECT losses, claims, abs(extract(epoch FROM now() - finished_at)) < 60 AS now FROM syncline_control.work_units WHERE run_id = '${run.id}'`,
    );
    expect(unit).toEqual({ losses: 0, claims: 1, now: true });
  } finally {
    vi.useRealTimers();
    await busy.end();
    stopping.abort();
    await replica;
  }
});
