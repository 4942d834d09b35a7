import { type Job, resolveConflict } from "@syncline/control-plane";
import { recordGuarantee, scaled, seed } from "@syncline/tooling-vitest";
import { afterEach, expect, it } from "vitest";
import { BiSyncWorld, type Cycled, type Kill } from "./testing/bi-sync-world.ts";
import { edit, emptyPlace, load, pick, plain, type Random, seeded, shape } from "./testing/random-pair.ts";
import {
  type Decision,
  type Expected,
  expectCycle,
  type Place,
  type Rules,
  seenOf,
} from "./testing/sync-oracle.ts";

/** Cycles of one pair before the next one begins with other tables. */
const CYCLES_A_PAIR = 10;
const POINTS = ["reading", "first-side-applied", "both-sides-applied", "base-advanced"] as const;

let world: BiSyncWorld | undefined;
afterEach(() => world?.close());

interface Pair {
  readonly world: BiSyncWorld;
  readonly random: Random;
  job: Job;
  /** What both agree on, as it must be. */
  base: Place;
  readonly decisions: Map<string, Decision>;
}

interface Tally {
  kills: number;
  hits: number;
  conflicts: number;
  decided: number;
  resumedAfterEdits: number;
}

it("keeps two places in step as an independent merge would, whatever is killed", {
  timeout: 3_600_000,
}, async () => {
  const cycles = scaled(50);
  const random = seeded(seed);
  const tally: Tally = { kills: 0, hits: 0, conflicts: 0, decided: 0, resumedAfterEdits: 0 };
  let wrong = 0;
  let pair: Pair | null = null;
  for (let number = 0; number < cycles; number += 1) {
    if (number % CYCLES_A_PAIR === 0) pair = await begin(random);
    if (pair === null) throw new Error("no pair");
    try {
      await oneCycle(pair, tally);
    } catch (error) {
      wrong += 1;
      process.stderr.write(`cycle ${number}, seed ${seed}: ${tellMismatch(error)}\n`);
      pair = await begin(random);
    }
  }
  recordGuarantee({
    id: "G30",
    claim:
      "A pair that is kept in step holds what an independent merge gives: both places, the base and the inbox, with nothing lost, also after kills",
    figure: `${cycles} cycles with random edits on both sides`,
    failures: wrong,
    details: `${tally.hits} of ${tally.kills} SIGKILLs hit, ${tally.resumedAfterEdits} with edits before the next worker; ${tally.conflicts} conflicts in the inbox, ${tally.decided} decided there`,
  });
  expect(wrong).toBe(0);
});

/** What was found and expected, whole. */
function tellMismatch(error: unknown): string {
  const { actual, expected } = error as { readonly actual?: unknown; readonly expected?: unknown };
  return `${String(error)}\nfound    ${JSON.stringify(actual)}\nexpected ${JSON.stringify(expected)}`;
}

async function begin(random: Random): Promise<Pair> {
  await world?.close();
  world = await BiSyncWorld.open("g30");
  const definition = shape(random);
  for (const place of world.places.values()) await place.query(definition);
  // What both have at first contact.
  const start = random(2 ** 30);
  for (const place of world.places.values()) await edit(place, seeded(start), 25);
  // Random edits may well empty small tables.
  const job = await world.job({ name: "pair", maxDeletePercent: 100 });
  return { world, random, job, base: emptyPlace(), decisions: new Map() };
}

async function oneCycle(pair: Pair, tally: Tally): Promise<void> {
  const { random } = pair;
  const rules: Rules = {
    detection: pick(random, ["changed-fields", "changed-fields", "key"]),
    resolution: pick(random, ["manual", "manual", "manual", "source", "target", "ignore"]),
  };
  pair.job = await pair.world.change(pair.job, { conflicts: rules });
  await editBoth(pair, 24);
  let expected = await expectNow(pair, rules);
  const kill = randomKill(random);
  if (kill === null) await assertDone(await pair.world.cycle(pair.job));
  else {
    const before = await states(pair);
    const killed = await pair.world.killedCycle(pair.job, kill);
    tally.kills += 1;
    if (killed.killed) {
      tally.hits += 1;
      const base = await baseAfterKill(pair, before, expected);
      if (killed.run.finishedAt === null && random(2) === 0) {
        tally.resumedAfterEdits += 1;
        pair.base = base;
        await editBoth(pair, 10);
        expected = await expectNow(pair, rules);
      }
      await assertDone(await pair.world.again(killed));
    } else await assertDone(killed);
  }
  await assertState(pair, expected);
  pair.base = expected.base;
  tally.conflicts += expected.open.length;
  pair.decisions.clear();
  if (random(4) === 0) await assertQuiet(pair, rules);
  if (rules.resolution === "manual") tally.decided += await decideSome(pair);
}

async function editBoth({ world: { places }, random }: Pair, most: number): Promise<void> {
  for (const place of places.values()) await edit(place, random, random(most + 1));
}

const states = async ({ world }: Pair) => ({
  target: await load(world.place("dst")),
  source: await load(world.place("src")),
});

async function expectNow(pair: Pair, rules: Rules): Promise<Expected> {
  const { base, decisions } = pair;
  return expectCycle({ base, ...(await states(pair)), rules, decisions });
}

