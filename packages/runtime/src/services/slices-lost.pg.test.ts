import { setTimeout as sleep } from "node:timers/promises";
import { cancelRun, pauseRun, type Run, resumeRun } from "@syncline/control-plane";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import type { ServiceWorld } from "./testing/service-world.ts";
import {
  copyState,
  expectedOperations,
  foundOperations,
  openSliceWorld,
  ReplicaProcess,
  unitsOf,
} from "./testing/slice-world.ts";

let world: ServiceWorld;
let empty: string;
const replicas: ReplicaProcess[] = [];
beforeAll(async () => {
  world = await openSliceWorld("slices_lost");
  empty = await copyState(world.target);
}, 60_000);
afterAll(() => world?.close());
beforeEach(() => world.target.query("TRUNCATE fresh, fresh_child"));
afterEach(() => Promise.all(replicas.splice(0).map((replica) => replica.stop())));

const LEASE_MS = 3_000;
const DIFF = { kind: "diff", source: "src:public:big", target: "dst:public:big", slices: 60 };
const COPY = {
  kind: "copy",
  source: "src:public:fresh,fresh_child",
  target: "dst:public:fresh,fresh_child",
  slices: 60,
};

function begin(name: string): ReplicaProcess {
  const replica = new ReplicaProcess({
    replica: world.replica(name, { units: 2, leaseMs: LEASE_MS }),
    kill: null,
  });
  replicas.push(replica);
  return replica;
}

async function until(check: () => Promise<boolean>, what: string): Promise<void> {
  const giveUpAt = Date.now() + 30_000;
  while (!(await check())) {
    if (Date.now() > giveUpAt)
      throw new Error(
        `not ${what}:\n${replicas
          .map(({ log }) => log)
          .join("\n")
          .slice(-4_000)}`,
      );
    await sleep(10);
  }
}

const slices = async (run: Run) => (await unitsOf(world, run)).filter(({ kind }) => kind === "slice");
const slicesDone = async (run: Run) => (await slices(run)).filter(({ state }) => state === "done").length;

/** Who holds the run's instant on the source: the worker, and the server's process, which the snapshot's name tells. */
async function holders(run: Run): Promise<{ worker: string; pid: number }[]> {
  const held = await world.control.query<{ worker: string; token: string }>(
    `SELECT worker, split_part(snapshot_id, ' ', 2) AS token FROM syncline_control.snapshot_holders
     WHERE run_id = '${run.id}' AND side = 'source' ORDER BY worker`,
  );
  const found = await Promise.all(
    held.map(async ({ worker, token }) => {
      const [proc = "", local = ""] = token.split("-");
      const name = `${Number.parseInt(proc, 16)}/${Number.parseInt(local, 16)}`;
      const rows = await world.source.query<{ pid: number }>(
        `SELECT pid FROM pg_locks WHERE locktype = 'virtualxid' AND virtualtransaction = '${name}'`,
      );
      return rows.map(({ pid }) => ({ worker, pid }));
    }),
  );
  return found.flat();
}

async function expectExact(run: Run): Promise<void> {
  if (run.kind === "copy") expect(await copyState(world.target)).toBe(await copyState(world.source));
  else expect(await foundOperations(world, run)).toEqual(expectedOperations());
}

