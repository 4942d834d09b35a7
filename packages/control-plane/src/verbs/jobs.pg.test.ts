import { afterAll, beforeAll, expect, it } from "vitest";
import { findJobByHook } from "../queries/find-job-by-hook.ts";
import { getJob } from "../queries/get-job.ts";
import { listAudit } from "../queries/list-audit.ts";
import { listJobs } from "../queries/list-jobs.ts";
import { listRuns } from "../queries/list-runs.ts";
import { listDueSchedules, listListenSchedules, listSchedules } from "../queries/list-schedules.ts";
import { MAY_RETRY, SUMMARY, unitIds } from "../testing/run-steps.ts";
import { copyJob, diffJob } from "../testing/sample-jobs.ts";
import { openTestControlPlane, type TestControlPlane } from "../testing/test-control-plane.ts";
import { createJob } from "./create-job.ts";
import { createRun } from "./create-run.ts";
import { deleteJob } from "./delete-job.ts";
import { planSchedule } from "./plan-schedule.ts";
import { retryRun } from "./retry-run.ts";
import { removeHook, rotateHook } from "./rotate-hook.ts";
import { syncConfigJobs } from "./sync-config-jobs.ts";
import { takeSlot } from "./take-slot.ts";
import { updateJob } from "./update-job.ts";
import { withIdempotency } from "./with-idempotency.ts";

let test: TestControlPlane;
beforeAll(async () => {
  test = await openTestControlPlane("control_jobs");
});
afterAll(() => test.close());

const hourly = { every: "1h", missed: "all" } as const;

it("creates, changes and deletes a job, and writes down who did", async () => {
  const { cp, call } = test;
  const job = await createJob(cp, call, { definition: diffJob({ name: "edited", schedule: hourly }) });
  await expect(createJob(cp, call, { definition: copyJob({ name: "edited" }) })).rejects.toMatchObject({
    code: "resource.exists",
  });
  const [before] = (await listSchedules(cp, call.scope, { jobIds: [job.id] })).items;
  expect(before?.schedule).toMatchObject({ schedule: hourly, nextFireAt: null, plannedAt: null });
  const changed = await updateJob(cp, call, {
    jobId: job.id,
    definition: copyJob({ name: "edited", schedule: hourly }),
    version: 1,
  });
  expect(changed).toMatchObject({ version: 2, kind: "copy" });
  await expect(
    updateJob(cp, call, { jobId: job.id, definition: diffJob({ name: "edited" }), version: 1 }),
  ).rejects.toMatchObject({ code: "resource.changed", details: { version: 2 } });
  await createJob(cp, call, { definition: diffJob({ name: "neighbour" }) });
  await expect(
    updateJob(cp, call, { jobId: job.id, definition: diffJob({ name: "neighbour" }) }),
  ).rejects.toMatchObject({
    code: "resource.exists",
  });
  await updateJob(cp, call, {
    jobId: job.id,
    definition: copyJob({ name: "edited", enabled: false, schedule: hourly }),
  });
  expect((await listSchedules(cp, call.scope, { jobIds: [job.id] })).items).toEqual([]);
  await deleteJob(cp, call, { jobId: job.id });
  await expect(getJob(cp, call.scope, { jobId: job.id })).rejects.toMatchObject({
    code: "resource.not_found",
  });
  await createJob(cp, call, { definition: diffJob({ name: "edited" }) });
  const { items } = await listAudit(cp, call.scope, { subjectId: job.id });
  expect(items.map(({ action, actor }) => `${actor} ${action}`)).toEqual([
    "tester job.delete",
    "tester job.update",
    "tester job.update",
    "tester job.create",
  ]);
});

it("pages jobs by age without losing or repeating any", async () => {
  const { cp, call } = test;
  for (let count = 0; count < 7; count += 1) await createJob(cp, call, { definition: diffJob() });
  const names: string[] = [];
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<typeof listJobs>> = await listJobs(cp, call.scope, { after, limit: 3 });
    names.push(...page.items.map(({ name }) => name));
    after = page.next;
  } while (after !== null);
  const whole = await listJobs(cp, call.scope, { limit: 500 });
  expect(names).toEqual(whole.items.map(({ name }) => name));
  expect(new Set(names).size).toBe(names.length);
});

