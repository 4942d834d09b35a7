import { setTimeout as sleep } from "node:timers/promises";
import { recordGuarantee, scaled, seed } from "@syncline/tooling-vitest";
import { expect, it } from "vitest";
import type { KillPoint } from "../kill-points.ts";
import { SILENT } from "../service.ts";
import { runReplica } from "../testing/replica.ts";
import { ReplicaProcess } from "../testing/replica-process.ts";
import { openServiceWorld, type ServiceWorld } from "../testing/service-world.ts";

/** Short, so that many pauses fit; everything else about leases is as ever. */
const LEASE_MS = 3_000;
const LANES = 4;
/** Before anything was written, and with the transaction open. */
const POINTS: readonly KillPoint[] = ["unit-claimed", "rows-written"];
const COPY = { kind: "copy", slices: 1, source: "src:public:t", target: "dst:public:t" } as const;

it("a worker that stands still beyond its lease writes nothing when it goes on", {
  timeout: 3_600_000,
}, async () => {
  const pauses = scaled(200);
  const failed: string[] = [];
  const longest = { takeOverMs: 0 };
  let next = 0;
  const lane = async (_: unknown, number: number) => {
    const world = await openServiceWorld(`paused_${number}`);
    try {
      for (const database of [world.source, world.target])
        await database.query("CREATE TABLE t (id int PRIMARY KEY, n int)");
      for (let pause = next++; pause < pauses; pause = next++) {
        const { problems, takeOverMs } = await play(
          world,
          POINTS[(pause + seed) % POINTS.length] as KillPoint,
        );
        longest.takeOverMs = Math.max(longest.takeOverMs, takeOverMs);
        failed.push(...problems.map((problem) => `pause ${pause}: ${problem}`));
      }
    } finally {
      await world.close();
    }
  };
  await Promise.all(Array.from({ length: Math.min(LANES, pauses) }, lane));
  recordGuarantee({
    id: "G13",
    claim: "a worker that stands still beyond its lease writes no row under its old fence",
    figure: `${pauses} SIGSTOP pauses`,
    failures: failed.length,
    details: `leases of ${LEASE_MS / 1_000} s; taken over and done ${(longest.takeOverMs / 1_000).toFixed(1)} s after the pause began at most`,
  });
  expect(failed).toEqual([]);
});

async function play(
  world: ServiceWorld,
  stopAt: KillPoint,
): Promise<{ readonly problems: readonly string[]; readonly takeOverMs: number }> {
  const { source, target, control } = world;
  await source.query(
    "TRUNCATE t; INSERT INTO t SELECT g, (random() * 1000)::int FROM generate_series(1, 100) g",
  );
  const entriesBefore = await ledgerOf(world);
  const paused = new ReplicaProcess({ ...world.replica("pauses"), stopAt, leaseMs: LEASE_MS, leader: false });
  const stopping = new AbortController();
  let other: Promise<unknown> = Promise.resolve();
  try {
    const run = await world.start(COPY);
    await paused.said(`stopped ${stopAt}`);
    const pausedAt = Date.now();
    other = runReplica(world.replica("goes-on", { leaseMs: LEASE_MS, leader: false }), {
      signal: stopping.signal,
      log: SILENT,
    });
    const ended = await world.until(run.id, undefined, 120_000);
    const problems = ended.state === "succeeded" ? [] : [`the run is ${ended.state}`];
    // Somebody goes on with the rows; whoever wrote the old ones now would be seen.
    await target.query("UPDATE t SET n = -n - 1");
    const rows = "SELECT id, n FROM t ORDER BY id";
    const wanted = await source.query("SELECT id, -n - 1 AS n FROM t ORDER BY id");
    paused.child.kill("SIGCONT");
    await paused.said("warn unit was taken over", 120_000);
    await sleep(200);
    if (JSON.stringify(await target.query(rows)) !== JSON.stringify(wanted))
      problems.push("rows were written under an old fence");
    const [unit] = await control.query<{ id: string }>(
      `SELECT id FROM syncline_control.work_units WHERE run_id = '${run.id}'`,
    );
    const entries = (await ledgerOf(world)).filter((id) => !entriesBefore.includes(id));
    if (entries.length !== 1 || entries[0] !== unit?.id) problems.push(`${entries.length} ledger entries`);
    return { problems, takeOverMs: (ended.finishedAt?.getTime() ?? 0) - pausedAt };
  } catch (error) {
    return { problems: [`${(error as Error).message}\n${paused.lines.join("\n")}`], takeOverMs: 0 };
  } finally {
    stopping.abort();
    await other;
    await paused.kill();
  }
}

async function ledgerOf({ target }: ServiceWorld): Promise<string[]> {
  const [there] = await target.query<{ there: boolean }>(
    "SELECT to_regclass('syncline.ledger') IS NOT NULL AS there",
  );
  if (there?.there !== true) return [];
  return (await target.query<{ id: string }>("SELECT id FROM syncline.ledger")).map(({ id }) => id);
}
