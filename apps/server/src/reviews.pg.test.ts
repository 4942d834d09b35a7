import { grants, ROLE_SCOPES } from "@syncline/api";
import { APPROVING_ROLES } from "@syncline/control-plane";
import { judgeSignatures, openPatch, ROLES } from "@syncline/core";
import { createSha256, verifyStatement } from "@syncline/runtime/files";
import { createTestDatabase } from "@syncline/tooling-test-postgres";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { makePerson } from "./testing/people.ts";
import { AFTER, applyOf, BEFORE, ended, PROD, ReviewWorld, WRITTEN } from "./testing/review-world.ts";

let world: ReviewWorld;
beforeAll(async () => {
  world = await ReviewWorld.open("reviews");
}, 60_000);
afterAll(() => world.close());
beforeEach(() => world.fill());

describe("the whole way of a patch", () => {
  it("from the request over a comment and an approval to the rows, once", async () => {
    const patch = await world.makePatch();
    expect(await world.apply(patch)).toEqual({ state: "failed", code: "review.required" });
    const review = await world.open(applyOf(patch));
    expect(review).toMatchObject({
      state: "open",
      environment: "production",
      required: 1,
      given: 0,
      authors: [world.ann.email],
      hazards: ["It deletes 1 row."],
      blocks: ["0 of 1 approvals count."],
      summary: { inserts: 1, updates: 1, deletes: 1 },
    });
    const anchor = { table: "users", key: "2", column: "name" };
    const comment = await world.ask(world.ben, "POST", `/reviews/${review.id}/comments`, {
      body: "zwei?",
      anchor,
    });
    expect(comment).toMatchObject({ status: 201, json: { anchor, resolvedAt: null } });
    const thread = `/reviews/${review.id}/comments/${comment.json.id}`;
    expect((await world.ask(world.ann, "POST", `${thread}/resolve`)).json.resolvedBy).toMatch(
      /^user:.* key:/,
    );
    expect((await world.ask(world.ann, "POST", `${thread}/reopen`)).json.resolvedAt).toBe(null);
    expect((await world.ask(world.ben, "GET", "/reviews?waiting=true")).json.items).toHaveLength(1);
    expect((await world.ask(world.ann, "GET", "/reviews?waiting=true")).json.items).toHaveLength(0);
    const [listed] = (await world.ask(world.ben, "GET", "/reviews?waiting=true")).json.items;
    expect(listed.counts).toEqual({ inserts: 1, updates: 1, deletes: 1 });
    expect(listed.hazards).toEqual(["It deletes 1 row."]);
    expect((await world.ask(world.ann, "GET", "/reviews?mine=true&state=open")).json.items).toHaveLength(1);
    expect(await world.apply(patch)).toEqual({ state: "failed", code: "review.required" });
    expect(await world.users()).toEqual(BEFORE);
    expect((await world.decide(world.ben, review)).json).toMatchObject({
      state: "approved",
      given: 1,
      blocks: [],
    });
    const run = await world.ask(world.ann, "POST", "/apply?wait=30", { patch, target: PROD });
    expect(ended(run)).toEqual(WRITTEN);
    expect(await world.users()).toEqual(AFTER);
    expect(await world.look(review.id)).toMatchObject({ state: "applied", runId: run.json.id });
    expect(await world.apply(patch)).toEqual({ state: "failed", code: "review.required" });
    const [stored] = await world.server.database.query(
      "SELECT review_id FROM syncline_control.runs WHERE id = $1",
      [run.json.id],
    );
    expect(stored).toEqual({ review_id: review.id });
    const types = await world.server.database.query<{ type: string }>(
      "SELECT type FROM syncline_control.events WHERE payload->>'reviewId' = $1 ORDER BY id",
      [review.id],
    );
    expect(types.map(({ type }) => type)).toEqual([
      "review.opened",
      "review.commented",
      "review.comment_resolved",
      "review.comment_reopened",
      "review.decided",
      "review.approved",
      "review.applied",
    ]);
  });

  it("names no row to a viewer: neither by comments nor by what a selection was made of", async () => {
    const vic = await makePerson(world.cp, {
      url: world.server.url,
      role: "viewer",
      email: "vic@example.test",
    });
    const whole = await world.makePatch();
    const { json: of } = await world.ask(world.ann, "GET", `/patches/${whole}`);
    const filter = { table: "users", kinds: ["update"], key: "2", text: "zwei" };
    const selected = await world.ask(world.ann, "POST", `/patches/${whole}/selection`, {
      filter,
      count: 1,
      hash: of.hash,
    });
    expect(selected.json.selectedFrom).toEqual({ patchId: whole, hash: of.hash, filter });
    const review = await world.open(applyOf(selected.json.id));
    const anchor = { table: "users", key: "2", column: "name" };
    await world.ask(world.ben, "POST", `/reviews/${review.id}/comments`, { body: "look", anchor });
    const [read, listed, looked] = await Promise.all([
      world.ask(vic, "GET", `/patches/${selected.json.id}`),
      world.ask(vic, "GET", "/patches"),
      world.ask(vic, "GET", `/reviews/${review.id}`),
    ]);
    expect(read.json.selectedFrom.filter).toEqual({ table: "users", kinds: ["update"] });
    expect(looked.json.comments).toMatchObject([{ anchor: { table: "users", column: "name" } }]);
    expect(looked.json.comments[0].anchor).not.toHaveProperty("key");
    for (const { status, text } of [read, listed, looked]) {
      expect(status).toBe(200);
      expect(text).not.toMatch(/zwei|"key":/);
    }
    const { comments } = (await world.ask(world.ann, "GET", `/reviews/${review.id}`)).json;
    expect(comments).toMatchObject([{ anchor }]);
  });

  it("also with the review named, whose run writes nothing else", async () => {
    const patch = await world.makePatch();
    const review = await world.open(applyOf(patch));
    expect((await world.ask(world.ann, "POST", `/reviews/${review.id}/apply`)).json.code).toBe(
      "review.required",
    );
    await world.decide(world.ben, review);
    const runs = await Promise.all(
      [1, 2].map(() => world.ask(world.ann, "POST", `/reviews/${review.id}/apply?wait=30`)),
    );
    expect(runs.map((run) => ended(run).state).sort()).toEqual(["failed", "succeeded"]);
    expect(await world.users()).toEqual(AFTER);
    expect((await world.ask(world.ann, "POST", `/reviews/${review.id}/apply`)).json.code).toBe(
      "review.closed",
    );
  });
});

