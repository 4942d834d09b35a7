import { CodedError, formatApprovalStatement } from "@syncline/core";
import { and, eq, sql } from "drizzle-orm";
import { now } from "../clock.ts";
import type { Call, ControlPlane } from "../control-plane.ts";
import type { Change } from "../database/change.ts";
import { transact } from "../database/transact.ts";
import { decisionsOf, mayApprove } from "../reviews/counting-approvals.ts";
import { assertLive, lockReview, type Review } from "../reviews/review-record.ts";
import { type Signed, signAs } from "../reviews/signing-key.ts";
import { patches, reviewDecisions, reviews, users } from "../schema/index.ts";

export interface DecideReviewInput {
  readonly reviewId: string;
  readonly decision: "approve" | "refuse";
  /** Refusals need one. */
  readonly reason: string;
  /** As they were seen by who decides. */
  readonly contentHash: string;
  readonly targetFingerprint: string;
}

interface Person {
  readonly id: string;
  readonly email: string;
}

/**
 * One person's word on a review; a later one of the same person counts instead. One refusal ends it; the approval that
 * makes them enough approves it. Approvals are signed with the person's key.
 * @throws CodedError `auth.denied` without a person who may approve there, `review.own`, `review.changed`, `review.expired`,
 *   `review.voided`, `review.closed`, `request.invalid` for a refusal without a reason
 */
export async function decideReview(cp: ControlPlane, call: Call, input: DecideReviewInput): Promise<Review> {
  const { reviewId, decision } = input;
  const reason = input.reason.trim();
  if (decision === "refuse" && reason === "")
    throw new CodedError("request.invalid", "A refusal needs a reason.", {
      hint: "Say what has to change.",
    });
  return transact(cp, call.scope.organizationId, async (change) => {
    const review = await lockReview(change.tx, { scope: call.scope, reviewId });
    const person = await assertPerson(change, call, review);
    assertLive(review);
    assertSeen(review, input);
    const signed = decision === "approve" ? await signApproval(cp, change, { review, person }) : NO_SIGNATURE;
    await change.tx
      .update(reviewDecisions)
      .set({ superseded: true })
      .where(and(eq(reviewDecisions.reviewId, review.id), eq(reviewDecisions.userId, person.id)));
    await change.tx.insert(reviewDecisions).values({
      organizationId: review.organizationId,
      reviewId: review.id,
      userId: person.id,
      actor: call.actor,
      decision,
      reason,
      contentHash: review.contentHash,
      targetFingerprint: review.targetFingerprint,
      ...signed,
    });
    return settle(change, call, { review, input: { ...input, reason } });
  });
}

/** @throws CodedError `auth.denied`, `review.own` */
async function assertPerson({ tx }: Change, { userId = null, scope }: Call, review: Review): Promise<Person> {
  if (userId === null)
    throw new CodedError("auth.denied", "Only a person decides a review; this key stands for no person.", {
      hint: "Sign in, or use a personal key.",
    });
  if (review.authors.includes(userId))
    throw new CodedError("review.own", `Review ${review.number} is your own: others decide it.`, {
      hint: "Who asked, made the patch or wrote the job does not count; ask somebody else, or withdraw it.",
      details: { review: review.id },
    });
  const [user] = await tx
    .select({ id: users.id, email: users.email, may: mayApprove(tx, review) })
    .from(users)
    .where(and(eq(users.id, userId), eq(users.organizationId, scope.organizationId)));
  if (user?.may === true) return user;
  const where = review.environment === null ? "this project" : `the environment "${review.environment}"`;
  throw new CodedError("auth.denied", `You may not decide reviews of ${where}.`, {
    hint: "It takes the role reviewer or admin there.",
  });
}

function assertSeen(review: Review, { contentHash, targetFingerprint }: DecideReviewInput): void {
  if (contentHash === review.contentHash && targetFingerprint === review.targetFingerprint) return;
  const what = contentHash === review.contentHash ? "state of the target" : "content";
  throw new CodedError(
    "review.changed",
    `The ${what} that was looked at is not the one that review ${review.number} is about.`,
    { hint: "Look at the review again, then decide.", details: { review: review.id } },
  );
}

type Signature = { readonly statement: string | null } & { readonly [Part in keyof Signed]: string | null };
const NO_SIGNATURE: Signature = { statement: null, publicKey: null, signature: null };

async function signApproval(
  cp: ControlPlane,
  { tx }: Change,
  { review, person }: { readonly review: Review; readonly person: Person },
): Promise<Signature> {
  const { organizationId } = review;
  const [patch] =
    review.patchId === null
      ? []
      : await tx.select({ hash: patches.hash }).from(patches).where(eq(patches.id, review.patchId));
  const [clock] = await tx.execute<{ at: string }>(
    sql`SELECT to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at`,
  );
  const statement = formatApprovalStatement({
    review: review.id,
    patch: patch?.hash ?? null,
    content: review.contentHash,
    target: review.targetFingerprint,
    environment: review.environment,
    reviewer: person.email,
    at: clock?.at ?? "",
  });
  return {
    statement,
    ...(await signAs(cp, tx, { person: { organizationId, userId: person.id }, text: statement })),
  };
}

async function settle(
  change: Change,
  call: Call,
  { review, input }: { readonly review: Review; readonly input: DecideReviewInput },
): Promise<Review> {
  const { decision, reason } = input;
  const { id, organizationId, projectId, number, required, environment } = review;
  const given = (await decisionsOf(change.tx, review)).filter(({ counts }) => counts).length;
  const state = decision === "refuse" ? "refused" : given >= required ? "approved" : review.state;
  const moved = state !== review.state;
  if (moved)
    await change.tx
      .update(reviews)
      .set({ state, decidedAt: now, stateReason: decision === "refuse" ? reason : null })
      .where(eq(reviews.id, id));
  change.audit(call, {
    action: `review.${decision}`,
    subjectKind: "review",
    subjectId: id,
    detail: {
      number,
      given,
      required,
      state,
      contentHash: review.contentHash,
      targetFingerprint: review.targetFingerprint,
    },
  });
  const payload = { reviewId: id, projectId, number, environment, state, given, required };
  change.emit({ organizationId, type: "review.decided", payload: { ...payload, decision } });
  if (moved) change.emit({ organizationId, type: `review.${state}`, payload });
  return lockReview(change.tx, { scope: { organizationId, projectId }, reviewId: id });
}
