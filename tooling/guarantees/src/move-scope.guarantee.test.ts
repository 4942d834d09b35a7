import {
  checkFilter,
  type MergeResolution,
  type MoveStrategy,
  parseFilter,
  type RowScope,
  type TableSpec,
} from "@syncline/core";
import { DatasetMove, type MoveResult, type SidePreparation } from "@syncline/engine";
import { createTestDatabase, type TestDatabase } from "@syncline/tooling-test-postgres";
import { recordGuarantee, scaled, seed } from "@syncline/tooling-vitest";
import { afterAll, beforeAll, expect, it } from "vitest";
import { type MoveEnd, runMove, takeBack } from "./move-runner.fixture.ts";
import {
  buildWorld,
  hashAll,
  hashOutside,
  type Reachable,
  sideOf,
  TENANCIES,
  WORLD_TABLES,
} from "./move-world.ts";
import { Random } from "./random.ts";
import { runCases } from "./run-cases.ts";

let sourceDatabase: TestDatabase;
let targetDatabase: TestDatabase;
beforeAll(async () => {
  sourceDatabase = await createTestDatabase("g31_move_source");
  targetDatabase = await createTestDatabase("g31_move_target");
});
afterAll(async () => {
  await sourceDatabase.drop();
  await targetDatabase.drop();
});

/** Refusals that leave everything as it was; anything else is a failure. */
const REFUSED = new Set(["reach.refused", "reference.missing"]);

interface World {
  readonly random: Random;
  readonly source: MoveEnd;
  readonly target: MoveEnd;
}

/** One way of moving rows, and what it may touch. Other ways of moving add theirs here. */
interface Mover {
  readonly name: string;
  readonly run: (world: World) => Promise<MoveResult>;
  /** Of the target, on top of tenant and named tables. */
  readonly reachable: (world: World) => Promise<Reachable>;
}

const ROWS_OF_MINE = ({ target: { side } }: World, tables: readonly string[] = WORLD_TABLES): Reachable => {
  return (schema, table) => {
    if (schema !== side.schema || !tables.includes(table)) return "false";
    return side.tenant === null ? "true" : `r.tenant = '${side.tenant}'`;
  };
};

const OPEN = parseFilter('{"where": {"status": "open"}}');

/** With a filter: rows that pass it on either side, found by key on the other. Known before the move changes them. */
async function reachableByFilter(world: World): Promise<Reachable> {
  const found = await Promise.all([
    openAccounts(sourceDatabase, world.source),
    openAccounts(targetDatabase, world.target),
  ]);
  const keys = found.flat().join(", ") || "NULL";
  const tenant = ROWS_OF_MINE(world, ["account"]);
  return (schema, table) => `${tenant(schema, table)} AND (to_jsonb(r) ->> 'id')::int IN (${keys})`;
}

async function openAccounts(database: TestDatabase, { side }: MoveEnd): Promise<number[]> {
  const mine = side.tenant === null ? "true" : `tenant = '${side.tenant}'`;
  const rows = await database.query<{ id: number }>(
    `SELECT id FROM ${side.schema}.account WHERE status = 'open' AND ${mine}`,
  );
  return rows.map(({ id }) => id);
}

/** Only accounts with this score, by a scope: rows outside are not even changed when the source has their key. */
function scopedTo(score: number) {
  return async (_side: string, { tables }: { tables: readonly TableSpec[] }) => {
    const account = tables.find((table) => table.name.name === "account");
    if (account === undefined) throw new Error("no account");
    const where = parseFilter(`{"where": {"score": ${score}}}`).where;
    if (where === null) throw new Error("no filter");
    const scope: RowScope = { kind: "filter", filter: checkFilter(where, account) };
    const name = account.name.schema === "public" ? "account" : `${account.name.schema}.account`;
    return { scopes: new Map([[name, scope]]), masks: new Map() } satisfies SidePreparation;
  };
}

/** Open accounts and their items; items of other accounts stay, even where the source gives them to an open one. */
function runDataset({ source, target, random }: World, strategy: MoveStrategy): Promise<MoveResult> {
  const dataset = {
    name: "accounts",
    root: "account",
    tables: ["item"],
    policies: new Map(),
    filters: new Map(),
  };
  const move = new DatasetMove({
    dataset,
    selection: { filters: new Map(), where: OPEN.where, keys: null },
    schemas: { source: source.side.schema, target: target.side.schema },
    signal: new AbortController().signal,
  });
  return runMove({
    source,
    target,
    rules: { strategy, onConflict: random.pick(["manual", "source"]) },
    diff: { prepare: move.prepare },
    isReferenced: move.isReferenced,
  });
}