it("gives an approved patch its approvers' signatures, which verify", async () => {
  const patch = await world.makePatch();
  const review = await world.open(applyOf(patch));
  const download = async () => {
    const { text } = await world.ask(world.ann, "GET", `/patches/${patch}/file`);
    const source = {
      name: "p",
      open: async function* () {
        yield new TextEncoder().encode(text);
      },
    };
    return openPatch(source, { createDigest: createSha256 });
  };
  const before = await download();
  expect(before.signatures).toEqual([]);
  await world.decide(world.ben, review);
  const { hash, signatures } = await download();
  const signers = (await world.ask(world.ann, "GET", "/signers")).json.items;
  expect(signers).toEqual([expect.objectContaining({ email: world.ben.email })]);
  const wanted = { signatures, patch: hash, now: new Date(), expireMs: null, verify: verifyStatement };
  const judge = (environment: string) =>
    judgeSignatures({ ...wanted, environment, signers: [signers[0].publicKey] }).map(({ state }) => state);
  expect([hash, judge("production"), judge("staging")]).toEqual([
    before.hash,
    ["valid"],
    ["other-environment"],
  ]);
});

it("counts approvals of the roles that the table of permissions lets approve", () => {
  const may = ROLES.filter((role) => grants(ROLE_SCOPES[role], "reviews:approve"));
  expect([...APPROVING_ROLES].sort()).toEqual([...may].sort());
});

