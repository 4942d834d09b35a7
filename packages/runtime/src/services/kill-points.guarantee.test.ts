import { cancelRun, createJob, listPatches, type Run } from "@syncline/control-plane";
import { jobSchema } from "@syncline/jobs";
import { recordGuarantee, scale, seed } from "@syncline/tooling-vitest";
import { expect, it } from "vitest";
import { KILL_POINTS, type KillPoint } from "./kill-points.ts";
import { SILENT } from "./service.ts";
import { runReplica } from "./testing/replica.ts";
import { ReplicaProcess } from "./testing/replica-process.ts";
import { openServiceWorld, type ServiceWorld } from "./testing/service-world.ts";

/**
 * Each point of docs/run-SPEC.md that is about runs in one piece, schedules and leaders: a process ends itself there by
 * SIGKILL, another one goes on. Points of cut runs, of bi-sync, of alerts and of requests have tests of their own.
 */
const COPY = { kind: "copy", slices: 1, source: "src:public:t", target: "dst:public:t" } as const;
const DIFF = { kind: "diff", slices: 1, source: "src:public:t", target: "dst:public:t" } as const;
const ELSEWHERE: readonly KillPoint[] = [
  "slices-planned",
  "slice-committed",
  "holder-lost",
  "first-side-applied",
  "both-sides-applied",
  "base-advanced",
  "alert-sent",
  "answer-lost",
];

interface Outcome {
  readonly problems: readonly string[];
  /** From the death to the end of the run elsewhere. */
  readonly takeOverMs: number;
}

const REPEATS = scale === 1 ? 10 : 1;
const POINTS = KILL_POINTS.filter((point) => !ELSEWHERE.includes(point));
/** Two that are over at once and two that wait for a lease, by the seed. */
const SOON = ["run-created", "message-sent", "unit-finished", "slot-taken", "leader"] as const;
const sampled = new Set<KillPoint>([
  pick(SOON, seed),
  pick(SOON, seed + 2),
  ...(["rows-written", "rows-committed"] as const),
]);
const CHOSEN = scale === 1 ? POINTS : POINTS.filter((point) => sampled.has(point));
const AT_ONCE = 4;

it("every point is here or named as tested elsewhere", () => {
  expect([...POINTS, ...ELSEWHERE].sort()).toEqual([...KILL_POINTS].sort());
});

it(`a process that dies at ${CHOSEN.join(", ")}: another one goes on, nothing is lost, nothing is done twice`, {
  timeout: 3_600_000,
}, async () => {
  const cases = CHOSEN.flatMap((point) => Array.from({ length: REPEATS }, (_, round) => ({ point, round })));
  const longest = new Map<KillPoint, number>();
  const failed: string[] = [];
  const lane = async () => {
    for (let next = cases.shift(); next !== undefined; next = cases.shift()) {
      const { point, round } = next;
      const { problems, takeOverMs } = await play(point, round).catch((error: Error) => ({
        problems: [error.message],
        takeOverMs: 0,
      }));
      longest.set(point, Math.max(longest.get(point) ?? 0, takeOverMs));
      failed.push(...problems.map((problem) => `${point} ${round}: ${problem}`));
    }
  };
  const count = cases.length;
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
  const seconds = [...longest].map(([point, ms]) => `${point} ${(ms / 1_000).toFixed(1)} s`).join(", ");
  recordGuarantee({
    id: "RUN-SPEC",
    claim:
      "a process that dies at any point of docs/run-SPEC.md: another one goes on, nothing is lost, nothing is done twice",
    figure: `${count} SIGKILLs at ${CHOSEN.length} points`,
    failures: failed.length,
    details: `longest from the death to the end of the run elsewhere: ${seconds}`,
  });
  expect(failed).toEqual([]);
});

async function play(point: KillPoint, round: number): Promise<Outcome> {
  const world = await openServiceWorld(`kill_${point.replaceAll("-", "_")}_${round}`);
  try {
    await prepare(world);
    return await playIn(world, point);
  } finally {
    await world.close();
  }
}

async function prepare({ source, target }: ServiceWorld): Promise<void> {
  for (const database of [source, target])
    await database.query(
      "CREATE TABLE t (id int PRIMARY KEY, n int); INSERT INTO t SELECT g, g FROM generate_series(1, 300) g",
    );
  await target.query(
    "UPDATE t SET n = -1 WHERE id % 7 = 0; DELETE FROM t WHERE id % 11 = 0; INSERT INTO t VALUES (1000, 1)",
  );
}

async function playIn(world: ServiceWorld, point: KillPoint): Promise<Outcome> {
  if (point === "run-created")
    await die(world, { killAt: point, create: jobSchema.parse({ name: "created", ...COPY }) });
  else if (point === "slot-taken") return playSlot(world);
  else if (point === "cancelling") return playCancel(world);
  else await world.start(point === "reading" || point === "result-written" ? DIFF : COPY);
  const diedAt = point === "run-created" ? Date.now() : await die(world, { killAt: point });
  const ended = await goOn(world, async () => world.until(await onlyRun(world)));
  return { problems: await judge(world, ended), takeOverMs: (ended.finishedAt?.getTime() ?? 0) - diedAt };
}

/** Runs a replica until it has ended itself; returns when that was. */
async function die(
  world: ServiceWorld,
  more: Partial<ConstructorParameters<typeof ReplicaProcess>[0]>,
): Promise<number> {
  const replica = new ReplicaProcess({ ...world.replica("dies"), ...more });
  try {
    const { signal, at } = await Promise.race([
      replica.exited,
      new Promise<never>((_, reject) => {
        setTimeout(() => reject(new Error(`it lives on:\n${replica.lines.join("\n")}`)), 180_000).unref();
      }),
    ]);
    if (signal !== "SIGKILL") throw new Error(`it ended otherwise:\n${replica.lines.join("\n")}`);
    return at;
  } finally {
    await replica.kill();
  }
}

