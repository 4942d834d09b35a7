import { afterAll, beforeAll, expect, it } from "vitest";
import { WORK_CHANNEL } from "../database/write-notes.ts";
import { getRun } from "../queries/get-run.ts";
import { listAttempts, listUnits } from "../queries/list-units.ts";
import { claim, FOR_GOOD, MAY_RETRY, newWorker, OUTPUT, SUMMARY, unitIds } from "../testing/run-steps.ts";
import { copyJob, diffJob } from "../testing/sample-jobs.ts";
import { openTestControlPlane, type TestControlPlane } from "../testing/test-control-plane.ts";
import { claimUnit } from "./claim-unit.ts";
import { createRun } from "./create-run.ts";
import { finishUnit } from "./finish-unit.ts";
import { dropSnapshot, holdSnapshot, listHolders } from "./hold-snapshot.ts";
import { pauseRun, resumeRun } from "./pause-run.ts";
import { planUnits } from "./plan-units.ts";
import { drainWorker } from "./register-worker.ts";
import { renewLeases } from "./renew-leases.ts";
import { retryRun } from "./retry-run.ts";
import { sweep } from "./sweep.ts";

let test: TestControlPlane;
let workerId: string;
let other: string;
beforeAll(async () => {
  test = await openTestControlPlane("control_slices");
  workerId = await newWorker(test.cp);
  other = await newWorker(test.cp);
});
afterAll(() => test.close());

const PROGRESS = {
  phase: "copy",
  rows: 0,
  bytes: 0,
  rowsPerSecond: 1,
  etaSeconds: null,
  unitsDone: 0,
  unitsTotal: 0,
  tables: [],
};
const DONE = { kind: "done", output: OUTPUT } as const;

/** A run whose plan made `slices` slices and a finish; with the ids of its units by position. */
async function planned(slices: number, definition = copyJob()) {
  const { cp, call } = test;
  const run = await createRun(cp, call, { definition, trigger: "manual", firstUnit: "plan" });
  const [plan = ""] = await unitIds(cp, run.id);
  const { token, fenceToken } = await claim(cp, { unitId: plan, workerId });
  const cut = Array.from({ length: slices }, (_, number) => ({ number }));
  const output = { summary: null, data: { instant: "x" } };
  await planUnits(cp, { unitId: plan, token, slices: cut, finish: { slice: null }, output });
  return { run, ids: await unitIds(cp, run.id), planFence: fenceToken };
}

const statesOf = async (runId: string) => {
  const { items } = await listUnits(test.cp, test.call.scope, { runId });
  return items.map(({ kind, state }) => `${kind} ${state}`);
};
const makeDue = (runId: string) =>
  test.database.query("UPDATE syncline_control.runs SET not_before = now() - interval '1 s' WHERE id = $1", [
    runId,
  ]);

it("gives slices to several workers under one fence, and the finish when all are done", async () => {
  const { cp } = test;
  const { run, ids, planFence } = await planned(2);
  const [, one = "", two = "", finish = ""] = ids;
  expect(await statesOf(run.id)).toEqual(["plan done", "slice ready", "slice ready", "finish pending"]);
  const first = await claim(cp, { unitId: one, workerId });
  const second = await claim(cp, { unitId: two, workerId: other });
  expect([first.fenceToken, second.fenceToken]).toEqual([planFence, planFence]);
  expect(second.token).toBeGreaterThan(first.token);
  expect(await claimUnit(cp, { unitId: finish, workerId })).toMatchObject({ reason: "not-ready" });
  await finishUnit(cp, { unitId: one, token: first.token, outcome: { ...DONE, rows: 5, bytes: 50 } });
  const woken: string[] = [];
  const listening = await cp.sql.listen(WORK_CHANNEL, (payload) => woken.push(payload));
  await finishUnit(cp, { unitId: two, token: second.token, outcome: DONE });
  await expect.poll(() => woken.length).toBe(1);
  await listening.unlisten();
  const last = await claim(cp, { unitId: finish, workerId });
  expect(last.fenceToken).toBe(last.token);
  const ended = await finishUnit(cp, {
    unitId: finish,
    token: last.token,
    outcome: { kind: "done", output: { summary: null } },
  });
  expect(ended).toMatchObject({ runState: "succeeded", run: { summary: { counts: { inserted: 2 } } } });
});

