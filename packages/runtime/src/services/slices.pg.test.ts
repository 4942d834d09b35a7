import { setTimeout as sleep } from "node:timers/promises";
import { cancelRun, pauseRun, type Run, resumeRun } from "@syncline/control-plane";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { SliceCovers } from "../operations/slices/slice-work.ts";
import { runReplica } from "./testing/replica.ts";
import type { ServiceWorld } from "./testing/service-world.ts";
import {
  copyState,
  expectedOperations,
  foundOperations,
  openSliceWorld,
  ROWS,
  unitsOf,
} from "./testing/slice-world.ts";

let world: ServiceWorld;
let empty: string;
const stopping = new AbortController();
const replicas: Promise<unknown>[] = [];

beforeAll(async () => {
  world = await openSliceWorld("slices");
  empty = await copyState(world.target);
  for (const name of ["one", "two"])
    replicas.push(runReplica(world.replica(name), { signal: stopping.signal, log: () => {} }));
}, 60_000);
afterAll(async () => {
  stopping.abort();
  await Promise.all(replicas);
  await world?.close();
}, 30_000);
beforeEach(() => world.target.query("TRUNCATE fresh, fresh_child"));

const DIFF = { kind: "diff", source: "src:public:big", target: "dst:public:big" };
const COPY = { kind: "copy", source: "src:public:fresh,fresh_child", target: "dst:public:fresh,fresh_child" };

/** Waits until so many slices of the run are done. */
async function slicesDone(run: Run, count: number): Promise<void> {
  for (let done = 0; done < count; await sleep(20))
    done = (await unitsOf(world, run)).filter(
      ({ kind, state }) => kind === "slice" && state === "done",
    ).length;
}

/** Tables that the slices say they are about. */
async function coveredBy(run: Pick<Run, "id">): Promise<string[]> {
  const slices = (await unitsOf(world, run)).map(({ slice }) => slice as { covers?: SliceCovers } | null);
  return [...new Set(slices.flatMap((slice) => slice?.covers?.tables ?? []))].sort();
}

it("compares in slices over two replicas what one compares in one piece", async () => {
  const cut = await world.until((await world.start({ ...DIFF, slices: 6 })).id);
  expect(cut).toMatchObject({ state: "succeeded", attempt: 1, error: null });
  expect((await unitsOf(world, cut)).map(({ kind }) => kind)).toEqual([
    "plan",
    ...Array(6).fill("slice"),
    "finish",
  ]);
  expect(await coveredBy(cut)).toEqual(["big"]);
  const whole = await world.until((await world.start({ ...DIFF, slices: 1 })).id);
  expect((await unitsOf(world, whole)).map(({ kind }) => kind)).toEqual(["whole"]);
  expect(cut.summary?.counts).toEqual(whole.summary?.counts);
  expect(await foundOperations(world, cut)).toEqual(expectedOperations());
  expect(await foundOperations(world, whole)).toEqual(expectedOperations());
});

it("does a run whole where nothing is worth cutting", async () => {
  const diff = await world.until((await world.start(DIFF)).id);
  expect(diff).toMatchObject({ state: "succeeded" });
  expect((await unitsOf(world, diff)).map(({ kind }) => kind)).toEqual(["plan"]);
  expect(await foundOperations(world, diff)).toEqual(expectedOperations());
});

it("copies in slices, once, with indexes and keys, and records it", async () => {
  const run = await world.until((await world.start({ ...COPY, slices: 4 })).id);
  expect(run).toMatchObject({
    state: "succeeded",
    attempt: 1,
    error: null,
    summary: { counts: { inserted: ROWS + 500 }, ledgerIds: [expect.any(String)] },
  });
  expect((await unitsOf(world, run)).filter(({ kind }) => kind === "slice").length).toBeGreaterThan(3);
  expect(await coveredBy(run)).toEqual(["fresh", "fresh_child"]);
  expect(await copyState(world.target)).toBe(await copyState(world.source));
  const again = await world.until((await world.start({ ...COPY, slices: 4 })).id);
  expect(again).toMatchObject({ state: "succeeded", summary: { counts: { inserted: 0 } } });
});

it("takes back what was copied when the run is cancelled in the middle", async () => {
  const run = await world.start({ ...COPY, slices: 60 });
  await slicesDone(run, 5);
  expect(await copyState(world.target)).not.toBe(empty);
  await cancelRun(world.cp, world.call, { runId: run.id });
  const ended = await world.until(run.id);
  expect(ended).toMatchObject({ state: "cancelled", summary: { counts: { inserted: 0 } } });
  await expect.poll(() => copyState(world.target), { timeout: 20_000, interval: 200 }).toBe(empty);
});

it("goes on after a pause with what is left", async () => {
  const run = await world.start({ ...DIFF, slices: 60 });
  await slicesDone(run, 5);
  await pauseRun(world.cp, world.call, { runId: run.id });
  await world.until(run.id, ["paused"]);
  const before = (await unitsOf(world, run)).filter(({ state }) => state === "done").length;
  expect(before).toBeLessThan(61);
  await resumeRun(world.cp, world.call, { runId: run.id });
  const ended = await world.until(run.id);
  expect(ended).toMatchObject({ state: "succeeded", attempt: 1 });
  expect(await foundOperations(world, ended)).toEqual(expectedOperations());
});
