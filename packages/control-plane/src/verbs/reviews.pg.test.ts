import { createPublicKey, verify } from "node:crypto";
import { parseApprovalStatement } from "@syncline/core";
import type { JobDefinition } from "@syncline/jobs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Call } from "../control-plane.ts";
import { getReview } from "../queries/get-review.ts";
import { listReviews } from "../queries/list-reviews.ts";
import { listSigners } from "../queries/list-signers.ts";
import type { Review } from "../reviews/review-record.ts";
import { makePerson, type TestPerson } from "../testing/make-person.ts";
import { copyJob } from "../testing/sample-jobs.ts";
import { openTestControlPlane, type TestControlPlane } from "../testing/test-control-plane.ts";
import { commentOnReview, resolveComment } from "./comment-on-review.ts";
import { createApiKey } from "./create-api-key.ts";
import { createJob } from "./create-job.ts";
import { createRun } from "./create-run.ts";
import { type DecideReviewInput, decideReview } from "./decide-review.ts";
import { deleteJob } from "./delete-job.ts";
import { expireReviews, voidReview, withdrawReview } from "./end-reviews.ts";
import { openReview } from "./open-review.ts";
import { recordPatch } from "./record-patch.ts";
import { takeReview } from "./take-review.ts";
import { updateJob } from "./update-job.ts";

let test: TestControlPlane;
let [ann, ben, cem, dan, view] = [] as unknown as TestPerson[];
const call = () => test.call;
const sql = (text: string, values: unknown[] = []) => test.database.query(text, values);
beforeAll(async () => {
  test = await openTestControlPlane("reviews");
  ann = await makePerson(test, { name: "ann", role: "operator" });
  ben = await makePerson(test, { name: "ben", role: "reviewer" });
  cem = await makePerson(test, { name: "cem", role: "reviewer" });
  dan = await makePerson(test, { name: "dan", role: "admin" });
  view = await makePerson(test, { name: "view", role: "viewer" });
});
afterAll(() => test.close());

const F0 = "f0".repeat(32);
const F1 = "f1".repeat(32);

let serial = 0;
/** A definition that no other test has. */
const definition = (): JobDefinition => {
  serial += 1;
  return copyJob({ ignoreFields: [`c${serial}`] });
};

interface Wanted {
  readonly required?: number;
  readonly by?: Call;
  readonly jobId?: string;
  readonly definition?: JobDefinition;
}
const open = ({ required = 1, by = ann?.call, jobId, definition: wanted = definition() }: Wanted = {}) =>
  openReview(test.cp, by ?? call(), {
    title: "Copy",
    definition: wanted,
    target: "b:public",
    environment: "production",
    targetFingerprint: F0,
    required,
    expiresInMs: 3_600_000,
    ...(jobId === undefined ? {} : { jobId }),
  });
const decide = (
  person: TestPerson | undefined,
  { id, contentHash, targetFingerprint }: Review,
  more: Partial<DecideReviewInput> = {},
) =>
  decideReview(test.cp, person?.call ?? call(), {
    reviewId: id,
    decision: "approve",
    reason: "",
    contentHash,
    targetFingerprint,
    ...more,
  });
const run = (wanted: JobDefinition, jobId?: string) =>
  createRun(test.cp, call(), {
    definition: wanted,
    trigger: "manual",
    ...(jobId === undefined ? {} : { jobId }),
  });
const take = async (
  { definition: wanted, contentHash }: Pick<Review, "definition" | "contentHash">,
  more: { fingerprint?: string; required?: number; jobId?: string; runId?: string } = {},
) => {
  const jobId = more.jobId ?? null;
  const runId = more.runId ?? (await run(wanted, more.jobId)).id;
  return takeReview(test.cp, call(), {
    runId,
    jobId,
    contentHash,
    targetFingerprint: more.fingerprint ?? F0,
    required: more.required ?? 1,
  });
};
const end = (runId: string | null, state: string) =>
  sql("UPDATE syncline_control.runs SET state = $2, finished_at = now() WHERE id = $1", [runId, state]);