it("adds up the progress of slices, and tells it", async () => {
  const { cp, call, database } = test;
  const { run, ids } = await planned(2);
  const progress = PROGRESS;
  const claims = [];
  for (const unitId of ids.slice(1, 3)) claims.push(await claim(cp, { unitId, workerId }));
  const units = claims.map(({ unit, token }, at) => ({
    unitId: unit.id,
    token,
    rows: 10 + at,
    bytes: 100,
    progress,
  }));
  const renewed = await renewLeases(cp, { workerId, units });
  expect(renewed.map(({ kept, stop }) => [kept, stop])).toEqual([
    [true, null],
    [true, null],
  ]);
  const { progress: stored } = await getRun(cp, call.scope, { runId: run.id });
  expect(stored).toMatchObject({ rows: 21, bytes: 200, unitsDone: 1, unitsTotal: 4 });
  const told = await database.query(
    "SELECT payload->>'rows' AS rows FROM syncline_control.events WHERE run_id = $1 AND type = 'run.progress'",
    [run.id],
  );
  expect(told.at(-1)).toEqual({ rows: "21" });
  // What a unit says of its progress is no reason to lose its lease.
  const odd = units.map((unit) => ({ ...unit, rows: unit.rows + 0.5, bytes: unit.bytes + 0.5 }));
  expect((await renewLeases(cp, { workerId, units: odd })).map(({ kept }) => kept)).toEqual([true, true]);
  // Not by who does not hold it.
  const [foreign] = await renewLeases(cp, { workerId: other, units: units.slice(0, 1) });
  expect(foreign).toMatchObject({ kept: false });
});

it("ends with final figures, which the last event tells too, and says how long it may take before", async () => {
  const { cp, call, database } = test;
  const { run, ids } = await planned(2);
  const progressOf = async () => (await getRun(cp, call.scope, { runId: run.id })).progress;
  for (const [at, unitId] of ids.slice(1).entries()) {
    const { token } = await claim(cp, { unitId, workerId });
    await finishUnit(cp, { unitId, token, outcome: { ...DONE, rows: 50 + at, bytes: 7 } });
    if (at > 0) continue;
    expect(await progressOf()).toMatchObject({ rows: 50, bytes: 7, unitsDone: 2, unitsTotal: 4 });
    const second = await claim(cp, { unitId: ids[2] ?? "", workerId });
    const told = { rows: 20, bytes: 3, progress: { ...PROGRESS, rows: 20 } };
    await renewLeases(cp, { workerId, units: [{ unitId: ids[2] ?? "", token: second.token, ...told }] });
    expect(await progressOf()).toMatchObject({
      rows: 70,
      etaSeconds: [expect.any(Number), expect.any(Number)],
    });
    await finishUnit(cp, { unitId: ids[2] ?? "", token: second.token, outcome: { kind: "stopped" } });
  }
  const last = await progressOf();
  expect(last).toMatchObject({ rows: 153, bytes: 21, unitsDone: 4, unitsTotal: 4, etaSeconds: [0, 0] });
  for (const { rows, estimatedRows } of last?.tables ?? []) expect(rows).toBe(estimatedRows);
  expect(last?.tables).toHaveLength(SUMMARY.tables.length);
  const [event] = await database.query<{ payload: Record<string, unknown> }>(
    "SELECT payload FROM syncline_control.events WHERE run_id = $1 AND type = 'run.progress' ORDER BY id DESC LIMIT 1",
    [run.id],
  );
  expect(event?.payload).toEqual({ runId: run.id, ...last });
});

it("cuts a run that is done again as the one before was", async () => {
  const { cp, call } = test;
  const run = await createRun(cp, call, { definition: copyJob(), trigger: "manual", firstUnit: "plan" });
  const [plan = ""] = await unitIds(cp, run.id);
  const { token } = await claim(cp, { unitId: plan, workerId });
  await finishUnit(cp, { unitId: plan, token, outcome: { kind: "failed", error: FOR_GOOD } });
  const again = await retryRun(cp, call, { runId: run.id });
  expect(await statesOf(again.id)).toEqual(["plan ready"]);
});

