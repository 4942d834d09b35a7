import { afterAll, beforeAll, expect, it } from "vitest";
import { getRun } from "../queries/get-run.ts";
import { claim, FOR_GOOD, MAY_RETRY, newWorker, OUTPUT, SUMMARY, unitIds } from "../testing/run-steps.ts";
import { copyJob, diffJob } from "../testing/sample-jobs.ts";
import { openTestControlPlane, type TestControlPlane } from "../testing/test-control-plane.ts";
import { cancelRun } from "./cancel-run.ts";
import { claimUnit } from "./claim-unit.ts";
import { createJob } from "./create-job.ts";
import { createRun } from "./create-run.ts";
import { finishUnit } from "./finish-unit.ts";
import { pauseRun, resumeRun } from "./pause-run.ts";
import { renewLeases } from "./renew-leases.ts";
import { sweep } from "./sweep.ts";

let test: TestControlPlane;
let workerId: string;
beforeAll(async () => {
  test = await openTestControlPlane("control_runs");
  workerId = await newWorker(test.cp);
});
afterAll(() => test.close());

async function start(definition = diffJob()) {
  const run = await createRun(test.cp, test.call, { definition, trigger: "manual" });
  const [unitId] = await unitIds(test.cp, run.id);
  if (unitId === undefined) throw new Error("the run has no unit");
  return { run, unitId };
}

const expireLease = (unitId: string) =>
  test.database.query(
    "UPDATE syncline_control.work_units SET lease_until = now() - interval '1 s' WHERE id = $1",
    [unitId],
  );
const makeDue = () =>
  test.database.query(
    "UPDATE syncline_control.runs SET not_before = now() - interval '1 s' WHERE state = 'waiting'",
  );

it("creates a run of a job with its unit, audit entry and event in one transaction", async () => {
  const { cp, call, database } = test;
  const job = await createJob(cp, call, { definition: copyJob({ target: "two:acme:*" }) });
  const run = await createRun(cp, call, { jobId: job.id, trigger: "manual" });
  expect(run).toMatchObject({
    state: "queued",
    jobId: job.id,
    kind: "copy",
    targetKeys: ["two"],
    serverKeys: ["one", "two"],
    requestedBy: "tester",
  });
  expect(
    await database.query("SELECT kind, state, attempt FROM syncline_control.work_units WHERE run_id = $1", [
      run.id,
    ]),
  ).toEqual([{ kind: "whole", state: "ready", attempt: 1 }]);
  expect(
    await database.query(
      "SELECT action, actor, request_id FROM syncline_control.audit_entries WHERE subject_id = $1",
      [run.id],
    ),
  ).toEqual([{ action: "run.create", actor: "tester", request_id: "req-1" }]);
  expect(
    await database.query("SELECT type FROM syncline_control.events WHERE run_id = $1", [run.id]),
  ).toEqual([{ type: "run.queued" }]);
});

it("takes a unit from claim to done, with the run's summary", async () => {
  const { run, unitId } = await start();
  const { token, run: claimed, fenceToken } = await claim(test.cp, { unitId, workerId });
  expect([claimed.state, fenceToken]).toEqual(["running", null]);
  const finished = await finishUnit(test.cp, { unitId, token, outcome: { kind: "done", output: OUTPUT } });
  expect(finished).toMatchObject({ kind: "finished", runState: "succeeded" });
  const stored = await getRun(test.cp, test.call.scope, { runId: run.id });
  expect(stored.summary).toEqual(SUMMARY);
  expect(stored.finishedAt).toBeInstanceOf(Date);
});

it("gives a unit to exactly one of many claims", async () => {
  const { unitId } = await start();
  const results = await Promise.all(
    Array.from({ length: 8 }, () => claimUnit(test.cp, { unitId, workerId })),
  );
  expect(results.filter(({ kind }) => kind === "claimed")).toHaveLength(1);
});