it.each([DIFF, COPY])("goes on when sessions that hold the instant of a $kind are cut off", async (job) => {
  begin(`one ${job.kind}`);
  begin(`two ${job.kind}`);
  const run = await world.start({ ...job, retry: { attempts: 5, first: "100ms" } });
  await until(async () => (await holders(run)).length === 2, "held by two");
  expect(await slicesDone(run)).toBeLessThan(job.slices);
  const [one, other] = await holders(run);
  // The one that holds, and all readers: each has to be opened again, from an instant that one of both has lost.
  await world.source.query(`SELECT pg_terminate_backend(${one?.pid})`);
  await world.source.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid NOT IN (pg_backend_pid(), ${other?.pid}) AND backend_type = 'client backend'`);
  const ended = await world.until(run.id, undefined, 60_000);
  expect(ended, `${ended.error?.message}`).toMatchObject({ state: "succeeded" });
  await expectExact(ended);
  const planned = await world.control.query(
    `SELECT FROM syncline_control.events WHERE run_id = '${run.id}' AND type = 'run.replanned'`,
  );
  expect(planned.length, "planned anew though the other one held it").toBe(0);
});

it("hands its instant to the one that replaces it", async () => {
  const leaving = begin("leaving");
  const run = await world.start({ ...DIFF, slices: 200 });
  await until(async () => (await slicesDone(run)) >= 3, "begun");
  await world.control.query("DELETE FROM syncline_control.workers"); // taken for dead: another worker from then on
  begin("next");
  await until(async () => new Set((await holders(run)).map(({ pid }) => pid)).size >= 2, "joined");
  leaving.signal("SIGTERM");
  const ended = await world.until(run.id, undefined, 60_000);
  expect(ended, `${ended.error?.message}`).toMatchObject({ state: "succeeded", attempt: 1 });
  await expectExact(ended);
});

it("only finishes what rested for longer than a lease with all of its slices done", async () => {
  const replica = begin("resting");
  const run = await world.start(COPY);
  await until(async () => (await slicesDone(run)) >= 1, "begun");
  const busy = new pg.Client(world.target.url);
  await busy.connect();
  await busy.query("BEGIN; LOCK TABLE fresh IN ROW EXCLUSIVE MODE"); // goes with slices, not with their end
  const finish = async () => (await unitsOf(world, run)).find(({ kind }) => kind === "finish");
  await until(async () => (await finish())?.state === "running", "at the end");
  await pauseRun(world.cp, world.call, { runId: run.id });
  await world.until(run.id, ["paused"]);
  await busy.end();
  await until(async () => (await holders(run)).length === 0, "at rest");
  await sleep(500);
  expect((await copyState(world.target)).split(" ")[0]).toBe((await copyState(world.source)).split(" ")[0]);
  await replica.stop();
  begin("fresh");
  await resumeRun(world.cp, world.call, { runId: run.id });
  const ended = await world.until(run.id);
  expect(ended, `${ended.error?.message}`).toMatchObject({ state: "succeeded", attempt: 1 });
  expect((await slices(ended)).map(({ claims }) => claims)).toEqual((await slices(ended)).map(() => 1));
  await expectExact(ended);
});

it("takes back what was copied when the run is cancelled while everybody is dead", async () => {
  const dying = [begin("dying"), begin("dead")];
  const run = await world.start(COPY);
  await until(async () => (await slicesDone(run)) >= 5, "begun");
  await Promise.all(dying.map((replica) => replica.stop()));
  expect(await copyState(world.target)).not.toBe(empty);
  const { state } = await cancelRun(world.cp, world.call, { runId: run.id });
  expect(state).toBe("cancelling");
  const busy = new pg.Client(world.target.url);
  await busy.connect();
  await busy.query("BEGIN; LOCK TABLE fresh IN ROW EXCLUSIVE MODE");
  begin("heir");
  const looked = async () =>
    (await unitsOf(world, run)).some(({ kind, claims }) => kind === "finish" && claims > 0);
  await until(looked, "looked for");
  await sleep(2_500); // a renewal tells that the run is being cancelled, which is no reason to look no further
  await busy.end();
  const ended = await world.until(run.id);
  expect(ended).toMatchObject({ state: "cancelled", summary: { counts: { inserted: 0 } } });
  expect(await copyState(world.target)).toBe(empty);
});

it("is cancelled at its end only after somebody has looked for what was copied", async () => {
  begin("ending");
  const run = await world.start(COPY);
  await until(async () => (await slicesDone(run)) >= 1, "begun");
  const busy = new pg.Client(world.target.url);
  await busy.connect();
  await busy.query("BEGIN; LOCK TABLE fresh IN ROW EXCLUSIVE MODE"); // goes with slices, not with their end
  const finish = async () => (await unitsOf(world, run)).find(({ kind }) => kind === "finish");
  await until(async () => (await finish())?.state === "running", "at the end");
  const { state } = await cancelRun(world.cp, world.call, { runId: run.id });
  expect(state).toBe("cancelling");
  await until(async () => (await finish())?.state !== "running" || (await finish())?.claims === 2, "stopped");
  await busy.end();
  const ended = await world.until(run.id);
  expect(ended).toMatchObject({ state: "cancelled", summary: { counts: { inserted: 0 } } });
  expect((await finish())?.claims, "given out once more, to be inspected").toBe(2);
  await until(async () => (await copyState(world.target)) === empty, "removed");
});