it("lets the others go on after a failure that may pass, and keeps what they did while the instant lives", async () => {
  const { cp, call } = test;
  const { run, ids } = await planned(3);
  const [, one = "", two = "", three = ""] = ids;
  await holdSnapshot(cp, {
    runId: run.id,
    attempt: 1,
    side: "source",
    workerId,
    snapshotId: "1-1",
    holdMs: 60_000,
  });
  const first = await claim(cp, { unitId: one, workerId });
  const second = await claim(cp, { unitId: two, workerId: other });
  const failed = { kind: "failed", error: MAY_RETRY } as const;
  expect(await finishUnit(cp, { unitId: one, token: first.token, outcome: failed })).toMatchObject({
    runState: "running",
  });
  expect(await claimUnit(cp, { unitId: three, workerId })).toMatchObject({ reason: "run-not-claimable" });
  const [renewal] = await renewLeases(cp, { workerId: other, units: [{ unitId: two, token: second.token }] });
  expect(renewal).toMatchObject({ kept: true, stop: null });
  expect(await finishUnit(cp, { unitId: two, token: second.token, outcome: DONE })).toMatchObject({
    runState: "waiting",
  });
  await makeDue(run.id);
  await sweep(cp);
  expect(await statesOf(run.id)).toEqual([
    "plan done",
    "slice ready",
    "slice done",
    "slice ready",
    "finish pending",
  ]);
  expect(await unitIds(cp, run.id)).toEqual(ids);
  expect((await getRun(cp, call.scope, { runId: run.id })).attempt).toBe(2);
  expect(await listAttempts(cp, call.scope, { runId: run.id })).toMatchObject([
    { number: 1, outcome: "waiting", error: MAY_RETRY },
  ]);
});

it("plans anew when nobody holds the instant any more, and says so", async () => {
  const { cp, call, database } = test;
  const { run, ids } = await planned(2, diffJob());
  const [plan = "", one = "", two = ""] = ids;
  const hold = { runId: run.id, attempt: 1, side: "source", workerId } as const;
  expect(await holdSnapshot(cp, { ...hold, snapshotId: "1-1" })).toBe(true);
  expect(await listHolders(cp, hold)).toMatchObject([{ worker: workerId, snapshotId: "1-1" }]);
  const first = await claim(cp, { unitId: one, workerId });
  await finishUnit(cp, { unitId: one, token: first.token, outcome: DONE });
  const late = await claim(cp, { unitId: two, workerId: other });
  await pauseRun(cp, call, { runId: run.id });
  await finishUnit(cp, { unitId: two, token: late.token, outcome: { kind: "stopped" } });
  await dropSnapshot(cp, hold);
  expect(await listHolders(cp, hold)).toEqual([]);
  await resumeRun(cp, call, { runId: run.id });
  expect(await statesOf(run.id)).toEqual(["plan ready"]);
  expect(await unitIds(cp, run.id)).toEqual([plan]);
  expect(
    await database.query(
      "SELECT payload FROM syncline_control.events WHERE run_id = $1 AND type = 'run.replanned'",
      [run.id],
    ),
  ).toMatchObject([{ payload: { slices: 2 } }]);
  expect(await finishUnit(cp, { unitId: two, token: late.token, outcome: DONE })).toEqual({
    kind: "refused",
  });
});

it("stops the others after a failure for good, and keeps what was done in the run's record", async () => {
  const { cp } = test;
  const { ids } = await planned(2);
  const [, one = "", two = ""] = ids;
  const first = await claim(cp, { unitId: one, workerId });
  const second = await claim(cp, { unitId: two, workerId: other });
  await finishUnit(cp, { unitId: one, token: first.token, outcome: { kind: "failed", error: FOR_GOOD } });
  const [renewal] = await renewLeases(cp, { workerId: other, units: [{ unitId: two, token: second.token }] });
  expect(renewal).toMatchObject({ kept: true, stop: "failed" });
  const ended = await finishUnit(cp, { unitId: two, token: second.token, outcome: DONE });
  expect(ended).toMatchObject({
    runState: "failed",
    run: { error: FOR_GOOD, summary: { counts: SUMMARY.counts } },
  });
});

