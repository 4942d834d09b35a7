import {
  deleteJob,
  getConflict,
  getPair,
  listConflicts,
  pruneHistory,
  recordConflicts,
  resetPair,
  resolveConflict,
  resolveConflicts,
} from "@syncline/control-plane";
import type { TestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { KillPoint } from "../../services/kill-points.ts";
import { BiSyncWorld } from "./testing/bi-sync-world.ts";

let world: BiSyncWorld;
let source: TestDatabase;
let target: TestDatabase;
let jobs = 0;

beforeAll(async () => {
  world = await BiSyncWorld.open("bisync", ["src", "dst", "hub"]);
  source = world.place("src");
  target = world.place("dst");
});
afterAll(() => world?.close());

beforeEach(async () => {
  jobs += 1;
  for (const database of world.places.values())
    await database.query(
      "DROP TABLE IF EXISTS t CASCADE; CREATE TABLE t (id int PRIMARY KEY, a text, b text)",
    );
});

const name = () => `pair-${jobs}`;
const lines = async (database: TestDatabase) =>
  (await database.query<{ line: string }>("SELECT t::text AS line FROM t ORDER BY id")).map(
    ({ line }) => line,
  );
const both = async () => ({ source: await lines(source), target: await lines(target) });
const ledger = async (database: TestDatabase) =>
  (await database.query<{ there: string | null }>("SELECT to_regclass('syncline.ledger')::text AS there"))[0]
    ?.there === null
    ? 0
    : (await database.query<{ n: number }>("SELECT count(*)::int AS n FROM syncline.ledger"))[0]?.n;
const openConflicts = async (jobId: string, state: "open" | "resolved" | "applied" | "superseded" = "open") =>
  (await listConflicts(world.cp, world.call.scope, { jobId, state })).items;

it("a run brings both places in step, and the next one writes nothing", async () => {
  const job = await world.job({ name: name() });
  await source.query("INSERT INTO t VALUES (1, 's', 's')");
  await target.query("INSERT INTO t VALUES (2, 't', 't')");
  const first = await world.cycle(job);
  expect(first.run).toMatchObject({
    state: "succeeded",
    summary: { counts: { inserted: 2 }, outcome: "succeeded" },
  });
  expect(first.run.summary?.ledgerIds).toHaveLength(2);
  expect(await both()).toEqual({ source: ["(1,s,s)", "(2,t,t)"], target: ["(1,s,s)", "(2,t,t)"] });
  const before = [await ledger(source), await ledger(target)];
  const second = await world.cycle(job);
  expect(second.run.summary?.counts).toEqual({
    inserted: 0,
    updated: 0,
    deleted: 0,
    unchanged: 2,
    skipped: 0,
    conflicts: 0,
  });
  expect([await ledger(source), await ledger(target)]).toEqual(before);
  expect(await getPair(world.cp, world.call.scope, { jobId: job.id })).toMatchObject({ cycle: 2 });
});

it("conflicts wait in the inbox once each, and a decision reaches both sides", async () => {
  const job = await world.job({ name: name() });
  await source.query("INSERT INTO t VALUES (1, 's', 'x'), (2, 's', 'x'), (3, 's', 'x')");
  await target.query("INSERT INTO t VALUES (1, 't', 'x'), (2, 't', 'x'), (3, 't', 'x')");
  const { run } = await world.cycle(job);
  expect(run).toMatchObject({ state: "conflicted", summary: { counts: { conflicts: 3 } } });
  const [third, second, first] = await openConflicts(job.id);
  await world.cycle(job);
  expect((await openConflicts(job.id)).map(({ id }) => id)).toEqual([third?.id, second?.id, first?.id]);
  const ids = { third: third?.id ?? "", second: second?.id ?? "", first: first?.id ?? "" };
  const whole = await getConflict(world.cp, world.call.scope, { conflictId: ids.first });
  const decided = { conflictId: ids.first, choice: "row", row: { a: "both" } } as const;
  await expect(resolveConflict(world.cp, world.call, { ...decided, seen: "other" })).rejects.toMatchObject({
    code: "resource.changed",
  });
  await expect(resolveConflict(world.cp, world.call, { ...decided, row: { id: 9 } })).rejects.toMatchObject({
    code: "request.invalid",
  });
  await expect(
    resolveConflict(world.cp, world.call, { ...decided, row: { nope: "x" } }),
  ).rejects.toMatchObject({ code: "request.invalid" });
  await resolveConflict(world.cp, world.call, { ...decided, seen: whole.document.versions });
  const many = await resolveConflicts(world.cp, world.call, {
    conflictIds: [ids.second, ids.third, "00000000-0000-0000-0000-000000000000"],
    choice: "theirs",
  });
  expect([many.resolved, many.refused.map(({ code }) => code)]).toEqual([
    [ids.second, ids.third],
    ["resource.not_found"],
  ]);
  const changed = (await getConflict(world.cp, world.call.scope, { conflictId: ids.third })).document.key[
    "id"
  ];
  await target.query("UPDATE t SET a = 'later' WHERE id = $1", [changed]);
  const settled = await world.cycle(job);
  expect(settled.run).toMatchObject({ state: "conflicted", summary: { counts: { conflicts: 3 } } });
  expect(await openConflicts(job.id, "applied")).toHaveLength(2);
  expect(await openConflicts(job.id, "superseded")).toHaveLength(1);
  expect((await openConflicts(job.id)).map(({ id }) => id)).not.toContain(ids.third);
  const keys = await Promise.all(
    [ids.first, ids.second].map(
      async (conflictId) =>
        (await getConflict(world.cp, world.call.scope, { conflictId })).document.key["id"],
    ),
  );
  const found = await both();
  expect(found.source.filter((line) => line.startsWith(`(${keys[0]},`))).toEqual([`(${keys[0]},both,x)`]);
  expect(found.target.filter((line) => line.startsWith(`(${keys[0]},`))).toEqual([`(${keys[0]},both,x)`]);
  expect(found.target.filter((line) => line.startsWith(`(${keys[1]},`))).toEqual([`(${keys[1]},s,x)`]);
  await target.query("UPDATE t SET a = 's' WHERE id = $1", [changed]);
  expect((await world.cycle(job)).run.state).toBe("succeeded");
  expect(await openConflicts(job.id)).toEqual([]);
});

it("a decision with a value that its column cannot hold is refused, and the others are carried out", async () => {
  for (const place of [source, target])
    await place.query(
      "ALTER TABLE t ADD n int, ADD d timestamptz(3), ADD s varchar(3), ADD q numeric(4,1), ADD e char(2)",
    );
  const job = await world.job({ name: name() });
  await source.query("INSERT INTO t VALUES (1, 's')");
  await target.query("INSERT INTO t VALUES (1, 't')");
  await world.cycle(job);
  const [open] = await openConflicts(job.id);
  const decide = (row: Readonly<Record<string, string | number | boolean | null>>) =>
    resolveConflict(world.cp, world.call, {
      conflictId: open?.id ?? "",
      choice: "row",
      row: { a: "r", ...row },
    });
  for (const [column, value] of [
    ["n", "many"],
    ["n", 3_000_000_000],
    ["d", "2026-02-30"],
    ["s", "four"],
    ["s", "thr\n"],
    ["q", "12345.6"],
    ["q", "1.25"],
    ["e", "abc"],
    ["d", "1.4.2026"],
    ["d", "today"],
  ] as const)
    await expect(decide({ [column]: value })).rejects.toMatchObject({
      code: "request.invalid",
      message: expect.stringContaining(`"${column}"`),
    });
  await decide({ n: 7, d: "2026-02-28 12:00:00+00", s: "thr", q: "7", e: "ab" });
  expect((await world.cycle(job)).run.state).toBe("succeeded");
  const rows = await source.query("SELECT a, n, s, q::text, e FROM t");
  expect(rows).toEqual([{ a: "r", n: 7, s: "thr", q: "7.0", e: "ab" }]);
  expect(await target.query("SELECT a, n, s, q::text, e FROM t")).toEqual(rows);
});

it("ignore leaves rows in conflict alone; what the detection tells apart by itself is merged", async () => {
  for (const place of [source, target]) await place.query("ALTER TABLE t ADD updated_at timestamptz");
  const job = await world.job({
    name: name(),
    conflicts: { detection: "changed-fields", resolution: "ignore" },
  });
  await source.query("INSERT INTO t SELECT n, 'o', 'o', '2026-01-01' FROM generate_series(1, 2) n");
  await world.cycle(job);
  await source.query("UPDATE t SET a = 's', updated_at = '2026-01-02'");
  await target.query("UPDATE t SET b = 't', updated_at = '2026-01-03'; UPDATE t SET a = 't' WHERE id = 2");
  await world.cycle(job);
  const found = async (place: TestDatabase) =>
    (await place.query<{ line: string }>("SELECT concat_ws(' ', id, a, b) AS line FROM t ORDER BY id")).map(
      ({ line }) => line,
    );
  expect([await found(source), await found(target)]).toEqual([
    ["1 s t", "2 s o"],
    ["1 s t", "2 t t"],
  ]);
  await world.change(job, { conflicts: { detection: "timestamp", resolution: "ignore" } });
  await world.cycle(job);
  expect([await found(source), await found(target)]).toEqual([
    ["1 s t", "2 t t"],
    ["1 s t", "2 t t"],
  ]);
});

it.each<KillPoint>(["first-side-applied", "both-sides-applied", "base-advanced"])(
  "a worker that dies at %s loses nothing and leaves no conflict behind",
  async (at) => {
    const job = await world.job({ name: name() });
    await source.query("INSERT INTO t VALUES (1, 'o', 'o'), (2, 'o', 'o'), (3, 'o', 'o')");
    await world.cycle(job);
    await source.query("UPDATE t SET a = 's' WHERE id = 1; DELETE FROM t WHERE id = 2");
    await target.query("UPDATE t SET b = 't' WHERE id = 1; INSERT INTO t VALUES (4, 't', 't')");
    const killed = await world.killedCycle(job, { at });
    expect(killed.killed).toBe(true);
    // While nobody works on it the source goes on: its new change is no conflict with the old one that the target got.
    await source.query("UPDATE t SET a = 'later' WHERE id = 1");
    const { run } = await world.again(killed);
    expect(run.state).toBe("succeeded");
    if (at === "base-advanced") await world.cycle(job);
    const wanted = ["(1,later,t)", "(3,o,o)", "(4,t,t)"];
    expect(await both()).toEqual({ source: wanted, target: wanted });
    expect((await world.cycle(job)).run.summary?.counts).toMatchObject({
      inserted: 0,
      updated: 0,
      deleted: 0,
      conflicts: 0,
    });
  },
);

it("a decision survives the death of the worker that carries it out", async () => {
  const job = await world.job({ name: name() });
  await source.query("INSERT INTO t VALUES (1, 's', 'x')");
  await target.query("INSERT INTO t VALUES (1, 't', 'x')");
  await world.cycle(job);
  const [conflict] = await openConflicts(job.id);
  await resolveConflict(world.cp, world.call, {
    conflictId: conflict?.id ?? "",
    choice: "row",
    row: { a: "new" },
  });
  const killed = await world.killedCycle(job, { at: "first-side-applied" });
  expect(await both()).toEqual({ source: ["(1,s,x)"], target: ["(1,new,x)"] });
  expect((await world.again(killed)).run.state).toBe("succeeded");
  expect(await both()).toEqual({ source: ["(1,new,x)"], target: ["(1,new,x)"] });
  expect(await openConflicts(job.id, "applied")).toHaveLength(1);
});

it("a worker that was taken over can neither plan nor advance the base", async () => {
  const job = await world.job({ name: name() });
  await source.query("INSERT INTO t VALUES (1, 's', 'x')");
  await world.cycle(job);
  const { baseSchema } = await getPair(world.cp, world.call.scope, { jobId: job.id });
  await world.control.query(`UPDATE ${baseSchema}.cycle SET token = 1e12`);
  const { answer } = await world.cycle(job);
  expect(answer).toContain("target.locked");
});

it("several places meet in a hub over cycles", async () => {
  const left = await world.job({ name: `${name()}-left`, source: "src:public:*", target: "hub:public:*" });
  const right = await world.job({ name: `${name()}-right`, source: "dst:public:*", target: "hub:public:*" });
  await source.query("INSERT INTO t VALUES (1, 's', 's')");
  await target.query("INSERT INTO t VALUES (2, 't', 't')");
  const round = async () => {
    for (const job of [left, right]) expect((await world.cycle(job)).run.state).toBe("succeeded");
  };
  await round();
  await round();
  const everywhere = async () => Promise.all([...world.places.values()].map(lines));
  expect(new Set((await everywhere()).map(String))).toEqual(new Set(["(1,s,s),(2,t,t)"]));
  await source.query("DELETE FROM t WHERE id = 2; UPDATE t SET a = 'x'");
  await target.query("UPDATE t SET b = 'y' WHERE id = 1");
  await round();
  await round();
  expect(new Set((await everywhere()).map(String))).toEqual(new Set(["(1,x,y)"]));
  expect((await world.cycle(left)).run.summary?.counts).toMatchObject({
    inserted: 0,
    updated: 0,
    deleted: 0,
    unchanged: 1,
  });
  // Both ends change one cell: the first to come is in the hub, the other one asks, once however many cycles meet it.
  await source.query("UPDATE t SET a = 'left' WHERE id = 1");
  await target.query("UPDATE t SET a = 'right', b = 'more' WHERE id = 1");
  const states = [];
  for (let times = 0; times < 3; times += 1)
    for (const job of [left, right]) states.push((await world.cycle(job)).run.state);
  expect(states).toEqual(Array(3).fill(["succeeded", "conflicted"]).flat());
  const [conflict, ...others] = [...(await openConflicts(left.id)), ...(await openConflicts(right.id))];
  expect([conflict?.jobId, conflict?.columns, others]).toEqual([right.id, ["a"], []]);
  await resolveConflict(world.cp, world.call, {
    conflictId: conflict?.id ?? "",
    choice: "row",
    row: { a: "both" },
  });
  for (const job of [right, left, right, left]) expect((await world.cycle(job)).run.state).toBe("succeeded");
  expect(new Set((await everywhere()).map(String))).toEqual(new Set(["(1,both,more)"]));
  expect([...(await openConflicts(left.id)), ...(await openConflicts(right.id))]).toEqual([]);
  expect((await openConflicts(right.id, "applied")).map(({ id }) => id)).toEqual([conflict?.id]);
});

it("refuses what cannot be kept in step, and other places under an old base", async () => {
  const answer = async (definition: Parameters<BiSyncWorld["job"]>[0]) =>
    (
      await world.cycle(
        await world.job({ name: `${name()}-${Math.random().toString(36).slice(2)}`, ...definition }),
      )
    ).answer;
  expect(await answer({ filter: { where: { id: 1 } } })).toContain("usage.invalid");
  expect(await answer({ mask: "m" })).toContain("usage.invalid");
  expect(await answer({ target: "src:public:*" })).toContain("one place");
  const job = await world.job({ name: name() });
  await source.query("INSERT INTO t VALUES (1, 's', 's')");
  await world.cycle(job);
  const moved = await world.change(job, { target: "hub:public:*" });
  expect((await world.cycle(moved)).answer).toContain("resource.changed");
  await resetPair(world.cp, world.call, { jobId: job.id });
  expect((await world.cycle(moved)).run.state).toBe("succeeded");
  expect(await lines(world.place("hub"))).toEqual(["(1,s,s)"]);
  const { baseSchema } = await getPair(world.cp, world.call.scope, { jobId: job.id });
  await deleteJob(world.cp, world.call, { jobId: job.id });
  await prune();
  expect(await world.control.query("SELECT FROM pg_namespace WHERE nspname = $1", [baseSchema])).toEqual([]);
});

const DAY = 86_400_000;
const prune = () =>
  pruneHistory(world.cp, {
    eventsMs: DAY,
    idempotencyMs: DAY,
    runsMs: DAY,
    deliveriesMs: DAY,
    workersMs: DAY,
    signInsMs: DAY,
  });

it("the inbox keeps no rows of tables that are gone from the job, of deleted jobs, nor for long after they were settled", async () => {
  for (const database of [source, target])
    await database.query("DROP TABLE IF EXISTS u; CREATE TABLE u (id int PRIMARY KEY, a text)");
  const job = await world.job({ name: name() });
  await source.query("INSERT INTO t VALUES (1, 's', 's'); INSERT INTO u VALUES (1, 's')");
  await target.query("INSERT INTO t VALUES (1, 't', 's'); INSERT INTO u VALUES (1, 't')");
  await world.cycle(job);
  const states = () =>
    world.control.query(
      "SELECT table_name, state FROM syncline_control.conflicts WHERE job_id = $1 ORDER BY table_name",
      [job.id],
    );
  expect(await states()).toHaveLength(2);
  for (const database of [source, target]) await database.query("DROP TABLE u");
  await world.cycle(job);
  expect(await states()).toEqual([
    { table_name: "t", state: "open" },
    { table_name: "u", state: "superseded" },
  ]);
  await prune();
  expect(await states()).toHaveLength(2);
  await world.control.query(
    "UPDATE syncline_control.conflicts SET closed_at = now() - interval '2 days' WHERE state = 'superseded'",
  );
  await prune();
  expect(await states()).toEqual([{ table_name: "t", state: "open" }]);
  await deleteJob(world.cp, world.call, { jobId: job.id });
  await prune();
  expect(await states()).toEqual([]);
});

it("a side that was emptied empties nothing: the cycle stops before it writes, and goes on in one of two ways", async () => {
  const job = await world.job({ name: name() });
  await source.query("INSERT INTO t SELECT n, 's', 's' FROM generate_series(1, 40) n");
  await world.cycle(job);
  // A change on the other side, which must not get through by itself either.
  await target.query("TRUNCATE t; INSERT INTO t VALUES (100, 'new', 'new')");
  await source.query("UPDATE t SET a = 'later' WHERE id = 40");
  const before = [await ledger(source), await ledger(target)];
  for (let times = 0; times < 2; times += 1) {
    const { run } = await world.cycle(job);
    expect(run).toMatchObject({ state: "failed", error: { code: "deletes.exceeded", retryable: false } });
    expect(run.error?.message).toBe(
      'The cycle would delete 39 of 40 rows of table "t" in the source, because the target, which has 1 rows there now, no longer has them; the limit is 50 %. Nothing was written.',
    );
  }
  expect([await ledger(source), await ledger(target)]).toEqual(before);
  expect([(await lines(source)).length, await lines(target)]).toEqual([40, ["(100,new,new)"]]);
  expect(await getPair(world.cp, world.call.scope, { jobId: job.id })).toMatchObject({ cycle: 1 });
  // The rows shall come back: both places meet anew.
  await resetPair(world.cp, world.call, { jobId: job.id });
  expect((await world.cycle(job)).run).toMatchObject({
    state: "succeeded",
    summary: { counts: { deleted: 0 } },
  });
  expect((await both()).target).toEqual((await both()).source);
  expect(await lines(target)).toHaveLength(41);
  // They shall go: the limit is lifted for a run. What was changed meanwhile is asked about.
  await target.query("DELETE FROM t WHERE id <= 40");
  await source.query("UPDATE t SET b = 'later' WHERE id = 1");
  expect((await world.cycle(job)).answer).toContain("deletes.exceeded");
  const allowed = await world.change(job, { maxDeletePercent: 100 });
  expect((await world.cycle(allowed)).run).toMatchObject({
    state: "conflicted",
    summary: { counts: { deleted: 39, conflicts: 1 } },
  });
  expect(await both()).toEqual({ source: ["(1,s,later)", "(100,new,new)"], target: ["(100,new,new)"] });
});

it("deletes are limited by number, by share in all tables, and not at all while they are few", async () => {
  for (const database of [source, target])
    await database.query("DROP TABLE IF EXISTS u; CREATE TABLE u (id int PRIMARY KEY)");
  try {
    const job = await world.job({ name: name() });
    await source.query(
      "INSERT INTO t SELECT n, 's', 's' FROM generate_series(1, 8) n; INSERT INTO u SELECT generate_series(1, 7)",
    );
    await world.cycle(job);
    // Two small tables, each with few rows, and all of them gone: another database.
    await target.query("TRUNCATE t; TRUNCATE u");
    expect((await world.cycle(job)).answer).toMatch(
      /deletes.exceeded: .*15 of 15 rows of all tables in the source/,
    );
    await target.query("INSERT INTO u SELECT generate_series(1, 7)");
    expect((await world.cycle(job)).run).toMatchObject({
      state: "succeeded",
      summary: { counts: { deleted: 8 } },
    });
    const limited = await world.change(job, { maxDeletes: 3 });
    await target.query("DELETE FROM u WHERE id <= 4");
    expect((await world.cycle(limited)).answer).toMatch(
      /deletes.exceeded: .*4 of 7 rows of all tables .* and 3 rows/,
    );
    await target.query("INSERT INTO u VALUES (4)");
    expect((await world.cycle(limited)).run).toMatchObject({
      state: "succeeded",
      summary: { counts: { deleted: 3 } },
    });
  } finally {
    for (const database of [source, target]) await database.query("DROP TABLE u");
  }
});

it("conflicts that a cycle had no room for leave the inbox as it is, and come when there is room", async () => {
  const job = await world.job({ name: name() });
  await source.query("INSERT INTO t VALUES (1, 's', 's'), (2, 's', 's')");
  await target.query("INSERT INTO t VALUES (1, 't', 's'), (2, 't', 's')");
  const { run } = await world.cycle(job);
  const ids = (await openConflicts(job.id)).map(({ id }) => id);
  const { organizationId } = world.call.scope;
  const told = { organizationId, jobId: job.id, runId: run.id, decided: [], recovered: false } as const;
  const met = { tables: "all", open: [], ...told } as const;
  expect(await recordConflicts(world.cp, { ...met, left: 2 })).toEqual({ opened: 0, closed: 0 });
  expect((await openConflicts(job.id)).map(({ id }) => id)).toEqual(ids);
  expect(await recordConflicts(world.cp, met)).toEqual({ opened: 0, closed: 2 });
  await world.cycle(job);
  expect(await openConflicts(job.id)).toHaveLength(2);
});
