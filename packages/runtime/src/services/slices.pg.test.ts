import { join } from "node:path";
import { getPatch, listUnits, type Run } from "@syncline/control-plane";
import { openPatch, type PatchOperation } from "@syncline/core";
import { openDiskObjectStore } from "@syncline/snapshot-store/objects";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createSha256 } from "../files/index.ts";
import { openResultStore } from "../results/index.ts";
import { runReplica } from "./testing/replica.ts";
import { openServiceWorld, type ServiceWorld } from "./testing/service-world.ts";

const ROWS = 20_000;
let world: ServiceWorld;
const stopping = new AbortController();
const replicas: Promise<unknown>[] = [];

beforeAll(async () => {
  world = await openServiceWorld("slices");
  for (const database of [world.source, world.target])
    await database.query(`CREATE TABLE big (id int PRIMARY KEY, n int NOT NULL, note text);
      CREATE TABLE small (id int PRIMARY KEY, big int REFERENCES big);
      CREATE TABLE fresh (id int PRIMARY KEY, n int UNIQUE, note text);
      CREATE TABLE fresh_child (id int PRIMARY KEY, fresh int REFERENCES fresh);
      INSERT INTO big SELECT g, g, repeat('x', 40) FROM generate_series(1, ${ROWS}) g;
      INSERT INTO small SELECT g, g FROM generate_series(1, 100) g; ANALYZE`);
  await world.source.query(`INSERT INTO fresh SELECT g, g, repeat('y', 200) FROM generate_series(1, ${ROWS}) g;
    INSERT INTO fresh_child SELECT g, g FROM generate_series(1, 500) g; ANALYZE`);
  await world.target.query(
    "UPDATE big SET n = -n WHERE id % 500 = 0; DELETE FROM big WHERE id % 777 = 0; UPDATE small SET big = NULL WHERE id = 7",
  );
  for (const name of ["one", "two"])
    replicas.push(runReplica(world.replica(name), { signal: stopping.signal, log: () => {} }));
}, 60_000);
afterAll(async () => {
  stopping.abort();
  await Promise.all(replicas);
  await world?.close();
});

async function operations(run: Run): Promise<PatchOperation[]> {
  const { folder } = world.replica("reader");
  const objectStore = await openDiskObjectStore({ folder: join(folder, "objects") });
  const results = await openResultStore({ objectStore, cacheFolder: join(folder, "cache-reader") });
  const { objectKey } = await getPatch(world.cp, world.call.scope, { patchId: run.summary?.patchId ?? "" });
  const patch = await openPatch(results.patchSource(objectKey), { createDigest: createSha256 });
  const all: PatchOperation[] = [];
  for await (const batch of patch.operations()) all.push(...batch);
  await results.close();
  return all;
}

async function unitsOf(run: Run) {
  return (await listUnits(world.cp, world.call.scope, { runId: run.id, limit: 100 })).items;
}

it("compares in slices over two replicas what one compares in one piece", async () => {
  const job = { kind: "diff", source: "src:public:big,small", target: "dst:public:big,small" };
  const cut = await world.until((await world.start({ ...job, slices: 6 })).id);
  expect(cut).toMatchObject({ state: "succeeded", attempt: 1, error: null });
  const units = await unitsOf(cut);
  expect(units.map(({ kind }) => kind)).toEqual(["plan", ...Array(7).fill("slice"), "finish"]);
  const whole = await world.until((await world.start({ ...job, slices: 1 })).id);
  expect((await unitsOf(whole)).map(({ kind }) => kind)).toEqual(["whole"]);
  expect(cut.summary?.counts).toEqual(whole.summary?.counts);
  expect(await operations(cut)).toEqual(await operations(whole));
  expect(cut.summary?.tables.map(({ name }) => name).sort()).toEqual(["big", "small"]);
});

it("copies in slices, once, with indexes and keys, and records it", async () => {
  const job = {
    kind: "copy",
    source: "src:public:fresh,fresh_child",
    target: "dst:public:fresh,fresh_child",
    slices: 4,
  };
  const run = await world.until((await world.start(job)).id);
  expect(run).toMatchObject({
    state: "succeeded",
    attempt: 1,
    error: null,
    summary: { counts: { inserted: ROWS + 500 } },
  });
  expect((await unitsOf(run)).filter(({ kind }) => kind === "slice").length).toBeGreaterThan(3);
  const [there] = await world.target.query<{
    n: string;
    s: string;
    i: string;
    k: string;
  }>(`SELECT count(*) AS n, sum(id)::text AS s,
    (SELECT count(*) FROM pg_indexes WHERE tablename IN ('fresh', 'fresh_child')) AS i,
    (SELECT count(*) FROM pg_constraint WHERE conrelid = 'fresh_child'::regclass AND contype = 'f') AS k FROM fresh`);
  expect(there).toEqual({ n: String(ROWS), s: String((ROWS * (ROWS + 1)) / 2), i: "3", k: "1" });
  const again = await world.until((await world.start(job)).id);
  expect(again).toMatchObject({ state: "succeeded", summary: { counts: { inserted: 0 } } });
});