describe("an approval", () => {
  it("is not given by the author, by another key of theirs, by a program, or by an operator", async () => {
    const review = await world.open(applyOf(await world.makePatch(world.cem)), world.cem);
    expect((await world.decide(world.cem, review)).json.code).toBe("review.own");
    const made = await world.server.ask("POST", "/api/v1/me/keys", {
      key: null,
      headers: world.cem.headers,
      body: { name: "second", scopes: ["*"] },
    });
    const second = { ...world.cem, key: made.json.key as string };
    expect(made.status).toBe(201);
    expect((await world.decide(second, review)).json.code).toBe("review.own");
    const session = await world.server.ask("POST", `/api/v1/reviews/${review.id}/approve`, {
      key: null,
      headers: world.cem.headers,
      body: { content: review.content, fingerprint: review.fingerprint },
    });
    expect(session.json.code).toBe("review.own");
    const program = await world.ask(world.cem, "POST", "/keys", {
      name: "ci",
      scopes: ["*"],
      allProjects: true,
    });
    expect(program.status).toBe(201);
    expect((await world.decide({ ...world.cem, key: program.json.key }, review)).json.code).toBe(
      "auth.denied",
    );
    expect((await world.decide(null, review)).json.code).toBe("auth.denied");
    expect((await world.decide(world.ann, review)).json.code).toBe("auth.denied");
    expect((await world.look(review.id)).decisions).toEqual([]);
    const byProgram = await world.open(applyOf(await world.makePatch()), {
      ...world.cem,
      key: program.json.key,
    });
    expect((await world.decide(world.cem, byProgram)).json.code).toBe("review.own");
    // A key that replaces itself once a month for two years.
    let replaced = program.json;
    for (let month = 0; month < 24; month += 1)
      replaced = (
        await world.ask({ ...world.cem, key: replaced.key }, "POST", `/keys/${replaced.record.id}/rotate`, {})
      ).json;
    const byReplaced = await world.open(applyOf(await world.makePatch()), {
      ...world.cem,
      key: replaced.key,
    });
    expect((await world.decide(world.cem, byReplaced)).json.code).toBe("review.own");
  });

  it("takes the role in every place that is written, not in one of them alone", async () => {
    const { json: environment } = await world.ask(world.cem, "POST", "/environments", { name: "production" });
    const { projectId } = world.cp.defaultScope;
    const grants = [{ role: "reviewer", projectId, environmentId: environment.id }] as const;
    const dot = await makePerson(world.cp, { url: world.server.url, grants });
    const both = { name: "both", kind: "bi-sync", source: "stage:public:users", target: PROD };
    const { json: saved } = await world.ask(world.ann, "POST", "/jobs", both);
    const { json: review } = await world.ask(world.ann, "POST", "/reviews", { title: "Both", job: saved.id });
    expect(review).toMatchObject({ state: "open", environment: "production" });
    expect(await world.decide(dot, review)).toMatchObject({ status: 403, json: { code: "auth.denied" } });
    expect((await world.look(review.id)).decisions).toEqual([]);
    // The dump folder has files of every environment.
    const file = { name: "dumped", kind: "import", file: "rows.ndjson", target: PROD };
    expect((await world.ask(dot, "POST", "/jobs", file)).status).toBe(403);
    const one = await world.open(applyOf(await world.makePatch()));
    expect((await world.decide(dot, one)).status).toBe(200);
    expect((await world.ask(world.ann, "DELETE", `/jobs/${saved.id}`)).status).toBe(204);
  });

  it("is of what was seen: not of another hash, nor of another patch or options", async () => {
    const patch = await world.makePatch();
    const review = await world.open(applyOf(patch));
    const other = "0".repeat(64);
    expect((await world.decide(world.ben, review, "approve", { content: other })).json.code).toBe(
      "review.changed",
    );
    expect((await world.decide(world.ben, review, "approve", { fingerprint: other })).json.code).toBe(
      "review.changed",
    );
    await world.decide(world.ben, review);
    expect(await world.apply(patch, { strategy: "theirs" })).toMatchObject({ code: "review.required" });
    expect(await world.apply(patch, { includeCascades: true })).toMatchObject({ code: "review.required" });
    await world.source.query("UPDATE users SET name = 'two!' WHERE id = 2");
    expect(await world.apply(await world.makePatch())).toMatchObject({ code: "review.required" });
    expect(await world.users()).toEqual(BEFORE);
  });

  it("by one who was removed does not count; nor does a review whose time has passed", async () => {
    const patch = await world.makePatch();
    const review = await world.open(applyOf(patch));
    const leaving = await makePerson(world.cp, { url: world.server.url, role: "reviewer" });
    expect((await world.decide(leaving, review)).json.state).toBe("approved");
    expect((await world.ask(world.cem, "PATCH", `/people/${leaving.userId}`, { active: false })).status).toBe(
      200,
    );
    expect(await world.apply(patch)).toMatchObject({ code: "review.required" });
    await world.decide(world.ben, review);
    await world.server.database.query(
      "UPDATE syncline_control.reviews SET expires_at = now() WHERE id = $1",
      [review.id],
    );
    expect(await world.apply(patch)).toMatchObject({ code: "review.expired" });
    expect((await world.decide(world.cem, review)).json.code).toBe("review.expired");
    expect(await world.users()).toEqual(BEFORE);
  });

  it("of two of three: one refusal ends it", async () => {
    expect(
      (await world.ask(world.cem, "PATCH", "/environments/production", { approvals: 2 })).json.approvals,
    ).toBe(2);
    const patch = await world.makePatch();
    const review = await world.open(applyOf(patch));
    expect(review.required).toBe(2);
    await world.decide(world.ben, review);
    expect(await world.apply(patch)).toMatchObject({ code: "review.required" });
    const third = await makePerson(world.cp, { url: world.server.url, role: "reviewer" });
    expect((await world.decide(third, review, "refuse", { reason: "" })).status).toBe(400);
    expect((await world.decide(third, review, "refuse")).json).toMatchObject({
      state: "refused",
      stateReason: "no",
    });
    expect(await world.apply(patch)).toMatchObject({ code: "review.required" });
    const again = await world.open(applyOf(patch));
    await world.decide(world.ben, again);
    expect((await world.decide(third, again)).json.state).toBe("approved");
    expect(await world.apply(patch)).toEqual(WRITTEN);
    await world.ask(world.cem, "PATCH", "/environments/production", { approvals: 0 });
  });
});