it("follows the config: twice is once, what is gone goes, a name of the API is refused", async () => {
  const { cp, call } = test;
  const first = copyJob({ name: "nightly", schedule: hourly });
  const second = diffJob({ name: "watch-it" });
  const both = await Promise.all(
    [1, 2].map(() => syncConfigJobs(cp, call, { definitions: [first, second] })),
  );
  expect(both.flatMap(({ created }) => created).sort()).toEqual(["nightly", "watch-it"]);
  expect(await syncConfigJobs(cp, call, { definitions: [first, second] })).toEqual({
    created: [],
    updated: [],
    deleted: [],
    unchanged: 2,
  });
  const [nightly] = (await listJobs(cp, call.scope, { name: "nightly" })).items;
  const jobId = nightly?.id ?? "";
  const [{ schedule } = { schedule: null }] = (await listSchedules(cp, call.scope, { jobIds: [jobId] }))
    .items;
  const nextFireAt = new Date("2030-01-01T00:00:00Z");
  expect(await planSchedule(cp, { scheduleId: schedule?.id ?? "", nextFireAt, plannedAt: null })).toBe(true);
  const changed = { ...first, description: "changed" };
  expect(await syncConfigJobs(cp, call, { definitions: [changed] })).toEqual({
    created: [],
    updated: ["nightly"],
    deleted: ["watch-it"],
    unchanged: 0,
  });
  // A schedule that did not change keeps its slot.
  expect((await listSchedules(cp, call.scope, { jobIds: [jobId] })).items[0]?.schedule.nextFireAt).toEqual(
    nextFireAt,
  );
  const denied = { code: "auth.denied" };
  await expect(updateJob(cp, call, { jobId, definition: first })).rejects.toMatchObject(denied);
  await expect(deleteJob(cp, call, { jobId })).rejects.toMatchObject(denied);
  await createJob(cp, call, { definition: diffJob({ name: "by-hand" }) });
  await expect(
    syncConfigJobs(cp, call, { definitions: [diffJob({ name: "new" }), diffJob({ name: "by-hand" })] }),
  ).rejects.toMatchObject({ code: "config.invalid" });
  expect((await listJobs(cp, call.scope, { name: "new" })).items).toEqual([]);
  await syncConfigJobs(cp, call, { definitions: [] });
});

it("fires a slot once, whoever is first, and none while a run is under way", async () => {
  const { cp, call, database } = test;
  const job = await createJob(cp, call, { definition: diffJob({ schedule: hourly }) });
  const due = (await listDueSchedules(cp)).find((each) => each.job.id === job.id);
  expect(due).toMatchObject({ busy: false, schedule: { plannedAt: null } });
  expect(due?.now).toBeInstanceOf(Date);
  const scheduleId = due?.schedule.id ?? "";
  const fireAt = new Date("2026-01-01T10:00:00Z");
  const nextFireAt = new Date("2026-01-01T11:00:00Z");
  expect(await planSchedule(cp, { scheduleId, nextFireAt: fireAt, plannedAt: null })).toBe(true);
  expect(await planSchedule(cp, { scheduleId, nextFireAt: null, plannedAt: null })).toBe(false);
  const slots = await Promise.all(
    Array.from({ length: 6 }, () => takeSlot(cp, { scheduleId, fireAt, outcome: "fired", nextFireAt })),
  );
  const taken = slots.filter(({ kind }) => kind === "taken");
  expect(taken).toHaveLength(1);
  const { items } = await listRuns(cp, call.scope, { jobId: job.id });
  expect(items).toMatchObject([{ trigger: "schedule", requestedBy: "scheduler" }]);
  expect(await unitIds(cp, items[0]?.id ?? "")).toHaveLength(1);
  const next = { scheduleId, fireAt: nextFireAt, nextFireAt: new Date("2026-01-01T12:00:00Z") };
  expect(await takeSlot(cp, { ...next, outcome: "fired" })).toMatchObject({
    kind: "taken",
    outcome: "busy",
    run: null,
  });
  const missed = { scheduleId, fireAt: next.nextFireAt, nextFireAt: null, outcome: "missed" } as const;
  expect(await takeSlot(cp, missed)).toEqual({ kind: "taken", outcome: "missed", run: null });
  expect(
    await database.query(
      "SELECT outcome, run_id IS NOT NULL AS run FROM syncline_control.schedule_slots WHERE schedule_id = $1 ORDER BY fire_at",
      [scheduleId],
    ),
  ).toEqual([
    { outcome: "fired", run: true },
    { outcome: "busy", run: true },
    { outcome: "missed", run: false },
  ]);
  await deleteJob(cp, call, { jobId: job.id });
  expect(await takeSlot(cp, missed)).toEqual({ kind: "gone" });
});