describe("approving", () => {
  it("takes as many others as it says, once each", async () => {
    const review = await open({ required: 2 });
    expect((await decide(ben, review)).state).toBe("open");
    expect((await decide(ben, review)).state).toBe("open");
    expect(await take(review)).toMatchObject({ kind: "lacking", given: 1, required: 2 });
    expect((await decide(cem, review)).state).toBe("approved");
    expect(await getReview(test.cp, call().scope, { reviewId: review.id })).toMatchObject({ given: 2 });
    expect((await take(review)).kind).toBe("granted");
  });

  it.each([
    ["who asked", () => ann],
    ["who asked, by a key of theirs", () => ann],
  ])("is not for %s", async (how, person) => {
    const review = await open();
    await sql("UPDATE syncline_control.role_bindings SET role = 'admin' WHERE user_id = $1", [ann?.userId]);
    const by = how.includes("key") ? { ...ann?.call, actor: "key:abc" } : ann?.call;
    await expect(decide({ ...person(), call: by } as TestPerson, review)).rejects.toMatchObject({
      code: "review.own",
    });
    await sql("UPDATE syncline_control.role_bindings SET role = 'operator' WHERE user_id = $1", [
      ann?.userId,
    ]);
  });

  it("is not for who asked by a program's key that is theirs, or made the patch, or wrote the job", async () => {
    const { key } = await createApiKey(test.cp, dan?.call ?? call(), { name: "ci", scopes: ["*"] });
    const program = { ...call(), actor: `key:${key.publicId}`, userId: null };
    const { key: second } = await createApiKey(test.cp, program, { name: "ci 2", scopes: ["*"] });
    const asked = await open({ by: { ...program, actor: `key:${second.publicId}` } });
    await expect(decide(dan, asked)).rejects.toMatchObject({ code: "review.own" });
    const patch = await recordPatch(test.cp, ben?.call ?? call(), PATCH);
    await recordPatch(test.cp, cem?.call ?? call(), PATCH);
    const applied = { ...APPLY, patch: patch.id } as JobDefinition;
    const ofPatch = await open({ definition: applied });
    for (const author of [ben, cem])
      await expect(decide(author, ofPatch)).rejects.toMatchObject({ code: "review.own" });
    expect((await decide(dan, ofPatch)).state).toBe("approved");
    const job = await createJob(test.cp, ben?.call ?? call(), {
      definition: { ...definition(), name: "bens" },
    });
    const ofJob = await open({ definition: job.definition, jobId: job.id });
    await expect(decide(ben, ofJob)).rejects.toMatchObject({ code: "review.own" });
    const rewrite = (person: TestPerson | undefined, description: string) =>
      updateJob(test.cp, person?.call ?? call(), {
        jobId: job.id,
        definition: { ...job.definition, description },
      });
    const reviewed = async () =>
      open({ definition: (await rewrite(cem, "by cem")).definition, jobId: job.id });
    const ofBoth = await reviewed();
    for (const author of [ben, cem])
      await expect(decide(author, ofBoth)).rejects.toMatchObject({ code: "review.own" });
    expect((await decide(dan, ofBoth)).state).toBe("approved");
    // What was approved since is no longer only theirs.
    const later = await reviewed();
    await expect(decide(cem, later)).rejects.toMatchObject({ code: "review.own" });
    expect((await decide(ben, later)).state).toBe("approved");
  });

  it("takes a person with the role, and the hashes that they saw", async () => {
    const review = await open();
    const nobody = { ...call(), userId: null };
    await expect(decide({ ...ben, call: nobody } as TestPerson, review)).rejects.toMatchObject({
      code: "auth.denied",
    });
    await expect(decide(view, review)).rejects.toMatchObject({ code: "auth.denied" });
    for (const seen of [{ contentHash: "0".repeat(64) }, { targetFingerprint: F1 }])
      await expect(decide(ben, review, seen)).rejects.toMatchObject({ code: "review.changed" });
    expect((await getReview(test.cp, call().scope, { reviewId: review.id })).decisions).toEqual([]);
  });

  it("for one environment counts there alone", async () => {
    await sql(
      "INSERT INTO syncline_control.environments (organization_id, project_id, name) VALUES ($1, $2, 'staging'), ($1, $2, 'production')",
      [call().scope.organizationId, call().scope.projectId],
    );
    const stage = await makePerson(test, { name: "stage", role: "reviewer", environment: "staging" });
    const prod = await makePerson(test, { name: "prod", role: "reviewer", environment: "production" });
    const review = await open();
    await expect(decide(stage, review)).rejects.toMatchObject({ code: "auth.denied" });
    const waiting = async (person: TestPerson) =>
      (await listReviews(test.cp, call().scope, { waitingFor: person.userId })).items.map(({ id }) => id);
    expect([(await waiting(prod)).includes(review.id), await waiting(stage)]).toEqual([true, []]);
    expect((await decide(prod, review)).state).toBe("approved");
    expect((await waiting(prod)).includes(review.id)).toBe(false);
  });

  it("by one who was removed, or may no longer, does not count at the gate", async () => {
    const eve = await makePerson(test, { name: "eve", role: "reviewer" });
    const review = await open();
    expect((await decide(eve, review)).state).toBe("approved");
    await sql("UPDATE syncline_control.users SET deactivated_at = now() WHERE id = $1", [eve.userId]);
    expect(await take(review)).toMatchObject({ kind: "lacking", given: 0 });
    await sql("UPDATE syncline_control.users SET deactivated_at = NULL WHERE id = $1", [eve.userId]);
    await sql("UPDATE syncline_control.role_bindings SET role = 'operator' WHERE user_id = $1", [eve.userId]);
    expect(await take(review)).toMatchObject({ kind: "lacking", given: 0 });
    await sql("UPDATE syncline_control.role_bindings SET role = 'admin' WHERE user_id = $1", [eve.userId]);
    expect((await take(review)).kind).toBe("granted");
  });

  it("at once by several is exact", async () => {
    for (let round = 0; round < 5; round += 1) {
      const review = await open({ required: 3 });
      const answers = await Promise.all([ben, cem, dan].map((person) => decide(person, review)));
      expect(answers.map(({ state }) => state).sort()).toEqual(["approved", "open", "open"]);
      const other = await open({ required: 1 });
      await Promise.allSettled([
        decide(ben, other),
        decide(cem, other, { decision: "refuse", reason: "no" }),
      ]);
      const { review: ended } = await getReview(test.cp, call().scope, { reviewId: other.id });
      expect(ended.state).toBe("refused");
    }
  });

  it("is signed by the person's key over what was approved", async () => {
    const review = await open();
    await decide(ben, review);
    const { decisions } = await getReview(test.cp, call().scope, { reviewId: review.id });
    const { statement, signature, publicKey } = decisions[0] ?? {};
    expect(parseApprovalStatement(statement ?? "")).toMatchObject({
      review: review.id,
      content: review.contentHash,
      environment: "production",
      reviewer: ben?.email,
    });
    const raw = Buffer.from((publicKey ?? "").replace("ed25519:", ""), "base64").toString("base64url");
    const key = createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x: raw }, format: "jwk" });
    expect(verify(null, Buffer.from(statement ?? ""), key, Buffer.from(signature ?? "", "base64"))).toBe(
      true,
    );
    const signers = (await listSigners(test.cp, call().scope)).filter(({ email }) => email === ben?.email);
    expect(signers.map((signer) => signer.publicKey)).toEqual([publicKey]);
  });
});