describe("a target that moved", () => {
  it.each([
    ["a row of the patch", "UPDATE users SET name = 'changed' WHERE id = 4"],
    ["a definition", "ALTER TABLE users ADD COLUMN extra int"],
  ])("voids the review when it was %s", async (_, change) => {
    const patch = await world.makePatch();
    const review = await world.open(applyOf(patch));
    await world.decide(world.ben, review);
    await world.target.query(change);
    expect(await world.apply(patch)).toEqual({ state: "failed", code: "review.target_moved" });
    expect(await world.look(review.id)).toMatchObject({
      state: "voided",
      blocks: [expect.stringContaining("changed")],
    });
    expect(await world.apply(patch)).toMatchObject({ code: "review.voided" });
    const late = await world.open(applyOf(patch));
    await world.target.query("UPDATE users SET name = 'again' WHERE id = 2");
    expect((await world.decide(world.ben, late)).json.code).toBe("review.target_moved");
    expect((await world.look(late.id)).state).toBe("voided");
  });

  it("elsewhere does not matter", async () => {
    const patch = await world.makePatch();
    await world.decide(world.ben, await world.open(applyOf(patch)));
    await world.target.query("INSERT INTO users VALUES (9, 'nine'); ALTER TABLE other ADD COLUMN more int");
    expect(await world.apply(patch)).toEqual(WRITTEN);
  });
});