it("refuses a finish with an old token and changes nothing", async () => {
  const { run, unitId } = await start(copyJob());
  const old = await claim(test.cp, { unitId, workerId });
  await expireLease(unitId);
  expect(await sweep(test.cp)).toMatchObject({ lost: 1 });
  const next = await claim(test.cp, { unitId, workerId });
  expect(next.token).toBeGreaterThan(old.token);
  expect(next.unit.unsettled).toBe(true);
  const before = await test.database.query("SELECT * FROM syncline_control.work_units WHERE run_id = $1", [
    run.id,
  ]);
  for (const outcome of [
    { kind: "done", output: OUTPUT },
    { kind: "failed", error: FOR_GOOD },
    { kind: "stopped" },
  ] as const)
    expect(await finishUnit(test.cp, { unitId, token: old.token, outcome })).toEqual({ kind: "refused" });
  expect(
    await test.database.query("SELECT * FROM syncline_control.work_units WHERE run_id = $1", [run.id]),
  ).toEqual(before);
  expect(await renewLeases(test.cp, { workerId, units: [{ unitId, token: old.token }] })).toEqual([
    { unitId, kept: false, stop: null, leaseUntil: null },
  ]);
  await finishUnit(test.cp, { unitId, token: next.token, outcome: { kind: "done", output: OUTPUT } });
});

it("lets one run write to a target at a time, with a growing fence", async () => {
  const first = await start(copyJob({ target: "hub:acme:*" }));
  const second = await start(copyJob({ target: "hub:other:*" }));
  const held = await claim(test.cp, { unitId: first.unitId, workerId });
  expect(await claimUnit(test.cp, { unitId: second.unitId, workerId })).toMatchObject({
    kind: "refused",
    reason: "target-busy",
    waitsFor: expect.stringContaining('target "hub"'),
  });
  const waiting = await getRun(test.cp, test.call.scope, { runId: second.run.id });
  expect(waiting.waitsFor).toContain(first.run.id);
  await finishUnit(test.cp, {
    unitId: first.unitId,
    token: held.token,
    outcome: { kind: "done", output: OUTPUT },
  });
  const next = await claim(test.cp, { unitId: second.unitId, workerId });
  expect(next.fenceToken).toBe(next.token);
  expect(next.fenceToken).toBeGreaterThan(held.fenceToken ?? 0n);
  expect(next.run.waitsFor).toBeNull();
  await finishUnit(test.cp, { unitId: second.unitId, token: next.token, outcome: { kind: "stopped" } });
  await cancelRun(test.cp, test.call, { runId: second.run.id });
  expect(
    await test.database.query("SELECT * FROM syncline_control.target_locks WHERE target_key = 'hub'"),
  ).toEqual([]);
});

it("says what a run waits for, and sends the next in line as soon as its target is free", async () => {
  const { cp, call } = test;
  const definition = copyJob({ target: "line:acme:*" });
  const first = await start(definition);
  const sent = async () => (await sweep(cp)).dispatch.map(({ unitId }) => unitId);
  expect(await sent()).toContain(first.unitId);
  const { token } = await claim(cp, { unitId: first.unitId, workerId });
  // Never sent while the target is taken, and never refused by a claim.
  const [second, third] = [await start(definition), await start(definition)];
  expect(await sent()).toEqual(expect.not.arrayContaining([second.unitId, third.unitId]));
  const waitsFor = `target "line", which run ${first.run.id} writes to`;
  expect(await getRun(cp, call.scope, { runId: third.run.id })).toMatchObject({ state: "queued", waitsFor });
  await finishUnit(cp, { unitId: first.unitId, token, outcome: { kind: "done", output: OUTPUT } });
  expect(await sent()).toEqual(expect.arrayContaining([second.unitId, third.unitId]));
  const next = await claim(cp, { unitId: second.unitId, workerId });
  expect(await claimUnit(cp, { unitId: third.unitId, workerId })).toMatchObject({ reason: "target-busy" });
  expect(await sent()).toEqual(expect.not.arrayContaining([third.unitId]));
  await finishUnit(cp, {
    unitId: second.unitId,
    token: next.token,
    outcome: { kind: "done", output: OUTPUT },
  });
  // Its last message is a moment old.
  expect(await sent()).toContain(third.unitId);
});

it("sends what waits for a server's room as soon as a work unit there ends", async () => {
  const { cp } = test;
  const definition = diffJob({ source: "narrow:acme:*", target: "narrow:other:*" });
  const [first, second] = [await start(definition), await start(definition)];
  const sent = async () => (await sweep(cp)).dispatch.map(({ unitId }) => unitId);
  expect(await sent()).toEqual(expect.arrayContaining([first.unitId, second.unitId]));
  const { token } = await claim(cp, { unitId: first.unitId, workerId });
  const refused = await claimUnit(cp, { unitId: second.unitId, workerId, perServer: 1 });
  expect(refused).toMatchObject({ reason: "server-limit" });
  expect(await sent()).toEqual(expect.not.arrayContaining([second.unitId]));
  await finishUnit(cp, { unitId: first.unitId, token, outcome: { kind: "stopped" } });
  expect(await sent()).toContain(second.unitId);
});

