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