describe("a review ends", () => {
  it("by one refusal, which needs a reason, also after approvals", async () => {
    const review = await open();
    await expect(decide(ben, review, { decision: "refuse", reason: " " })).rejects.toMatchObject({
      code: "request.invalid",
    });
    await decide(cem, review);
    expect(await decide(ben, review, { decision: "refuse", reason: "wrong table" })).toMatchObject({
      state: "refused",
      stateReason: "wrong table",
    });
    await expect(decide(dan, review)).rejects.toMatchObject({ code: "review.closed" });
    expect((await take(review)).kind).toBe("ended");
  });

  it("when its time has passed, noted or not", async () => {
    const review = await open();
    await decide(ben, review);
    await sql("UPDATE syncline_control.reviews SET expires_at = now() - interval '1 ms' WHERE id = $1", [
      review.id,
    ]);
    const { review: read } = await getReview(test.cp, call().scope, { reviewId: review.id });
    expect(read.state).toBe("expired");
    await expect(decide(cem, review)).rejects.toMatchObject({ code: "review.expired" });
    expect(await take(review)).toMatchObject({ kind: "ended", review: { state: "expired" } });
    const listed = await listReviews(test.cp, call().scope, { state: "expired" });
    expect(listed.items.map(({ id }) => id)).toContain(review.id);
    expect(await expireReviews(test.cp)).toBe(1);
    expect(await sql("SELECT state FROM syncline_control.reviews WHERE id = $1", [review.id])).toEqual([
      { state: "expired" },
    ]);
  });

  it("by whoever asked, and by nobody else", async () => {
    const review = await open();
    const wanted = { reviewId: review.id, reason: null };
    await expect(withdrawReview(test.cp, ben?.call ?? call(), wanted)).rejects.toMatchObject({
      code: "auth.denied",
    });
    expect((await withdrawReview(test.cp, ann?.call ?? call(), wanted)).state).toBe("withdrawn");
    expect((await voidReview(test.cp, call(), { ...wanted, reason: "x" })).state).toBe("withdrawn");
  });

  it("when its job is changed or deleted, not when it is scheduled or disabled", async () => {
    const wanted = { ...definition(), name: "voided" };
    const job = await createJob(test.cp, call(), { definition: wanted });
    const review = await open({ definition: wanted, jobId: job.id });
    await decide(ben, review);
    const state = async ({ id }: Review) =>
      (await getReview(test.cp, call().scope, { reviewId: id })).review.state;
    const schedule = { every: "1h", missed: "once" } as const;
    await updateJob(test.cp, call(), { jobId: job.id, definition: { ...wanted, enabled: false, schedule } });
    expect(await state(review)).toBe("approved");
    await updateJob(test.cp, call(), {
      jobId: job.id,
      definition: { ...wanted, triggers: "off" } as JobDefinition,
    });
    expect(await state(review)).toBe("voided");
    await expect(decide(cem, review)).rejects.toMatchObject({ code: "review.voided" });
    await expect(open({ definition: wanted, jobId: job.id })).rejects.toMatchObject({
      code: "resource.changed",
    });
    const again = await open({ definition: { ...wanted, triggers: "off" } as JobDefinition, jobId: job.id });
    await deleteJob(test.cp, call(), { jobId: job.id });
    expect(await state(again)).toBe("voided");
  });
});