async function reachableByRoots(world: World): Promise<Reachable> {
  const roots = (await openAccounts(sourceDatabase, world.source)).join(", ") || "NULL";
  const tenant = ROWS_OF_MINE(world, ["account", "item"]);
  return (schema, table) =>
    `${tenant(schema, table)} AND (to_jsonb(r) ->> '${table === "item" ? "owner" : "id"}')::int IN (${roots})`;
}

/** One of them, or no decision. */
function decide(random: Random, among: readonly MergeResolution[]): MergeResolution | undefined {
  return random.chance(0.3) ? undefined : random.pick(among);
}

const STRATEGIES = ["replace", "merge", "skip-existing", "timestamp", "interactive"] as const;

const MOVERS: readonly Mover[] = STRATEGIES.flatMap((strategy): Mover[] => [
  {
    name: `${strategy}, all tables`,
    run: ({ random, source, target }) =>
      runMove({
        source,
        target,
        rules: { strategy, onConflict: random.pick(["manual", "source", "target", "newest", "base"]) },
        apply: { dryRun: random.chance(0.2), triggers: random.pick(["auto", "off"]) },
        mayDelete: random.chance(0.8),
        onConflict: () => decide(random, ["ours", "theirs", "base", { row: null }]),
      }),
    reachable: async (world) => ROWS_OF_MINE(world),
  },
  {
    name: `${strategy}, filter`,
    run: ({ source, target, random }) =>
      runMove({
        source,
        target,
        tables: ["account"],
        rules: { strategy, onConflict: random.pick(["manual", "source"]) },
        diff: { filter: OPEN },
      }),
    reachable: reachableByFilter,
  },
  {
    name: `${strategy}, dataset`,
    run: (world) => runDataset(world, strategy),
    reachable: reachableByRoots,
  },
  {
    name: `${strategy}, scope`,
    run: ({ source, target, random }) =>
      runMove({
        source,
        target,
        tables: ["account"],
        rules: { strategy, onConflict: random.pick(["manual", "source"]) },
        diff: { prepare: scopedTo(1) },
        onConflict: () => decide(random, ["theirs"]),
      }),
    reachable: async (world) => {
      const mine = ROWS_OF_MINE(world, ["account"]);
      return (schema, table) => `${mine(schema, table)} AND to_jsonb(r) ->> 'score' = '1'`;
    },
  },
]);

async function runCase(index: number): Promise<readonly string[]> {
  const random = Random.ofCase(seed, index);
  const mover = random.pick(MOVERS);
  const source = { url: sourceDatabase.url, side: sideOf(random.pick(TENANCIES)) };
  const target = { url: targetDatabase.url, side: sideOf(random.pick(TENANCIES)) };
  await buildWorld(sourceDatabase, source.side, random);
  await buildWorld(targetDatabase, target.side, random);
  const world = { random, source, target };
  const reachable = await mover.reachable(world);
  const before = {
    all: await hashAll(targetDatabase),
    outside: await hashOutside(targetDatabase, reachable),
    source: await hashAll(sourceDatabase),
  };
  const result = await mover.run(world).catch((error: { code?: string }) => {
    if (REFUSED.has(error.code ?? "")) return null;
    throw error;
  });
  const problems: string[] = [];
  const wrong = (what: string) =>
    problems.push(`${mover.name}, ${source.side.tenancy} to ${target.side.tenancy}: ${what}`);
  const after = { all: await hashAll(targetDatabase), outside: await hashOutside(targetDatabase, reachable) };
  if (after.outside !== before.outside) wrong(`outside changed: ${before.outside} to ${after.outside}`);
  if ((await hashAll(sourceDatabase)) !== before.source) wrong("the source changed");
  if ((result === null || result.ledgerId === null) && after.all !== before.all)
    wrong("rows changed without a receipt");
  if (result !== null && result.ledgerId !== null) {
    if (after.all === before.all) wrong("a receipt without a change");
    await takeBack(target, result.ledgerId);
    if ((await hashAll(targetDatabase)) !== before.all) wrong("undo did not give the rows back");
  }
  return problems;
}

it("moving rows touches nothing outside the scope, and is taken back exactly", async () => {
  const count = scaled(300);
  const failures = await runCases({ guarantee: "G31", count, lanes: 1, run: runCase });
  recordGuarantee({
    id: "G31",
    claim:
      "moving rows changes nothing outside the scope, under every strategy and tenancy, and undo gives all back",
    figure: `${count} random moves`,
    failures: failures.length,
    details: failures.slice(0, 3).join("; "),
  });
  expect(failures).toEqual([]);
}, 600_000);
