import type { AnswerOf, jobs, Overview, TimelineEntry } from "@syncline/api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type By, PROD, ReviewWorld } from "./testing/review-world.ts";

let world: ReviewWorld;
beforeAll(async () => {
  world = await ReviewWorld.open("overview");
  await world.fill();
});
afterAll(() => world.close());

const STAGE = "stage:public:users";

async function overview(by: By = world.ann): Promise<Overview> {
  const { status, json, text } = await world.ask(by, "GET", "/overview");
  if (status !== 200) throw new Error(text);
  return json;
}

async function job(definition: object): Promise<string> {
  const { status, json, text } = await world.ask(world.ann, "POST", "/jobs", definition);
  if (status !== 201) throw new Error(text);
  return json.id;
}

const run = async (jobId: string) => (await world.ask(world.ann, "POST", `/jobs/${jobId}/run?wait=30`)).json;
const pair = async (name: string) => (await overview()).pairs.find((each) => each.name === name);

async function timeline(jobId: string, query = "", by: By = world.ann) {
  const { status, json, text } = await world.ask(by, "GET", `/jobs/${jobId}/timeline${query}`);
  if (status !== 200) throw new Error(text);
  return json as { items: TimelineEntry[]; next: string | null };
}

describe("the overview", () => {
  it("of an empty project has nothing and says so", async () => {
    const { jobs, pairs, running, runningCount, needs, trends } = await overview();
    expect({ jobs, pairs, running, runningCount }).toEqual({
      jobs: 0,
      pairs: [],
      running: [],
      runningCount: 0,
    });
    expect(needs).toEqual({
      reviews: { count: 0, items: [] },
      conflicts: { count: 0, jobs: [], runs: [] },
      failed: [],
      paused: [],
      frozen: [],
    });
    expect(trends).toHaveLength(14);
    expect(trends.at(-1)?.day).toBe(new Date().toISOString().slice(0, 10));
  });

  it("tells how each pair stands, by its last runs", async () => {
    const id = await job({ kind: "diff", name: "compare", source: STAGE, target: PROD });
    expect(await pair("compare")).toMatchObject({
      jobId: id,
      health: "unknown",
      environments: { source: null, target: "production" },
      differences: null,
      lastRun: null,
    });
    const first = await run(id);
    expect(await pair("compare")).toMatchObject({
      health: "drifting",
      reason: "3 rows differ.",
      differences: { inserted: 1, updated: 1, deleted: 1, complete: true, runId: first.id },
      lastRun: { id: first.id, state: "succeeded" },
    });
    expect((await pair("compare"))?.differences?.patchId).toBe(first.summary.patchId);
    await world.target.query(`DELETE FROM users WHERE id = 4; INSERT INTO users VALUES (3, 'three');
      UPDATE users SET name = 'zwei' WHERE id = 2`);
    await run(id);
    expect(await pair("compare")).toMatchObject({ health: "in-step", reason: "Nothing differed." });
  });

  it("lists a job that fails, first and with its cause, until it succeeds", async () => {
    const definition = { kind: "copy", name: "nightly", source: STAGE, target: "alias:public:missing" };
    const id = await job({ ...definition, schema: ["nothing_of_this_name"], retry: { attempts: 1 } });
    const failed = await run(id);
    const { needs, pairs } = await overview();
    expect(needs.failed).toMatchObject([
      { jobId: id, name: "nightly", runId: failed.id, state: "failed", error: { code: failed.error.code } },
    ]);
    expect(pairs[0]).toMatchObject({ name: "nightly", health: "failing" });
    expect(pairs[0]?.reason).toContain(failed.error.message);
    await world.ask(world.ann, "DELETE", `/jobs/${id}`);
    expect((await overview()).needs.failed).toEqual([]);
  });

  it("shows a review to whom it waits for, and to nobody else", async () => {
    const review = await world.open({ kind: "copy", name: "copy", source: STAGE, target: PROD });
    expect((await overview(world.ann)).needs.reviews).toEqual({ count: 0, items: [] });
    expect((await overview(null)).needs.reviews.count).toBe(0);
    expect((await overview(world.ben)).needs.reviews).toMatchObject({
      count: 1,
      items: [{ id: review.id, number: review.number, environment: "production", required: 1, given: 0 }],
    });
    await world.decide(world.ben, review, "refuse");
    expect((await overview(world.ben)).needs.reviews.count).toBe(0);
  });

  it("counts conflicts by job, frozen environments, and what each day wrote", async () => {
    const copy = await job({
      kind: "copy",
      name: "mirror",
      source: STAGE,
      target: "stage:mirror:users",
      confirm: "guarded",
    });
    await world.source.query(
      "CREATE SCHEMA mirror; CREATE TABLE mirror.users (id int PRIMARY KEY, name text)",
    );
    const before = (await overview()).trends.at(-1);
    const done = await run(copy);
    expect(done.state, JSON.stringify(done.error)).toBe("succeeded");
    const { organizationId } = world.cp.defaultScope;
    await world.server.database.query(
      `INSERT INTO syncline_control.conflicts (organization_id, job_id, table_name, key_text, kind, columns, document)
       SELECT $1, $2, 'public.users', n::text, 'update-update', '{name}', '{}' FROM generate_series(1, 3) n`,
      [organizationId, copy],
    );
    await world.server.database.query(
      `INSERT INTO syncline_control.conflicts (organization_id, run_id, table_name, key_text, kind, columns, document)
       VALUES ($1, $2, 'public.users', '9', 'update-update', '{name}', '{}')`,
      [organizationId, done.id],
    );
    await world.ask(world.cem, "POST", "/environments/production/freeze", { reason: "release" });
    const { needs, trends, pairs } = await overview();
    // What a run without a job met waits as well.
    expect(needs.conflicts).toEqual({
      count: 4,
      jobs: [{ jobId: copy, name: "mirror", kind: "copy", count: 3 }],
      runs: [{ runId: done.id, kind: "copy", count: 1 }],
    });
    expect(needs.frozen).toMatchObject([{ name: "production", reason: "release" }]);
    expect(pairs.find(({ name }) => name === "mirror")).toMatchObject({
      health: "conflicting",
      reason: "3 rows wait for a decision.",
    });
    const { inserted, updated, deleted } = done.summary.counts;
    const wrote = (day: Overview["trends"][number] | undefined) =>
      (day?.inserted ?? 0) + (day?.updated ?? 0) + (day?.deleted ?? 0);
    expect(inserted + updated + deleted).toBeGreaterThan(0);
    expect(wrote(trends.at(-1)) - wrote(before)).toBe(inserted + updated + deleted);
    expect(trends.at(-1)).toMatchObject({ conflictsOpened: 4, conflictsClosed: 0 });
    expect(trends.at(-1)?.failed).toBe(1);
    await world.ask(world.cem, "DELETE", "/environments/production/freeze");
  });

  it("shows no runs to a key that may see jobs alone", async () => {
    const { json } = await world.ask(null, "POST", "/keys", { name: "jobs", scopes: ["jobs:read"] });
    const seen = await overview({ key: json.token ?? json.key });
    expect(seen.pairs.length).toBeGreaterThan(0);
    expect({ running: seen.running, failed: seen.needs.failed }).toEqual({ running: [], failed: [] });
  });
});