function randomKill(random: Random): Kill | null {
  const kind = random(5);
  if (kind < 2) return null;
  return kind === 2 ? { afterMs: random(1200) } : { at: pick(random, POINTS) };
}

async function assertDone({ answer, run }: Cycled): Promise<void> {
  expect([answer, run.finishedAt === null]).toEqual(["done", false]);
  expect(["succeeded", "conflicted"]).toContain(run.state);
}

/** Each side has all of a cycle or nothing of it; the base that the next worker has to go on from. */
async function baseAfterKill(
  pair: Pair,
  before: { readonly target: Place; readonly source: Place },
  expected: Expected,
): Promise<Place> {
  const now = await states(pair);
  const written = (side: "target" | "source") => {
    const [was, is, wanted] = [before[side], now[side], expected[side]].map((place) =>
      JSON.stringify(plain(place)),
    );
    expect([was, wanted], `${side} after a kill`).toContain(is);
    return is === wanted;
  };
  const [target, source] = [written("target"), written("source")];
  if (pair.base.size === 0) throw new Error("no base");
  const schema = await baseSchema(pair);
  if (schema === null) return pair.base;
  const [cycle] = await pair.world.control.query<{ planned: unknown }>(`SELECT planned FROM ${schema}.cycle`);
  if (cycle?.planned != null && target) return source ? expected.base : expected.between;
  const stored = await loadBase(pair, schema);
  const known = [pair.base, expected.between, expected.base].map((place) => JSON.stringify(plain(place)));
  expect(known, "base after a kill").toContain(JSON.stringify(plain(stored)));
  return stored;
}

async function baseSchema({ world: { control }, job }: Pair): Promise<string | null> {
  const [row] = await control.query<{ schema: string }>(
    `SELECT p.base_schema AS schema FROM syncline_control.pairs p
     WHERE p.job_id = $1 AND to_regclass(p.base_schema || '.tables') IS NOT NULL`,
    [job.id],
  );
  return row?.schema ?? null;
}

async function loadBase({ world: { control } }: Pair, schema: string): Promise<Place> {
  const tables = await control.query<{ number: number; name: string }>(
    `SELECT number, name FROM ${schema}.tables`,
  );
  if (tables.length === 0) return emptyPlace();
  const numbers = new Map(tables.map(({ name, number }) => [name, number]));
  return load(control, (table) => `${schema}.syncline_base_${numbers.get(table)}`);
}

async function assertState(pair: Pair, expected: Expected): Promise<void> {
  const { target, source } = await states(pair);
  expect(plain(target), "target").toEqual(plain(expected.target));
  expect(plain(source), "source").toEqual(plain(expected.source));
  const schema = await baseSchema(pair);
  expect(plain(await loadBase(pair, schema ?? "")), "base").toEqual(plain(expected.base));
  expect((await inbox(pair)).map(({ line }) => line).sort(), "inbox").toEqual(expected.open);
}

interface Waiting {
  readonly id: string;
  readonly line: string;
  readonly name: string;
  readonly table: string;
}

async function inbox({ world: { control }, job }: Pair): Promise<Waiting[]> {
  const rows = await control.query<{
    id: string;
    table: string;
    kind: string;
    document: Record<"key" | "base" | "ours" | "theirs", Record<string, string | null> | null>;
  }>(
    `SELECT id, table_name AS table, kind, document FROM syncline_control.conflicts WHERE job_id = $1 AND state IN ('open', 'resolved')`,
    [job.id],
  );
  return rows.map(({ id, table, kind, document }) => {
    const { key, base, ours, theirs } = document;
    const own = ["id", "x", "y"].flatMap((column) => key?.[column] ?? []).join("/");
    const loose = ours ?? theirs ?? base;
    const name = `${table} ${table === "loose" ? JSON.stringify([loose?.["word"], loose?.["n"]]) : own}`;
    return { id, table, name, line: `${name} ${kind}` };
  });
}

/** Nothing comes back: another cycle writes nothing. */
async function assertQuiet(pair: Pair, rules: Rules): Promise<void> {
  const { run } = await pair.world.cycle(pair.job);
  const { inserted, updated, deleted } = run.summary?.counts ?? {};
  expect([inserted, updated, deleted], "a cycle without edits").toEqual([0, 0, 0]);
  const expected = await expectNow(pair, rules);
  pair.base = expected.base;
  await assertState(pair, expected);
}

/** Some conflicts are decided; a few of their rows change after that, which voids the decision. */
async function decideSome(pair: Pair): Promise<number> {
  const {
    world: { cp, call },
    random,
    decisions,
  } = pair;
  const { target, source } = await states(pair);
  let decided = 0;
  for (const { id, table, name } of await inbox(pair)) {
    if (random(2) === 0 || (table !== "pos" && table !== "loose")) continue;
    const choice = pick(random, ["ours", "theirs", "base"] as const);
    const key = name.slice(table.length + 1);
    await resolveConflict(cp, call, { conflictId: id, choice });
    const row = (place: Place) => place.get(table)?.get(key) ?? null;
    decisions.set(name, { choice, seen: seenOf(row(target), row(source)) });
    decided += 1;
  }
  return decided;
}
