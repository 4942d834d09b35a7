import { setTimeout as sleep } from "node:timers/promises";
import { createJob } from "@syncline/control-plane";
import { jobSchema } from "@syncline/jobs";
import { recordGuarantee, scale, scaled } from "@syncline/tooling-vitest";
import { afterAll, beforeAll, expect, it } from "vitest";
import { ReplicaProcess } from "../testing/replica-process.ts";
import { openServiceWorld, type ServiceWorld } from "../testing/service-world.ts";

/** Shorter than what a job may have, so that it shows how long nobody fired. */
const SLOT_SECONDS = 2;
const REPLICAS = scale === 1 ? 3 : 2;
const LIMIT_MS = 15_000;

let world: ServiceWorld;
const replicas = new Map<string, ReplicaProcess>();
let started = 0;

beforeAll(async () => {
  world = await openServiceWorld("leaders");
  for (const database of [world.source, world.target])
    await database.query("CREATE TABLE t (id int PRIMARY KEY)");
  await createJob(world.cp, world.call, {
    definition: jobSchema.parse({
      name: "often",
      kind: "watch",
      source: "src:public:t",
      target: "dst:public:t",
      schedule: { every: "1h" },
    }),
  });
  await world.control.query(
    `UPDATE syncline_control.schedules SET schedule = '{"every": "${SLOT_SECONDS}s", "missed": "once"}'`,
  );
  for (let at = 0; at < REPLICAS; at += 1) startReplica();
}, 60_000);
afterAll(async () => {
  await Promise.all([...replicas.values()].map((replica) => replica.kill()));
  await world?.close();
});

function startReplica(): void {
  started += 1;
  const name = `replica-${started}`;
  replicas.set(name, new ReplicaProcess(world.replica(name, { units: 1 })));
}

interface Leader {
  readonly name: string;
  readonly term: number;
}

async function leaderOtherThan(name: string | null): Promise<Leader> {
  for (const giveUpAt = Date.now() + 120_000; ; await sleep(100)) {
    const [leader] = await world.control.query<Leader>(
      "SELECT w.name, t.term::int FROM syncline_control.leader_terms t JOIN syncline_control.workers w ON w.id = t.worker",
    );
    if (leader !== undefined && leader.name !== name && replicas.has(leader.name)) return leader;
    if (Date.now() > giveUpAt) throw new Error(`nobody leads; ${leader?.name} did last`);
  }
}

/** Waits for a slot that was decided after a moment; returns how long after. */
async function firedAfter(moment: number): Promise<number> {
  for (const giveUpAt = Date.now() + 120_000; ; await sleep(100)) {
    const [slot] = await world.control.query<{ at: number }>(
      `SELECT extract(epoch FROM min(decided_at))::float8 * 1000 AS at FROM syncline_control.schedule_slots
       WHERE decided_at > to_timestamp(${moment / 1_000})`,
    );
    if (slot?.at != null) return slot.at - moment;
    if (Date.now() > giveUpAt) throw new Error("no slot was fired");
  }
}

/** Every slot from the first to the last, once each, and a run for each that fired. */
async function judgeSlots(): Promise<string[]> {
  // One statement, for they go on meanwhile.
  const slots = await world.control.query<{
    at: number;
    outcome: string;
    run_id: string | null;
    runs: number;
  }>(
    `SELECT extract(epoch FROM fire_at)::int AS at, outcome, run_id, (SELECT count(*)::int FROM syncline_control.runs) AS runs
     FROM syncline_control.schedule_slots ORDER BY 1`,
  );
  const problems: string[] = [];
  for (const [index, { at }] of slots.entries()) {
    const before = slots[index - 1]?.at;
    if (before !== undefined && at - before !== SLOT_SECONDS) problems.push(`${at - before} s between slots`);
  }
  const fired = slots.filter(({ outcome }) => outcome === "fired").map(({ run_id }) => run_id);
  const runs = slots[0]?.runs;
  if (new Set(fired).size !== fired.length || runs !== fired.length)
    problems.push(`${fired.length} slots fired, ${runs} runs`);
  if (slots.some(({ outcome }) => outcome === "missed")) problems.push("a slot was missed");
  return problems;
}

it("a leader that is killed is followed by another one within 15 s, and no slot is lost or fired twice", {
  timeout: 1_800_000,
}, async () => {
  const kills = scaled(20);
  const gaps: number[] = [];
  let leader = await leaderOtherThan(null);
  await firedAfter(0);
  for (let kill = 0; kill < kills; kill += 1) {
    const replica = replicas.get(leader.name);
    replicas.delete(leader.name);
    const killedAt = Date.now();
    await replica?.kill();
    leader = await leaderOtherThan(leader.name);
    gaps.push(await firedAfter(killedAt + SLOT_SECONDS * 500));
    startReplica();
    await sleep(SLOT_SECONDS * 1_000);
  }
  const problems = await judgeSlots();
  const late = gaps.filter((gap) => gap > LIMIT_MS);
  recordGuarantee({
    id: "G22",
    claim: "a leader that is killed is followed by another one within 15 s; no slot is lost or fired twice",
    figure: `${kills} leaders killed`,
    failures: problems.length + late.length,
    details: `from the kill to the next slot ${(Math.max(...gaps) / 1_000).toFixed(1)} s at most`,
  });
  expect(problems).toEqual([]);
  expect(late).toEqual([]);
});

it("a leader that stands still loses its session, and does no harm when it goes on", {
  timeout: 120_000,
}, async () => {
  const leader = await leaderOtherThan(null);
  const replica = replicas.get(leader.name);
  const stoppedAt = Date.now();
  replica?.child.kill("SIGSTOP");
  const next = await leaderOtherThan(leader.name);
  const gap = await firedAfter(stoppedAt + SLOT_SECONDS * 500);
  replica?.child.kill("SIGCONT");
  await replica?.said("info leads no more");
  await sleep(3_000);
  expect(next.term).toBe(leader.term + 1);
  expect(gap).toBeLessThan(LIMIT_MS);
  expect(await judgeSlots()).toEqual([]);
});
