import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Run } from "@syncline/control-plane";
import { recordGuarantee, scaled } from "@syncline/tooling-vitest";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openServiceWorld, type ServiceWorld } from "./testing/service-world.ts";
import { ReplicaProcess, unitsOf } from "./testing/slice-world.ts";

/** About 250 bytes a row: 4 M of them are a gigabyte. */
const ROWS = Number(process.env["SYNCLINE_SLICE_ROWS"] ?? 4_000_000);
const SHAPE =
  "CREATE TABLE items (id uuid PRIMARY KEY, number bigint NOT NULL UNIQUE, name text NOT NULL, attributes jsonb NOT NULL, digest bytea NOT NULL)";
const FILL = `INSERT INTO items SELECT md5('id' || n)::uuid, n, 'item ' || n || ' ' || md5('name' || n),
  jsonb_build_object('size', n % 97, 'tag', md5('tag' || n)), decode(md5('digest' || n) || md5('more' || n), 'hex') FROM generate_series(1, ${ROWS}) n`;
const DIGEST =
  "SELECT count(*) || ' ' || sum(number) || ' ' || sum(hashtextextended(items::text, 0)) AS digest FROM items";
/** One in a hundred of each kind. */
const EDITS = [
  "UPDATE items SET name = name || '!' WHERE number % 100 = 1",
  "DELETE FROM items WHERE number % 100 = 2",
  "UPDATE items SET id = md5('other' || number)::uuid WHERE number % 100 = 3",
];
const LONG = 1_800_000;
const PLACES = {
  source: "src:public:items",
  target: "dst:public:items",
  slices: ROWS < 1_000_000 ? 8 : "auto",
};
const COPY = { kind: "copy", ...PLACES };
const DIFF = { kind: "diff", ...PLACES };
const isFull = scaled(20) === 20;

let world: ServiceWorld;
beforeAll(async () => {
  if (!isFull) return;
  world = await openServiceWorld("slices_large");
  await Promise.all([world.source.query(SHAPE), world.target.query(SHAPE)]);
  await world.source.query(FILL);
  await world.source.query("VACUUM (ANALYZE) items");
}, LONG);
afterAll(() => world?.close());

interface Measured {
  readonly run: Run;
  readonly seconds: number;
  readonly units: Awaited<ReturnType<typeof unitsOf>>;
  /** From the kill to the end of the last unit that the killed one had, or null. */
  readonly takeOver: number | null;
}

/** One run on fresh replicas that are up before it begins; with `kill` the first of them dies in the middle. */
async function measure(
  job: object,
  { workers, kill }: { readonly workers: number; readonly kill: boolean },
): Promise<Measured> {
  const names = Array.from({ length: workers }, () => randomUUID());
  const replicas = names.map(
    (name) => new ReplicaProcess({ replica: world.replica(name, { units: 1 }), kill: null }),
  );
  try {
    await registered(names);
    const began = performance.now();
    const run = await world.start(job as { kind: string });
    const killed = kill ? await killAtThird(run, replicas) : null;
    const ended = await world.until(run.id, undefined, LONG);
    const seconds = (performance.now() - began) / 1000;
    expect(
      ended.state,
      `${ended.error?.message}\n${replicas.map(({ log }) => log.slice(-2000)).join("\n")}`,
    ).toBe("succeeded");
    const units = await unitsOf(world, run);
    const again = units.filter(({ claims }) => claims > 1).map(({ startedAt }) => startedAt?.getTime() ?? 0);
    const takeOver = killed === null || again.length === 0 ? null : (Math.max(...again) - killed) / 1000;
    return { run: ended, seconds, units, takeOver };
  } finally {
    for (const replica of replicas) await replica.stop();
  }
}

async function registered(names: readonly string[]): Promise<void> {
  const known = async () => {
    const rows = await world.control.query<{ name: string }>("SELECT name FROM syncline_control.workers");
    return rows.map(({ name }) => name);
  };
  await expect.poll(known, { timeout: 60_000, interval: 100 }).toEqual(expect.arrayContaining([...names]));
  await sleep(1_000); // and listens
}

/** Of the first replica, once a third of the slices is done; gives the moment. */
async function killAtThird(run: Run, replicas: readonly ReplicaProcess[]): Promise<number> {
  for (;;) {
    const slices = (await unitsOf(world, run)).filter(({ kind }) => kind === "slice");
    const done = slices.filter(({ state }) => state === "done").length;
    if (slices.length > 0 && done * 3 >= slices.length) break;
    if (slices.some(({ state }) => state === "failed" || state === "cancelled")) break; // the run says why
    await sleep(20);
  }
  replicas[0]?.signal("SIGKILL");
  return Date.now();
}

const repeated = ({ units }: Measured) => units.reduce((sum, { claims }) => sum + claims - 1, 0);

async function digests(): Promise<string[]> {
  const rows = await Promise.all(
    [world.source, world.target].map((side) => side.query<{ digest: string }>(DIGEST)),
  );
  return rows.map(([row]) => row?.digest ?? "");
}

it.runIf(isFull)(
  "shares a copy and a comparison among replicas, of which one is killed",
  { timeout: LONG },
  async () => {
    const said: string[] = [];
    const wrong: string[] = [];
    const cases = [
      { workers: 1, kill: false },
      { workers: 2, kill: false },
      { workers: 3, kill: true },
    ];
    for (const each of cases) {
      await world.target.query("TRUNCATE items");
      await world.target.query("CHECKPOINT");
      const copied = await measure(COPY, each);
      const [theirs, ours] = await digests();
      if (theirs !== ours) wrong.push(`copy by ${each.workers}: ${ours}`);
      if (copied.run.attempt === 1 && repeated(copied) > each.workers)
        wrong.push(`copy: ${repeated(copied)} units again`);
      said.push(describe("copy", each, copied));
      process.stdout.write(`${said.at(-1)}\n`);
    }
    for (const edit of EDITS) await world.target.query(edit);
    await world.target.query("VACUUM (ANALYZE) items");
    const hundredth = Math.floor(ROWS / 100);
    for (const each of cases) {
      const compared = await measure(DIFF, each);
      const { counts } = compared.run.summary ?? {};
      const expected = { inserted: 2 * hundredth, updated: hundredth, deleted: hundredth };
      if (JSON.stringify({ ...counts, ...expected }) !== JSON.stringify(counts))
        wrong.push(`diff: ${JSON.stringify(counts)}`);
      if (compared.run.attempt === 1 && repeated(compared) > each.workers)
        wrong.push(`diff: ${repeated(compared)} units again`);
      said.push(describe("diff", each, compared));
      process.stdout.write(`${said.at(-1)}\n`);
    }
    recordGuarantee({
      id: "RUN4",
      claim:
        "large runs are shared by replicas; one that is killed in the middle costs at most one unit a worker",
      figure: `copy and comparison of ${ROWS.toLocaleString("en")} rows`,
      failures: wrong.length,
      details: said.join("; "),
    });
    expect(wrong).toEqual([]);
  },
);

function describe(
  what: string,
  { workers, kill }: { workers: number; kill: boolean },
  measured: Measured,
): string {
  const { seconds, units, takeOver, run } = measured;
  const slices = units.filter(({ kind }) => kind === "slice").length;
  const losses = units.reduce((sum, unit) => sum + unit.losses, 0);
  const after = kill
    ? `, one killed: ${repeated(measured)} units again (${losses} leases lost), taken over after ${takeOver?.toFixed(1)} s, attempt ${run.attempt}`
    : "";
  return `${what} in ${slices} slices by ${workers}: ${seconds.toFixed(1)} s${after}`;
}
