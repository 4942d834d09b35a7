import pg from "pg";
import { afterAll, beforeAll, expect, it } from "vitest";
import { SILENT } from "./service.ts";
import { runReplica } from "./testing/replica.ts";
import { ReplicaProcess } from "./testing/replica-process.ts";
import { openServiceWorld, type ServiceWorld } from "./testing/service-world.ts";

const COPY = {
  kind: "copy",
  slices: 1,
  source: "src:public:t",
  target: "dst:public:t",
  lockTimeout: "120s",
} as const;
let world: ServiceWorld;
let blocker: pg.Client;
beforeAll(async () => {
  world = await openServiceWorld("drain");
  for (const database of [world.source, world.target])
    await database.query("CREATE TABLE t (id int PRIMARY KEY, n int)");
  await world.source.query("INSERT INTO t SELECT g, g FROM generate_series(1, 50) g");
  await world.target.query("INSERT INTO t VALUES (1, 0)");
  blocker = new pg.Client({ connectionString: world.target.url });
  await blocker.connect();
}, 30_000);
afterAll(async () => {
  await blocker?.end();
  await world?.close();
});

it("SIGTERM: finishes within the grace time, else gives the unit back to others; no new unit is taken", {
  timeout: 180_000,
}, async () => {
  await blocker.query("BEGIN; LOCK TABLE t IN EXCLUSIVE MODE");
  const patient = new ReplicaProcess(world.replica("patient", { graceMs: 60_000, units: 1 }));
  const first = await world.start(COPY);
  await patient.said("reached unit-claimed");
  patient.child.kill("SIGTERM");
  const second = await world.start({ kind: "watch", source: "src:public:t", target: "dst:public:t" });
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  await blocker.query("ROLLBACK");
  expect(await patient.exited).toMatchObject({ code: 0, signal: null });
  expect(await world.until(first.id)).toMatchObject({
    state: "succeeded",
    attempt: 1,
    summary: { counts: { inserted: 49, updated: 1 } },
  });
  expect((await world.until(second.id, ["queued"])).state).toBe("queued");

  await world.target.query("UPDATE t SET n = 0 WHERE id = 2");
  await blocker.query("BEGIN; LOCK TABLE t IN EXCLUSIVE MODE");
  const hasty = new ReplicaProcess(world.replica("hasty", { graceMs: 1_000, units: 2 }));
  const third = await world.start(COPY);
  await hasty.said("reached unit-claimed");
  await world.until(third.id, ["running"]);
  hasty.child.kill("SIGTERM");
  expect(await hasty.exited).toMatchObject({ code: 1, signal: null });
  const [unit] = await world.control.query<{ state: string; losses: number }>(
    `SELECT state, losses FROM syncline_control.work_units WHERE run_id = '${third.id}'`,
  );
  expect(unit).toEqual({ state: "ready", losses: 0 });
  await blocker.query("ROLLBACK");
  const stopping = new AbortController();
  const other = runReplica(world.replica("other"), { signal: stopping.signal, log: SILENT });
  try {
    expect(await world.until(third.id)).toMatchObject({
      state: "succeeded",
      attempt: 1,
      summary: { counts: { updated: 1 } },
    });
    expect(await world.until(second.id)).toMatchObject({ state: "succeeded" });
  } finally {
    stopping.abort();
    await other;
  }
});