describe("the gate cannot be gone around", () => {
  it("by another name of the place", async () => {
    const patch = await world.makePatch();
    expect(await world.apply(patch, { target: "alias:public:users" })).toMatchObject({
      code: "review.required",
    });
    const url = `${world.target.url}#public:users`;
    expect((await world.ask(null, "POST", "/apply", { patch, target: url })).json.code).toBe(
      "locator.invalid",
    );
    const stored = { name: "stored", url: world.target.url, protection: "open" };
    expect((await world.ask(world.cem, "POST", "/servers", stored)).status).toBe(201);
    expect(await world.apply(patch, { target: "stored:public:users" })).toMatchObject({
      code: "review.required",
    });
    expect(await world.users()).toEqual(BEFORE);
  });

  it("by undoing, which takes a review of its own", async () => {
    const patch = await world.makePatch();
    await world.decide(world.ben, await world.open(applyOf(patch)));
    const run = await world.ask(world.ann, "POST", "/apply?wait=30", { patch, target: PROD });
    const ledgerId = run.json.summary.ledgerIds[0];
    const undo = { ledgerId, target: PROD };
    expect(ended(await world.ask(world.ann, "POST", "/undo?wait=30", undo))).toMatchObject({
      code: "review.required",
    });
    await world.decide(world.ben, await world.open({ ...undo, name: "undo", kind: "undo" }));
    expect(ended(await world.ask(world.ann, "POST", "/undo?wait=30", undo))).toEqual(WRITTEN);
    expect(await world.users()).toEqual(BEFORE);
  });

  it("while it is frozen, whoever asks and whatever was approved", async () => {
    const patch = await world.makePatch();
    const review = await world.open(applyOf(patch));
    await world.decide(world.ben, review);
    const frozen = await world.ask(world.cem, "POST", "/environments/production/freeze", {
      reason: "end of year",
    });
    expect(frozen.json.frozen.reason).toBe("end of year");
    expect((await world.look(review.id)).blocks).toEqual([expect.stringContaining("end of year")]);
    expect(await world.apply(patch, {}, null)).toEqual({ state: "failed", code: "target.frozen" });
    expect((await world.ask(world.cem, "DELETE", "/environments/production/freeze")).json.frozen).toBe(null);
    expect(await world.apply(patch)).toEqual(WRITTEN);
  });

  it("by a source that leads elsewhere since it was approved", async () => {
    const elsewhere = await createTestDatabase("reviews_elsewhere");
    await elsewhere.query("CREATE TABLE users (id int PRIMARY KEY, name text)");
    const made = { name: "pre", url: world.source.url, protection: "open" };
    const { json: pre } = await world.ask(world.cem, "POST", "/servers", made);
    const definition = { name: "copy", kind: "copy", source: "pre:public:users", target: PROD };
    const review = await world.open(definition);
    expect((await world.decide(world.ben, review)).json.state).toBe("approved");
    await world.ask(world.cem, "PATCH", `/servers/${pre.id}`, { url: elsewhere.url });
    const places = { source: "pre:public:users", target: PROD, strategy: "replace" };
    for (const [path, body] of [
      [`/reviews/${review.id}/apply?wait=30`, undefined],
      ["/copy?wait=30", places],
    ] as const)
      expect(ended(await world.ask(world.ann, "POST", path, body))).toMatchObject({
        code: "review.required",
      });
    expect(await world.users()).toEqual(BEFORE);
    await world.ask(world.cem, "PATCH", `/servers/${pre.id}`, { url: world.source.url });
    const back = await world.ask(world.ann, "POST", `/reviews/${review.id}/apply?wait=30`);
    expect(ended(back)).toEqual(WRITTEN);
    await elsewhere.drop();
  });

  it("by a signature of somebody who lost the role since", async () => {
    const { ann, cem } = world;
    await world.ask(cem, "POST", "/environments", { name: "qa" });
    expect((await world.ask(cem, "PATCH", "/environments/qa", { signatures: true })).status).toBe(200);
    const made = { name: "qa", url: world.source.url, environment: "qa", protection: "open" };
    const { json: server } = await world.ask(cem, "POST", "/servers", made);
    const target = "qa:public:users";
    const { json } = await world.ask(ann, "POST", "/diff?wait=30", { source: PROD, target });
    const review = await world.open({ ...applyOf(json.summary.patchId), target });
    const leaving = await makePerson(world.cp, { url: world.server.url, role: "reviewer" });
    await world.decide(leaving, review);
    const headers = { Authorization: `Bearer ${ann.key}` };
    const file = await fetch(`${world.server.url}/api/v1/patches/${json.summary.patchId}/file`, { headers });
    const sent = await world.server.ask("POST", "/api/v1/patches", {
      key: ann.key,
      body: new Uint8Array(await file.arrayBuffer()),
      headers: { "Content-Type": "application/vnd.syncline.patch" },
    });
    await world.ask(cem, "PATCH", `/people/${leaving.userId}`, { grants: [{ role: "operator" }] });
    const wanted = { patch: sent.json.id, target, confirm: "guarded" };
    const apply = () => world.ask(ann, "POST", "/apply?wait=30", wanted);
    const rows = () => world.source.query("SELECT id, name FROM users ORDER BY id");
    const before = await rows();
    expect(ended(await apply())).toMatchObject({ code: "review.required" });
    expect(await rows()).toEqual(before);
    await world.ask(cem, "PATCH", `/people/${leaving.userId}`, { grants: [{ role: "reviewer" }] });
    expect(ended(await apply())).toEqual(WRITTEN);
    await world.ask(cem, "DELETE", `/servers/${server.id}`);
  });

  it("not for dry runs, which write nothing", async () => {
    expect(await world.apply(await world.makePatch(), { dryRun: true })).toEqual(WRITTEN);
    expect(await world.users()).toEqual(BEFORE);
  });
});

