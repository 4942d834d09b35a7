import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ROUTE_ROW_EFFECTS } from "@syncline/api";
import { JOB_ROW_EFFECTS } from "@syncline/jobs";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { applyOf, BEFORE, ended, PROD, ReviewWorld } from "./testing/review-world.ts";
import type { Answer } from "./testing/start-test-service.ts";

/** What each way of writing needs to know of what is there. */
interface Known {
  readonly patch: string;
  readonly ledgerId: string;
  readonly failedRun: string;
  readonly pausedRun: string;
  readonly jobId: string;
  readonly hook: string;
  readonly reviewId: string;
}

let world: ReviewWorld;
let known: Known;
/** An export that another place would take. */
let rows = "";
beforeAll(async () => {
  world = await ReviewWorld.open("review_gate");
  await world.fill();
  const { key } = world.ann;
  rows = (await world.server.ask("GET", "/api/v1/rows?locator=stage:public:users", { key })).text;
  const dumps = join(world.server.folder, "state", "dumps");
  await mkdir(dumps, { recursive: true });
  await writeFile(join(dumps, "rows.ndjson"), rows);
}, 60_000);
afterAll(() => world.close());
beforeAll(async () => {
  const { ann } = world;
  const patch = await world.makePatch();
  const job = { name: "known", kind: "copy", source: "stage:public:users", target: PROD };
  const { json: saved } = await world.ask(ann, "POST", "/jobs", job);
  const { json: hook } = await world.ask(ann, "POST", `/jobs/${saved.id}/hook`);
  const failed = await world.ask(ann, "POST", "/apply?wait=30", { patch, target: PROD });
  const review = await world.open(applyOf(patch));
  known = {
    patch,
    ledgerId: crypto.randomUUID(),
    failedRun: failed.json.id,
    pausedRun: await pausedRun(saved.id),
    jobId: saved.id,
    hook: hook.path,
    reviewId: review.id,
  };
});
beforeEach(() => world.fill());

/** Paused before a worker took it. */
async function pausedRun(jobId: string): Promise<string> {
  const { database } = world.server;
  const [run] = await database.query<{ id: string }>(
    `INSERT INTO syncline_control.runs (organization_id, project_id, job_id, kind, definition, trigger, state, requested_by)
     SELECT organization_id, project_id, id, kind, definition, 'manual', 'paused', 'test' FROM syncline_control.jobs
     WHERE id = $1 RETURNING id`,
    [jobId],
  );
  await database.query(
    `INSERT INTO syncline_control.work_units (organization_id, run_id, attempt, position, kind)
     SELECT organization_id, id, 1, 0, 'whole' FROM syncline_control.runs WHERE id = $1`,
    [run?.id],
  );
  return run?.id ?? "";
}

/** The run that an answer tells of, when it has ended. */
async function runOf({ json }: Answer): Promise<Answer> {
  const look = () => world.ask(world.ann, "GET", `/runs/${json.runId ?? json.id}`);
  await expect.poll(async () => (await look()).json.finishedAt, { timeout: 20_000 }).toBeTruthy();
  return look();
}

const post = (path: string, body?: unknown) => world.ask(world.ann, "POST", path, body);
const sendRows = (path: string) =>
  world.server.ask("POST", `${path}?target=${PROD}`, {
    key: world.ann.key,
    body: rows,
    headers: { "Content-Type": "application/x-ndjson" },
  });
const insert = { op: "insert", table: "users", new: { id: "77", name: "x" } };

/** How each route is asked to write without a review; those that only keep what runs later write by the job's own way. */
const WRITES: Readonly<Record<string, ((known: Known) => Promise<Answer>) | "by the job's runs">> = {
  "POST /jobs": "by the job's runs",
  "PUT /jobs/{id}": "by the job's runs",
  "POST /jobs/{id}/hook": "by the job's runs",
  "POST /jobs/{id}/run": ({ jobId }) => post(`/jobs/${jobId}/run?wait=30`),
  "POST /hooks/{token}": async ({ hook }) => runOf(await world.server.ask("POST", hook, { key: null })),
  "POST /runs/{id}/resume": async ({ pausedRun }) => runOf(await post(`/runs/${pausedRun}/resume`)),
  "POST /runs/{id}/retry": async ({ failedRun }) => runOf(await post(`/runs/${failedRun}/retry`)),
  "POST /apply": ({ patch }) => post("/apply?wait=30", { patch, target: PROD }),
  "POST /apply/batch": () => post("/apply/batch", { target: PROD, operations: [insert] }),
  "POST /apply/file": async ({ patch }) => {
    const { url } = world.server;
    const headers = { Authorization: `Bearer ${world.ann.key}` };
    const file = await fetch(`${url}/api/v1/patches/${patch}/file`, { headers });
    const type = file.headers.get("content-type") ?? "";
    return world.server.ask("POST", `/api/v1/apply/file?wait=30&target=${PROD}`, {
      key: world.ann.key,
      body: new Uint8Array(await file.arrayBuffer()),
      headers: { "Content-Type": type },
    });
  },
  "POST /undo": ({ ledgerId }) => post("/undo?wait=30", { ledgerId, target: PROD }),
  "POST /copy": () => post("/copy?wait=30", { source: "stage:public:users", target: PROD }),
  "POST /import": () => sendRows("/api/v1/import"),
  "POST /reviews/{id}/apply": ({ reviewId }) => post(`/reviews/${reviewId}/apply?wait=30`),
};

/** A job of each kind that writes rows, to the same place. */
const JOBS: Readonly<Record<string, (known: Known) => object>> = {
  apply: ({ patch }) => ({ patch }),
  undo: ({ ledgerId }) => ({ ledgerId }),
  copy: () => ({ source: "stage:public:users" }),
  merge: () => ({ source: "stage:public:users", base: "stage:public:users" }),
  "bi-sync": () => ({ source: "stage:public:users" }),
  import: () => ({ file: "rows.ndjson" }),
};

async function refused(answer: Answer): Promise<void> {
  expect(ended(answer), answer.text).toMatchObject({ code: "review.required" });
  expect(await world.users()).toEqual(BEFORE);
}

describe("without a review nothing is written", () => {
  it("by any route or kind of job there is", () => {
    const writes = (effects: Readonly<Record<string, string>>) =>
      Object.keys(effects)
        .filter((name) => effects[name] !== "leaves")
        .sort();
    expect(Object.keys(WRITES).sort()).toEqual(writes(ROUTE_ROW_EFFECTS));
    expect(Object.keys(JOBS).sort()).toEqual(writes(JOB_ROW_EFFECTS));
  });

  const asked = Object.entries(WRITES).flatMap(([name, write]) =>
    typeof write === "string" ? [] : [[name, write] as const],
  );
  it.each(asked)("by %s", async (_, write) => refused(await write(known)));

  it("by the older names of routes", async () => {
    await refused(await sendRows("/api/sync/import"));
    const { patch } = known;
    const { key } = world.ann;
    await refused(
      await world.server.ask("POST", "/api/sync/apply?wait=30", { key, body: { patch, target: PROD } }),
    );
  });

  it.each(Object.keys(JOBS))("by a job of the kind %s", async (kind) => {
    const job = { name: `job-${kind}`, kind, target: PROD, ...JOBS[kind]?.(known) };
    const saved = await post("/jobs", job);
    expect(saved.status, saved.text).toBe(201);
    await refused(await post(`/jobs/${saved.json.id}/run?wait=30`));
  });
});
