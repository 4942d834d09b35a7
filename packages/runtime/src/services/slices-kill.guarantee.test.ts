import { join } from "node:path";
import { recordGuarantee, scaled, seed } from "@syncline/tooling-vitest";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { KillPoint } from "./kill-points.ts";
import type { ServiceWorld } from "./testing/service-world.ts";
import {
  copyState,
  expectedOperations,
  foundOperations,
  openSliceWorld,
  ReplicaProcess,
  unitsOf,
} from "./testing/slice-world.ts";

/** Points of docs/run-SPEC.md that are about slices, for both kinds of runs where both come by. */
const CASES: readonly (readonly [point: KillPoint, kind: "diff" | "copy"])[] = [
  ["slices-planned", "diff"],
  ["slice-committed", "copy"],
  ["holder-lost", "diff"],
  ["result-written", "diff"],
  ["slices-planned", "copy"],
  ["holder-lost", "copy"],
];
const ALL = 60;
const UNITS = 2;
const JOBS = {
  diff: { kind: "diff", source: "src:public:big", target: "dst:public:big", slices: 10 },
  copy: {
    kind: "copy",
    source: "src:public:fresh,fresh_child",
    target: "dst:public:fresh,fresh_child",
    slices: 10,
  },
} as const;
const RETRY = { attempts: 5, first: "100ms" };

let world: ServiceWorld;
beforeAll(async () => {
  world = await openSliceWorld("slices_kill");
}, 60_000);
afterAll(() => world?.close());

it("is exact after a replica was killed at a point of a cut run", { timeout: 3_600_000 }, async () => {
  const rounds = scaled(ALL) < ALL ? 1 : ALL; // each waits for leases to run out
  const wrong: string[] = [];
  const seen = { killed: 0, attempts: 0, repeated: 0, longestMs: 0 };
  const whole = await copyState(world.source);
  for (let round = 0; round < rounds; round += 1) {
    const [point, kind] = CASES[(seed + round) % CASES.length] ?? ["holder-lost", "copy"];
    await world.target.query("TRUNCATE fresh, fresh_child");
    const { folder } = world.replica("any");
    const after = point === "slices-planned" ? 0 : (seed + round) % 3;
    const kill = { point, after, file: join(folder, `killed-${round}`) };
    const replicas = ["a", "b"].map(
      (name) => new ReplicaProcess({ replica: world.replica(`${name}${round}`, { units: UNITS }), kill }),
    );
    const say = (what: string) => wrong.push(`round ${round}, ${kind} at ${point}: ${what}`);
    try {
      const began = performance.now();
      const run = await world.start({ ...JOBS[kind], retry: RETRY });
      const ended = await world.until(run.id, undefined, 90_000);
      seen.longestMs = Math.max(seen.longestMs, performance.now() - began);
      seen.killed += replicas.some(({ killed }) => killed) ? 1 : 0;
      seen.attempts += ended.attempt - 1;
      if (ended.state !== "succeeded") say(`${ended.state} ${ended.error?.message}`);
      const units = await unitsOf(world, run);
      const repeated = units.reduce((sum, { claims }) => sum + claims - 1, 0);
      if (ended.attempt === 1 && repeated > UNITS) say(`${repeated} units were done again`);
      if (ended.attempt === 1) seen.repeated += repeated;
      if (kind === "copy" && (await copyState(world.target)) !== whole) say(await copyState(world.target));
      if (kind === "diff") {
        const found = await foundOperations(world, ended);
        if (JSON.stringify(found) !== JSON.stringify(expectedOperations())) say(`${found.length} operations`);
      }
    } catch (error) {
      say(`${(error as Error).message}\n${replicas.map(({ log }) => log).join("\n")}`);
    } finally {
      for (const replica of replicas) await replica.stop();
    }
  }
  recordGuarantee({
    id: "RUN4",
    claim:
      "a cut run whose replica is killed at any point is exact, and at most one unit a slot is done again",
    figure: `${rounds} SIGKILLs at ${CASES.length} points`,
    failures: wrong.length,
    details: `${seen.killed} hit; ${seen.attempts} runs planned anew, ${seen.repeated} units done again in the others; longest run ${Math.round(seen.longestMs / 1000)} s`,
  });
  expect(wrong.join("\n")).toBe("");
});