describe("the gate", () => {
  it("knows reviews by their content, whatever the run is called", async () => {
    const review = await open();
    await decide(ben, review);
    expect((await take({ ...review, contentHash: "0".repeat(64) })).kind).toBe("none");
    expect((await take({ ...review, definition: { ...review.definition, name: "another" } })).kind).toBe(
      "granted",
    );
  });

  it("voids a review whose target is another", async () => {
    const review = await open();
    await decide(ben, review);
    expect((await take(review, { fingerprint: F1 })).kind).toBe("moved");
    expect((await take(review)).kind).toBe("ended");
    expect((await getReview(test.cp, call().scope, { reviewId: review.id })).review.state).toBe("voided");
  });

  it("asks for as many as the environment wants by now", async () => {
    const review = await open();
    await decide(ben, review);
    expect(await take(review, { required: 2 })).toMatchObject({ kind: "lacking", given: 1, required: 2 });
  });

  it("lets one run through at a time, and none after one that succeeded", async () => {
    const review = await open();
    await decide(ben, review);
    const both = await Promise.all([take(review), take(review)]);
    expect(both.map(({ kind }) => kind).sort()).toEqual(["busy", "granted"]);
    const state = async () => (await getReview(test.cp, call().scope, { reviewId: review.id })).review;
    const { runId } = await state();
    expect((await take(review, { runId: runId ?? "" })).kind).toBe("granted");
    await end(runId, "failed");
    expect((await take(review)).kind).toBe("granted");
  });

  it("lets every run of a job through while its review stands, and runs of nothing else", async () => {
    const wanted = { ...definition(), name: "standing" };
    const job = await createJob(test.cp, call(), { definition: wanted });
    const review = await open({ definition: wanted, jobId: job.id });
    await decide(ben, review);
    for (let each = 0; each < 2; each += 1)
      expect((await take(review, { jobId: job.id })).kind).toBe("granted");
    expect((await take(review)).kind).toBe("none");
  });
});

it("keeps threads of comments, resolved and opened again", async () => {
  const review = await open();
  const reviewId = review.id;
  const first = await commentOnReview(test.cp, call(), {
    reviewId,
    body: "why?",
    anchor: { table: "users", key: '["1"]', column: "name" },
  });
  const answer = await commentOnReview(test.cp, call(), { reviewId, body: "because", threadId: first.id });
  await expect(
    commentOnReview(test.cp, call(), { reviewId, body: "x", threadId: answer.id }),
  ).rejects.toMatchObject({ code: "resource.not_found" });
  const resolved = await resolveComment(test.cp, call(), { reviewId, commentId: first.id, resolved: true });
  expect(resolved).toMatchObject({ resolvedBy: "tester", resolvedAt: expect.any(Date) });
  const again = await resolveComment(test.cp, call(), { reviewId, commentId: first.id, resolved: false });
  expect(again).toMatchObject({ resolvedBy: null, resolvedAt: null });
  const { comments } = await getReview(test.cp, call().scope, { reviewId });
  expect(comments.map(({ body, threadId }) => [body, threadId])).toEqual([
    ["why?", null],
    ["because", first.id],
  ]);
});

const PATCH = {
  origin: "upload",
  source: "a",
  target: "b",
  hash: "ab".repeat(32),
  complete: true,
  operations: 1,
  bytes: 1,
  summary: {},
  objectKey: "k",
  indexKey: null,
  keepMs: null,
} as const;
const APPLY = {
  name: "apply",
  kind: "apply",
  enabled: true,
  retry: { attempts: 1, first: "5s", factor: 2, longest: "10m" },
  target: "b:public",
  strategy: "manual",
  dryRun: false,
  triggers: "auto",
  includeCascades: false,
  lockTimeout: "10s",
};