/** Another process: this one. */
async function goOn<T>(world: ServiceWorld, wait: () => Promise<T>): Promise<T> {
  const stopping = new AbortController();
  const replica = runReplica(world.replica("goes-on"), { signal: stopping.signal, log: SILENT });
  try {
    return await wait();
  } finally {
    stopping.abort();
    await replica;
  }
}

async function onlyRun({ control }: ServiceWorld): Promise<string> {
  const rows = await control.query<{ id: string }>("SELECT id FROM syncline_control.runs");
  if (rows.length !== 1) throw new Error(`${rows.length} runs, expected 1`);
  return rows[0]?.id ?? "";
}

async function judge(world: ServiceWorld, run: Run): Promise<string[]> {
  const { source, target, control } = world;
  const problems: string[] = [];
  const expectEqual = (what: string, found: unknown, wanted: unknown) => {
    if (JSON.stringify(found) !== JSON.stringify(wanted))
      problems.push(`${what}: ${JSON.stringify(found)}, expected ${JSON.stringify(wanted)}`);
  };
  expectEqual("state", run.state, "succeeded");
  const units = await control.query<{ state: string }>("SELECT state FROM syncline_control.work_units");
  expectEqual("units", units, [{ state: "done" }]);
  if (run.kind === "diff") {
    const { items } = await listPatches(world.cp, world.call.scope, { runId: run.id });
    expectEqual(
      "patches",
      items.map(({ id, operations }) => [id, operations]),
      [[run.summary?.patchId, 67]],
    );
    return problems;
  }
  const rows = "SELECT id, n FROM t ORDER BY id";
  expectEqual("rows", await target.query(rows), await source.query(rows));
  const ledger = await target.query<{ id: string; inserted: string; updated: string; deleted: string }>(
    "SELECT id, inserted::int, updated::int, deleted::int FROM syncline.ledger",
  );
  const unit = await control.query<{ id: string }>("SELECT id FROM syncline_control.work_units");
  const wanted = { id: unit[0]?.id, inserted: 27, updated: 39, deleted: 1 };
  expectEqual("ledger", ledger, [wanted]);
  const { inserted, updated, deleted } = run.summary?.counts ?? {};
  expectEqual("summary", { inserted, updated, deleted }, { inserted: 27, updated: 39, deleted: 1 });
  expectEqual("locks", await control.query("SELECT run_id FROM syncline_control.target_locks"), []);
  return problems;
}

async function playSlot(world: ServiceWorld): Promise<Outcome> {
  const { cp, call, control } = world;
  await createJob(cp, call, {
    definition: jobSchema.parse({ name: "hourly", ...COPY, schedule: { every: "1h" } }),
  });
  await control.query(
    "UPDATE syncline_control.schedules SET planned_at = now(), next_fire_at = date_trunc('hour', now())",
  );
  const diedAt = await die(world, { killAt: "slot-taken", leader: false });
  const ended = await goOn(world, async () => world.until(await onlyRun(world)));
  const slots = await control.query<{ outcome: string; run_id: string; next: boolean }>(
    `SELECT outcome, s.run_id, next_fire_at > now() AS next FROM syncline_control.schedule_slots s, syncline_control.schedules`,
  );
  const problems = await judge(world, ended);
  if (JSON.stringify(slots) !== JSON.stringify([{ outcome: "fired", run_id: ended.id, next: true }]))
    problems.push(`slots: ${JSON.stringify(slots)}`);
  return { problems, takeOverMs: (ended.finishedAt?.getTime() ?? 0) - diedAt };
}

/** The worker dies when it hears of the cancel, while it waits for a lock: nothing was written, and the run is cancelled. */
async function playCancel(world: ServiceWorld): Promise<Outcome> {
  const { cp, call, target, control } = world;
  const rows = "SELECT id, n FROM t ORDER BY id";
  const before = await target.query(rows);
  const run = await world.start({ ...COPY, lockTimeout: "60s" });
  const { default: pg } = await import("pg");
  const blocker = new pg.Client({ connectionString: target.url });
  await blocker.connect();
  await blocker.query("BEGIN; LOCK TABLE t IN ACCESS EXCLUSIVE MODE");
  const replica = new ReplicaProcess({ ...world.replica("dies"), killAt: "cancelling" });
  try {
    await replica.said("reached unit-claimed");
    await cancelRun(cp, call, { runId: run.id });
    const { at, signal } = await replica.exited;
    await blocker.query("ROLLBACK");
    const ended = await goOn(world, () => world.until(run.id));
    const problems: string[] = [];
    if (signal !== "SIGKILL") problems.push(`it ended by ${signal}`);
    if (ended.state !== "cancelled") problems.push(`state ${ended.state}`);
    if (JSON.stringify(await target.query(rows)) !== JSON.stringify(before))
      problems.push("rows were written");
    const locks = await control.query("SELECT run_id FROM syncline_control.target_locks");
    if (locks.length > 0) problems.push("the target is still locked");
    return { problems, takeOverMs: (ended.finishedAt?.getTime() ?? 0) - at };
  } finally {
    await blocker.end();
    await replica.kill();
  }
}

function pick<T>(from: readonly T[], number: number): T {
  return from[number % from.length] as T;
}