it("keeps to the limit of a server over all runs, also for claims at one moment", async () => {
  const { cp, call } = test;
  const runs = [];
  for (let count = 0; count < 6; count += 1) {
    const definition = diffJob({ source: "busy:acme:*", target: "idle:acme:*" });
    runs.push(await createRun(cp, call, { definition, trigger: "manual" }));
  }
  const ids = [];
  for (const run of runs) ids.push(...(await unitIds(cp, run.id)));
  const claims = await Promise.all(
    ids.map((unitId) => claimUnit(cp, { unitId, workerId, limits: { busy: 2 }, perServer: 4 })),
  );
  expect(claims.filter(({ kind }) => kind === "claimed")).toHaveLength(2);
  expect(claims.find(({ kind }) => kind === "refused")).toMatchObject({
    reason: "server-limit",
    waitsFor: 'server "busy", which has 2 work units running',
  });
  const more = await Promise.all(
    ids.map((unitId) => claimUnit(cp, { unitId, workerId, limits: { busy: 9 }, perServer: 4 })),
  );
  expect(more.filter(({ kind }) => kind === "claimed")).toHaveLength(2);
});

it("gives up a unit that ends its workers five times", async () => {
  const { cp, call } = test;
  const run = await createRun(cp, call, {
    definition: copyJob({ retry: { attempts: 1 } }),
    trigger: "manual",
  });
  const [unitId = ""] = await unitIds(cp, run.id);
  for (let time = 1; time <= 5; time += 1) {
    await claim(cp, { unitId, workerId, leaseMs: -1 });
    const { lost, ended } = await sweep(cp);
    expect([lost, ended.map(({ id, state }) => [id, state])]).toEqual([
      1,
      time < 5 ? [] : [[run.id, "dead"]],
    ]);
  }
  expect(await getRun(cp, call.scope, { runId: run.id })).toMatchObject({
    state: "dead",
    error: { code: "interrupted" },
  });
});

it("sends each unit once in five seconds, and none whose target is taken", async () => {
  const { cp, call, database } = test;
  const first = await createRun(cp, call, { definition: copyJob({ target: "sent:a:*" }), trigger: "manual" });
  const second = await createRun(cp, call, {
    definition: copyJob({ target: "sent:b:*" }),
    trigger: "manual",
  });
  const [one = ""] = await unitIds(cp, first.id);
  const [two = ""] = await unitIds(cp, second.id);
  const sent = async () =>
    (await sweep(cp)).dispatch.map(({ unitId }) => unitId).filter((id) => [one, two].includes(id));
  expect((await sent()).sort()).toEqual([one, two].sort());
  expect(await sent()).toEqual([]);
  await database.query(
    "UPDATE syncline_control.work_units SET dispatched_at = now() - interval '5 s' WHERE id = ANY($1)",
    [[one, two]],
  );
  const held = await claim(cp, { unitId: one, workerId });
  expect(await sent()).toEqual([]);
  await finishUnit(cp, { unitId: one, token: held.token, outcome: DONE });
  expect(await sent()).toEqual([two]);
});

it("gives a draining or unknown worker nothing", async () => {
  const { cp, call } = test;
  const run = await createRun(cp, call, { definition: diffJob(), trigger: "manual" });
  const [unitId = ""] = await unitIds(cp, run.id);
  const leaving = await newWorker(cp);
  await drainWorker(cp, { workerId: leaving });
  for (const id of [leaving, "0f8fad5b-d9cb-469f-a165-70867728950e"])
    expect(await claimUnit(cp, { unitId, workerId: id })).toMatchObject({ reason: "worker-gone" });
});

it("tells a worker that its run took longer than its timeout", async () => {
  const { cp, call } = test;
  const run = await createRun(cp, call, { definition: diffJob({ timeout: "1ms" }), trigger: "manual" });
  const [unitId = ""] = await unitIds(cp, run.id);
  const { token } = await claim(cp, { unitId, workerId });
  await new Promise((resolve) => setTimeout(resolve, 10));
  const [renewal] = await renewLeases(cp, { workerId, units: [{ unitId, token }] });
  expect(renewal).toMatchObject({ kept: true, stop: "timeout" });
});