it("lists what to listen for", async () => {
  const { cp, call } = test;
  const listen = { server: "one", channel: "changes", quiet: "1s" };
  const job = await createJob(cp, call, { definition: diffJob({ schedule: { listen } }) });
  expect(await listListenSchedules(cp)).toMatchObject([
    { job: { id: job.id }, schedule: { schedule: { listen } } },
  ]);
});

it("knows a job by the token of its webhook, until the next or none", async () => {
  const { cp, call, database } = test;
  const job = await createJob(cp, call, { definition: diffJob() });
  const { token } = await rotateHook(cp, call, { jobId: job.id });
  expect(await findJobByHook(cp, token)).toMatchObject({ id: job.id });
  const next = await rotateHook(cp, call, { jobId: job.id });
  expect(await findJobByHook(cp, token)).toBeNull();
  expect(await findJobByHook(cp, next.token)).toMatchObject({ id: job.id });
  const stored = JSON.stringify(await database.query("SELECT * FROM syncline_control.jobs"));
  expect(stored).not.toContain(next.token.slice(4));
  await removeHook(cp, call, { jobId: job.id });
  for (const each of [next.token, "", "slh_", `slh_${"A".repeat(43)}`])
    expect(await findJobByHook(cp, each)).toBeNull();
});

it("answers a repeated request once, also while the first is worked on, and refuses another under its key", async () => {
  const { cp, call } = test;
  const ask = (key: string, requestDigest: string) =>
    withIdempotency(cp, call, { key, requestDigest }, async (joined) => {
      const run = await createRun(joined, call, { definition: diffJob(), trigger: "manual" });
      return { status: 202, response: { runId: run.id } };
    });
  const answers = await Promise.allSettled(Array.from({ length: 5 }, () => ask("key-1", "digest")));
  const given = answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
  expect(given.filter(({ replayed }) => !replayed)).toHaveLength(1);
  for (const answer of answers)
    if (answer.status === "rejected")
      expect(answer.reason).toMatchObject({ code: "idempotency.busy", retryable: true });
  expect(await ask("key-1", "digest")).toEqual({ ...given[0], replayed: true });
  await expect(ask("key-1", "other")).rejects.toMatchObject({ code: "idempotency.mismatch" });
  await expect(ask("", "digest")).rejects.toMatchObject({ code: "request.invalid" });
  const before = (await listRuns(cp, call.scope, { limit: 500 })).items.length;
  await expect(
    withIdempotency(cp, call, { key: "key-2", requestDigest: "d" }, async (joined) => {
      await createRun(joined, call, { definition: diffJob(), trigger: "manual" });
      throw new Error("no answer");
    }),
  ).rejects.toThrow("no answer");
  expect((await listRuns(cp, call.scope, { limit: 500 })).items).toHaveLength(before);
  expect((await ask("key-2", "d")).replayed).toBe(false);
});

it("retries what failed as a new run", async () => {
  const { cp, call, database } = test;
  const run = await createRun(cp, call, { definition: copyJob({ schema: ["*"] }), trigger: "manual" });
  await expect(retryRun(cp, call, { runId: run.id })).rejects.toMatchObject({ code: "run.state_refused" });
  const summary = {
    ...SUMMARY,
    outcome: "partial",
    tables: [{ name: "users" }, { name: "posts", error: MAY_RETRY }],
  };
  await database.query(
    "UPDATE syncline_control.runs SET state = 'partial', finished_at = now(), summary = $2 WHERE id = $1",
    [run.id, JSON.stringify(summary)],
  );
  const again = await retryRun(cp, call, { runId: run.id });
  expect(again).toMatchObject({
    state: "queued",
    trigger: "retry",
    retryOf: run.id,
    targetKeys: run.targetKeys,
    definition: { ...run.definition, schema: ["posts"] },
  });
});