/** Once its next slot is planned it is made to be due. */
async function fireNow(jobId: string): Promise<void> {
  const due = () =>
    world.server.database.query(
      "UPDATE syncline_control.schedules SET planned_at = now(), next_fire_at = date_trunc('hour', now()) WHERE job_id = $1 AND next_fire_at IS NOT NULL RETURNING 1",
      [jobId],
    );
  await expect.poll(async () => (await due()).length, { timeout: 20_000 }).toBe(1);
}

describe("a job", () => {
  const job = (more = {}) => ({
    name: `copy-${crypto.randomUUID().slice(0, 8)}`,
    kind: "copy",
    source: "stage:public:users",
    target: PROD,
    ...more,
  });
  const run = async (id: string) => ended(await world.ask(world.ann, "POST", `/jobs/${id}/run?wait=30`));

  it("runs under its review until it is changed", async () => {
    const definition = job();
    const { json: saved } = await world.ask(world.ann, "POST", "/jobs", definition);
    expect(await run(saved.id)).toMatchObject({ code: "review.required" });
    const opened = await world.ask(world.ann, "POST", "/reviews", { title: "Nightly", job: saved.id });
    expect(opened.json).toMatchObject({ state: "open", jobId: saved.id });
    await world.decide(world.ben, opened.json);
    expect(await run(saved.id)).toEqual(WRITTEN);
    await world.source.query("INSERT INTO users VALUES (7, 'seven')");
    expect(await run(saved.id)).toEqual(WRITTEN);
    expect(await world.users()).toEqual([...AFTER, "7 seven"]);
    const { json: hook } = await world.ask(world.ann, "POST", `/jobs/${saved.id}/hook`);
    const called = await world.server.ask("POST", hook.path, { key: null });
    expect(called.status).toBe(202);
    const changed = { version: saved.version, definition: { ...definition, strategy: "merge" } };
    await world.ask(world.ann, "PUT", `/jobs/${saved.id}`, changed);
    expect((await world.look(opened.json.id)).state).toBe("voided");
    expect(await run(saved.id)).toMatchObject({ code: "review.required" });
  });

  it("of a definition that nobody looked at is refused by schedule and by retry", async () => {
    const definition = job({ schedule: { cron: "0 * * * *", missed: "once" } });
    const { json: saved } = await world.ask(world.ann, "POST", "/jobs", definition);
    await fireNow(saved.id);
    await expect
      .poll(
        async () =>
          (await world.ask(world.ann, "GET", `/runs?jobId=${saved.id}&state=failed`)).json.items?.length,
        {
          timeout: 20_000,
        },
      )
      .toBeGreaterThan(0);
    const [failed] = (await world.ask(world.ann, "GET", `/runs?state=failed`)).json.items.filter(
      (each: { jobId: string }) => each.jobId === saved.id,
    );
    expect(failed.error.code).toBe("review.required");
    await world.ask(world.ann, "DELETE", `/jobs/${saved.id}`);
    const retried = await world.ask(world.ann, "POST", `/runs/${failed.id}/retry`);
    await expect
      .poll(async () => ended(await world.ask(world.ann, "GET", `/runs/${retried.json.id}`)), {
        timeout: 20_000,
      })
      .toEqual({ state: "failed", code: "review.required" });
    expect(await world.users()).toEqual(BEFORE);
  });
});

it("lets a review stand for the name of a protected server", async () => {
  await world.source.query("DELETE FROM users WHERE id = 3");
  const { json } = await world.ask(world.ann, "POST", "/diff?wait=30", {
    source: PROD,
    target: "guarded:public:users",
  });
  const wanted = { patch: json.summary.patchId, target: "guarded:public:users" };
  const write = async () => ended(await world.ask(world.ann, "POST", "/apply?wait=30", wanted));
  expect(await write()).toMatchObject({ code: "target.protected" });
  const review = await world.open({ ...wanted, name: "apply", kind: "apply" });
  expect(review).toMatchObject({ required: 1, environment: null });
  expect(await write()).toMatchObject({ code: "review.required" });
  await world.decide(world.ben, review);
  expect(await write()).toEqual(WRITTEN);
});
