import { setTimeout as sleep } from "node:timers/promises";
import { createJob } from "@syncline/control-plane";
import { jobSchema } from "@syncline/jobs";
import { afterAll, beforeAll, expect, it } from "vitest";
import { SILENT } from "../service.ts";
import { runReplica } from "../testing/replica.ts";
import { openServiceWorld, type ServiceWorld } from "../testing/service-world.ts";

let world: ServiceWorld;
const stopping = new AbortController();
let replica: Promise<unknown> = Promise.resolve();
beforeAll(async () => {
  world = await openServiceWorld("listen");
  for (const database of [world.source, world.target])
    await database.query("CREATE TABLE t (id int PRIMARY KEY)");
  const schedule = { listen: { server: "src", channel: "Changed", quiet: "500ms" } };
  const definition = jobSchema.parse({
    name: "told",
    kind: "watch",
    source: "src:public:t",
    target: "dst:public:t",
    schedule,
  });
  await createJob(world.cp, world.call, { definition });
  replica = runReplica(world.replica("one"), { signal: stopping.signal, log: SILENT });
}, 30_000);
afterAll(async () => {
  stopping.abort();
  await replica;
  await world?.close();
});

const finished = async () =>
  (
    await world.control.query<{ n: number }>(
      "SELECT count(*)::int AS n FROM syncline_control.runs WHERE finished_at IS NOT NULL AND trigger = 'listen'",
    )
  )[0]?.n;

async function untilFinished(wanted: number): Promise<void> {
  for (const giveUpAt = Date.now() + 20_000; (await finished()) !== wanted; await sleep(100))
    if (Date.now() > giveUpAt) throw new Error(`${await finished()} runs, expected ${wanted}`);
}

it("runs once at the beginning, once for notifications that come together, and once after the connection was lost", async () => {
  await untilFinished(1);
  await world.source.query(`NOTIFY "Changed"; NOTIFY other`);
  await world.source.query(`NOTIFY "Changed", 'again'`);
  await untilFinished(2);
  await sleep(1_500);
  expect(await finished()).toBe(2);
  const ended = await world.source.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query = 'LISTEN "Changed"'`,
  );
  expect(ended).toHaveLength(1);
  await untilFinished(3);
});
