import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
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
