import { createHash, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { LEASE_MS, type Run } from "@syncline/control-plane";
import { recordGuarantee, scaled } from "@syncline/tooling-vitest";
import { afterAll, beforeAll, expect, it } from "vitest";
import { openServiceWorld, type ServiceWorld } from "./testing/service-world.ts";
import { foundOperations, ReplicaProcess, unitsOf } from "./testing/slice-world.ts";

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
  /** From the last sign of life of the killed one to the claim of the last unit that it had, or null. */
  readonly takeOver: number | null;
}

/** Detection and the next claim together. */
const TAKE_OVER_SECONDS = 15;

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
    if (kill) await killAtThird(run, names[0] ?? "", replicas);
    const lastSeen = kill ? await lastSeenOf(run, names[0] ?? "") : null;
    const ended = await world.until(run.id, undefined, LONG);
    const seconds = (performance.now() - began) / 1000;
    expect(
      ended.state,
      `${ended.error?.message}\n${replicas.map(({ log }) => log.slice(-2000)).join("\n")}`,
    ).toBe("succeeded");
    const units = await unitsOf(world, run);
    const again = units.filter(({ losses }) => losses > 0).map(({ startedAt }) => startedAt?.getTime() ?? 0);
    const takeOver = lastSeen === null || again.length === 0 ? null : (Math.max(...again) - lastSeen) / 1000;
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

/** When the worker of this name last said that it lives or kept a lease, by the control database's clock. */
async function lastSeenOf(run: Run, name: string): Promise<number> {
  const [row] = await world.control.query<{ ms: string }>(
    `SELECT (extract(epoch FROM greatest(w.heartbeat_at, max(u.lease_until) - interval '${LEASE_MS} ms')) * 1000)::text AS ms
     FROM syncline_control.workers w LEFT JOIN syncline_control.work_units u
       ON u.worker = w.id AND u.state = 'running' AND u.run_id = '${run.id}'
     WHERE w.name = '${name}' GROUP BY w.heartbeat_at`,
  );
  return Number(row?.ms);
}

/** Of the first replica, which has this name, once a third of the slices is done and it has one of the others. */
async function killAtThird(run: Run, name: string, replicas: readonly ReplicaProcess[]): Promise<void> {
  for (;;) {
    const slices = (await unitsOf(world, run)).filter(({ kind }) => kind === "slice");
    const done = slices.filter(({ state }) => state === "done").length;
    if (
      slices.length > 0 &&
      done * 3 >= slices.length &&
      (done === slices.length || (await works(run, name)))
    )
      break;
    if (slices.some(({ state }) => state === "failed" || state === "cancelled")) break; // the run says why
    await sleep(20);
  }
  replicas[0]?.signal("SIGKILL");
  await replicas[0]?.ended;
}

async function works(run: Run, name: string): Promise<boolean> {
  const units = await world.control.query(
    `SELECT FROM syncline_control.work_units u JOIN syncline_control.workers w ON w.id = u.worker
     WHERE w.name = '${name}' AND u.run_id = '${run.id}' AND u.kind = 'slice' AND u.state = 'running'`,
  );
  return units.length > 0;
}

const repeated = ({ units }: Measured) => units.reduce((sum, { claims }) => sum + claims - 1, 0);

async function digests(): Promise<string[]> {
  const rows = await Promise.all(
    [world.source, world.target].map((side) => side.query<{ digest: string }>(DIGEST)),
  );
  return rows.map(([row]) => row?.digest ?? "");
}

const idOf = (prefix: string, number: number) => {
  const hex = createHash("md5").update(`${prefix}${number}`).digest("hex");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
};

/** What the edits amount to: each row that differs, once, as one checksum. */
function expectedChecksum(): string {
  const all: string[] = [];
  for (let number = 1; number <= ROWS; number += 1) {
    if (number % 100 === 1) all.push(`update ${idOf("id", number)}`);
    if (number % 100 === 2 || number % 100 === 3) all.push(`insert ${idOf("id", number)}`);
    if (number % 100 === 3) all.push(`delete ${idOf("other", number)}`);
  }
  return checksumOf(all);
}

const checksumOf = (operations: readonly string[]) =>
  createHash("sha256")
    .update([...operations].sort().join("\n"))
    .digest("hex");

it.runIf(isFull)(
  "shares a copy and a comparison among replicas, of which one is killed",
  { timeout: LONG },
  async () => {
    const said: string[] = [];
    const seconds = { copy: [] as number[], diff: [] as number[] };
    const late = (what: string, { takeOver }: Measured) => {
      if (takeOver !== null && takeOver > TAKE_OVER_SECONDS)
        wrong.push(`${what}: taken over after ${takeOver.toFixed(1)} s`);
    };
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
      late("copy", copied);
      seconds.copy.push(copied.seconds);
      said.push(describe("copy", each, copied));
      process.stdout.write(`${said.at(-1)}\n`);
    }
    for (const edit of EDITS) await world.target.query(edit);
    await world.target.query("VACUUM (ANALYZE) items");
    const hundredth = Math.floor(ROWS / 100);
    const checksum = expectedChecksum();
    for (const each of cases) {
      const compared = await measure(DIFF, each);
      const { counts } = compared.run.summary ?? {};
      const changes = { inserted: 2 * hundredth, updated: hundredth, deleted: hundredth };
      if (JSON.stringify({ ...counts, ...changes }) !== JSON.stringify(counts))
        wrong.push(`diff: ${JSON.stringify(counts)}`);
      if (compared.run.attempt === 1 && repeated(compared) > each.workers)
        wrong.push(`diff: ${repeated(compared)} units again`);
      if (checksumOf(await foundOperations(world, compared.run)) !== checksum)
        wrong.push(`diff by ${each.workers}: other rows`);
      late("diff", compared);
      seconds.diff.push(compared.seconds);
      said.push(describe("diff", each, compared));
      process.stdout.write(`${said.at(-1)}\n`);
    }
    for (const what of ["copy", "diff"] as const) {
      const [one = 0, two = 1] = seconds[what];
      said.push(`${what}: 2 workers in ${(two / one).toFixed(2)} of the time of 1`);
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
  const rate = Math.round(ROWS / seconds).toLocaleString("en");
  const after = kill
    ? `, one killed: ${repeated(measured)} units again, ${(repeated(measured) / workers).toFixed(2)} a worker (${losses} leases lost), ${takeOver === null ? "nothing to take over" : `taken over after ${takeOver.toFixed(1)} s`}, attempt ${run.attempt}`
    : "";
  return `${what} in ${slices} slices by ${workers}: ${seconds.toFixed(1)} s (${rate} rows/s)${after}`;
}