describe("the timeline of a job", () => {
  const told = ({ items }: { items: readonly TimelineEntry[] }) =>
    items.map((entry) => {
      if (entry.kind === "run") return `run ${entry.run.state}`;
      if (entry.kind === "review") return `review ${entry.event}`;
      return entry.kind === "edit" ? `edit ${entry.change}` : entry.kind;
    });
  let id = "";

  it("has runs, edits with what they changed and why, the hook, reviews, newest first", async () => {
    const definition = { kind: "copy", name: "told", source: STAGE, target: PROD };
    id = await job(definition);
    const change = async (definition: object, reason?: string) => {
      const { json } = await world.ask(world.ann, "GET", `/jobs/${id}`);
      const { version } = json as AnswerOf<typeof jobs.getJob>;
      const { status, text } = await world.ask(world.ann, "PUT", `/jobs/${id}`, {
        version,
        definition,
        reason,
      });
      expect(status, text).toBe(200);
    };
    await change({ ...definition, parallel: 4, filter: { where: { name: "Ada" } } }, "more at once");
    await change({ ...definition, parallel: 4, enabled: false });
    await world.ask(world.ann, "POST", `/jobs/${id}/hook`);
    await change({ ...definition, parallel: 4 });
    const review = (await world.ask(world.ann, "POST", "/reviews", { title: "Nightly", job: id })).json;
    await world.decide(world.ben, review);
    const done = await run(id);
    expect(done.state, JSON.stringify(done.error)).toBe("succeeded");

    const page = await timeline(id);
    expect(page.next).toBeNull();
    expect(told(page)).toEqual([
      "review used",
      "run succeeded",
      "review approved",
      "review opened",
      "edit enabled",
      "hook",
      "edit updated",
      "edit updated",
      "edit created",
    ]);
    const edits = page.items.filter((entry) => entry.kind === "edit");
    expect(edits[2]).toMatchObject({
      by: `user:${world.ann.email} key:${edits[2]?.by.split("key:")[1]}`,
      reason: "more at once",
      version: 2,
      fields: [
        { field: "filter", before: null, after: null, kept: false },
        { field: "parallel", before: 2, after: 4, kept: true },
      ],
    });
    expect(edits[1]?.fields.map(({ field }) => field)).toEqual(["enabled", "filter"]);
    expect(JSON.stringify(page)).not.toContain("Ada");
    const [found] = page.items.filter((entry) => entry.kind === "run");
    expect(found?.run).toMatchObject({ id: done.id, trigger: "manual", reviewId: review.id });
    expect(found?.run.counts).toEqual(done.summary.counts);
    expect(page.items[0]).toMatchObject({ review: { id: review.id, number: review.number }, runId: done.id });
  });

  it("is read in pages and by kind, each entry once", async () => {
    const whole = await timeline(id);
    const found: string[] = [];
    let after = "";
    do {
      const page = await timeline(id, `?limit=2${after}`);
      expect(page.items.length).toBeLessThanOrEqual(2);
      found.push(...page.items.map((entry) => entry.id));
      after = page.next === null ? "" : `&after=${encodeURIComponent(page.next)}`;
    } while (after !== "");
    expect(found).toEqual(whole.items.map((entry) => entry.id));
    expect(told(await timeline(id, "?kind=run&kind=hook"))).toEqual(["run succeeded", "hook"]);
    const { status } = await world.ask(world.ann, "GET", `/jobs/${id}/timeline?after=bm9uc2Vuc2U`);
    expect(status).toBe(400);
  });

  it("gathers decisions of conflicts, and tells what reviews of a run's patch came to", async () => {
    const compared = await job({ kind: "diff", name: "told-diff", source: STAGE, target: PROD });
    await world.fill();
    const { summary } = await run(compared);
    const review = await world.open({ kind: "apply", name: "a", patch: summary.patchId, target: PROD });
    await world.decide(world.ben, review, "refuse");
    const { organizationId } = world.cp.defaultScope;
    await world.server.database.query(
      `WITH met AS (
         INSERT INTO syncline_control.conflicts (organization_id, job_id, table_name, key_text, kind, columns, document)
         SELECT $1, $2, 'public.t' || n % 2, n::text, 'update-update', '{name}', '{}' FROM generate_series(1, 5) n
         RETURNING id)
       INSERT INTO syncline_control.resolutions (organization_id, conflict_id, choice, seen, resolved_by, resolved_at)
       SELECT $1, id, 'theirs', '', 'user:ben', date_trunc('minute', now()) FROM met`,
      [organizationId, compared],
    );
    const { items } = await timeline(compared);
    expect(items.find((entry) => entry.kind === "conflicts")).toMatchObject({
      by: "user:ben",
      choice: "theirs",
      count: 5,
      tables: ["public.t0", "public.t1"],
    });
    const reviews = items.filter((entry) => entry.kind === "review");
    expect(reviews.map(({ event, reason }) => [event, reason])).toEqual([
      ["refused", "no"],
      ["opened", null],
    ]);
  });

  it("leaves out what the caller may not read, and is of this organization's jobs alone", async () => {
    const { json } = await world.ask(null, "POST", "/keys", { name: "narrow", scopes: ["jobs:read"] });
    const narrow = await timeline(id, "", { key: json.token ?? json.key });
    expect(new Set(narrow.items.map(({ kind }) => kind))).toEqual(new Set(["edit", "hook"]));
    const { status } = await world.ask(world.ann, "GET", `/jobs/${crypto.randomUUID()}/timeline`);
    expect(status).toBe(404);
  });
});

describe("runs", () => {
  it("are found by several states, by words of their job and places, and since an instant", async () => {
    const list = async (query: string) =>
      (await world.ask(world.ann, "GET", `/runs?limit=500&${query}`)).json.items as { state: string }[];
    const all = await list("");
    const wanted = all.filter(({ state }) => state === "failed" || state === "cancelled");
    expect(await list("state=failed&state=cancelled")).toEqual(wanted);
    expect((await list("text=TOLD-d")).length).toBe(1);
    expect((await list("text=prod:public")).length).toBeGreaterThan(1);
    expect(await list("text=nobody-of-this-name")).toEqual([]);
    expect(await list(`since=${new Date(Date.now() + 60_000).toISOString()}`)).toEqual([]);
    expect(await list(`since=${new Date(0).toISOString()}`)).toEqual(all);
  });
});