it("gives a target to exactly one of many runs that ask at once", async () => {
  const started = [];
  for (let count = 0; count < 6; count += 1) started.push(await start(copyJob({ target: "rush:acme:*" })));
  const results = await Promise.all(started.map(({ unitId }) => claimUnit(test.cp, { unitId, workerId })));
  const reasons = results.map((result) => (result.kind === "claimed" ? "claimed" : result.reason));
  expect(reasons.sort()).toEqual(["claimed", ...Array(5).fill("target-busy")]);
});

it("tries again with a pause, and makes a dead letter of the last failure", async () => {
  const { run, unitId } = await start(diffJob({ retry: { attempts: 2, first: "10s" } }));
  const one = await claim(test.cp, { unitId, workerId });
  const failed = { kind: "failed", error: MAY_RETRY } as const;
  const waiting = await finishUnit(test.cp, { unitId, token: one.token, outcome: failed, random: () => 0 });
  expect(waiting).toMatchObject({ runState: "waiting" });
  const [pause] = await test.database.query<{ seconds: string }>(
    "SELECT extract(epoch FROM not_before - now()) AS seconds FROM syncline_control.runs WHERE id = $1",
    [run.id],
  );
  expect(Number(pause?.seconds)).toBeGreaterThan(4);
  expect(Number(pause?.seconds)).toBeLessThanOrEqual(5);
  expect(await sweep(test.cp)).toMatchObject({ due: 0 });
  await makeDue();
  const swept = await sweep(test.cp);
  expect(swept).toMatchObject({ due: 1 });
  expect(swept.dispatch.map((each) => each.unitId)).toContain(unitId);
  const two = await claim(test.cp, { unitId, workerId });
  expect(two.run.attempt).toBe(2);
  const dead = await finishUnit(test.cp, { unitId, token: two.token, outcome: failed });
  expect(dead).toMatchObject({ runState: "dead", run: { error: MAY_RETRY } });
  expect(
    await test.database.query(
      "SELECT number, outcome FROM syncline_control.attempts WHERE run_id = $1 ORDER BY number",
      [run.id],
    ),
  ).toEqual([
    { number: 1, outcome: "waiting" },
    { number: 2, outcome: "dead" },
  ]);
});

it("pauses and resumes between units and within one", async () => {
  const { run, unitId } = await start();
  const held = await claim(test.cp, { unitId, workerId });
  expect((await pauseRun(test.cp, test.call, { runId: run.id })).state).toBe("pausing");
  expect(await renewLeases(test.cp, { workerId, units: [{ unitId, token: held.token }] })).toMatchObject([
    { kept: true, stop: "pausing" },
  ]);
  expect(
    await finishUnit(test.cp, { unitId, token: held.token, outcome: { kind: "stopped" } }),
  ).toMatchObject({
    runState: "paused",
  });
  expect(await claimUnit(test.cp, { unitId, workerId })).toMatchObject({ reason: "run-not-claimable" });
  expect((await resumeRun(test.cp, test.call, { runId: run.id })).state).toBe("queued");
  const again = await claim(test.cp, { unitId, workerId });
  expect(
    await finishUnit(test.cp, { unitId, token: again.token, outcome: { kind: "done", output: OUTPUT } }),
  ).toMatchObject({ runState: "succeeded" });
});

it("reports what was committed before a cancel arrived as done", async () => {
  const { run, unitId } = await start(copyJob());
  const held = await claim(test.cp, { unitId, workerId });
  expect((await cancelRun(test.cp, test.call, { runId: run.id })).state).toBe("cancelling");
  await expireLease(unitId);
  const { dispatch } = await sweep(test.cp);
  expect(dispatch.map((each) => each.unitId)).toContain(unitId);
  expect((await getRun(test.cp, test.call.scope, { runId: run.id })).state).toBe("cancelling");
  const inspected = await claim(test.cp, { unitId, workerId });
  expect([inspected.mode, inspected.token > held.token]).toEqual(["inspect", true]);
  expect(
    await finishUnit(test.cp, { unitId, token: inspected.token, outcome: { kind: "done", output: OUTPUT } }),
  ).toMatchObject({ runState: "succeeded" });
});
