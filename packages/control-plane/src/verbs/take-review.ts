import { and, desc, eq, isNull, or } from "drizzle-orm";
import type { Call, ControlPlane } from "../control-plane.ts";
import type { Change } from "../database/change.ts";
import type { Executor } from "../database/open-database.ts";
import { read, transact } from "../database/transact.ts";
import { decisionsOf, type KnownDecision } from "../reviews/counting-approvals.ts";
import { endReview } from "../reviews/end-review.ts";
import { lockReview, ownReviews, type Review, reviewColumns } from "../reviews/review-record.ts";
import { FINAL_STATES } from "../run-machine/run-states.ts";
import { reviews, runs } from "../schema/index.ts";

export interface WantedReview {
  readonly contentHash: string;
  /** The run's job: reviews of a job are for its runs alone. */
  readonly jobId: string | null;
}

const MOST_LOOKED_AT = 50;

/** Reviews of exactly this content, newest first, also those that ended. */
export async function reviewsOfContent(
  cp: ControlPlane,
  scope: Call["scope"],
  wanted: WantedReview,
): Promise<readonly Review[]> {
  return read(cp, scope.organizationId, (db) => ofContent(db, scope, wanted));
}

function ofContent(
  db: Executor,
  scope: Call["scope"],
  { contentHash, jobId }: WantedReview,
): Promise<Review[]> {
  return db
    .select(reviewColumns)
    .from(reviews)
    .where(
      and(
        ownReviews(scope),
        eq(reviews.contentHash, contentHash),
        jobId === null ? isNull(reviews.jobId) : or(isNull(reviews.jobId), eq(reviews.jobId, jobId)),
      ),
    )
    .orderBy(desc(reviews.number))
    .limit(MOST_LOOKED_AT);
}

export interface TakeReviewInput extends WantedReview {
  readonly runId: string;
  /** Of the target as it is now; null when the run has passed the gate with it before. */
  readonly targetFingerprint: string | null;
  /** What the environment demands now; the review may demand more. */
  readonly required: number;
  /** Where the target is now; who approved must be allowed to there. Left out: where the review says. */
  readonly environment?: string | null;
}

export type TakenReview =
  | { readonly kind: "granted"; readonly review: Review; readonly approvals: readonly KnownDecision[] }
  /** The target is another: the review was voided. */
  | { readonly kind: "moved"; readonly review: Review }
  /** `given` of `required` approvals count now. */
  | { readonly kind: "lacking"; readonly review: Review; readonly given: number; readonly required: number }
  /** A run that has not ended writes under it. */
  | { readonly kind: "busy"; readonly review: Review }
  | { readonly kind: "ended"; readonly review: Review }
  | { readonly kind: "none" };

/**
 * Gives a run the review that it may write under. A review that is of no job is given to one run at a time, and to none
 * after one that succeeded.
 */
export async function takeReview(cp: ControlPlane, call: Call, input: TakeReviewInput): Promise<TakenReview> {
  return transact(cp, call.scope.organizationId, async (change) => {
    const answers: TakenReview[] = [];
    for (const { id, state } of await ofContent(change.tx, call.scope, input)) {
      if (state !== "open" && state !== "approved") continue;
      const review = await lockReview(change.tx, { scope: call.scope, reviewId: id });
      const answer = await tryReview(change, call, { review, input });
      if (answer.kind === "granted") {
        await grant(change, call, { review, input });
        return answer;
      }
      answers.push(answer);
    }
    const told = ["moved", "busy", "lacking"].map((kind) => answers.find((answer) => answer.kind === kind));
    return told.find((answer) => answer !== undefined) ?? lastEnded(change, call, input);
  });
}

interface Trial {
  readonly review: Review;
  readonly input: TakeReviewInput;
}

async function tryReview(change: Change, call: Call, { review, input }: Trial): Promise<TakenReview> {
  if (review.state !== "open" && review.state !== "approved") return { kind: "ended", review };
  const { targetFingerprint, runId } = input;
  if (targetFingerprint !== null && targetFingerprint !== review.targetFingerprint) {
    await endReview(change, call, { review, state: "voided", reason: TARGET_MOVED });
    return { kind: "moved", review };
  }
  if (targetFingerprint === null && review.runId !== runId) return { kind: "ended", review };
  const required = Math.max(review.required, input.required);
  const decisions = await decisionsOf(change.tx, review, input.environment ?? review.environment);
  const approvals = decisions.filter(({ counts }) => counts);
  const given = approvals.length;
  if (review.state !== "approved" || given < required) return { kind: "lacking", review, given, required };
  if (review.jobId === null && (await isBusy(change.tx, review, runId))) return { kind: "busy", review };
  return { kind: "granted", review, approvals };
}

/** Why a review is voided when the target is another than the one that was looked at. */
export const TARGET_MOVED = "the target changed since it was looked at";

async function isBusy(tx: Executor, review: Review, runId: string): Promise<boolean> {
  if (review.runId === null || review.runId === runId) return false;
  const [other] = await tx.select({ state: runs.state }).from(runs).where(eq(runs.id, review.runId));
  return other !== undefined && !FINAL_STATES.has(other.state);
}

async function grant(change: Change, call: Call, { review, input: { runId } }: Trial): Promise<void> {
  const mine = and(eq(runs.id, runId), eq(runs.organizationId, review.organizationId));
  await change.tx.update(runs).set({ reviewId: review.id }).where(mine);
  if (review.runId === runId) return;
  await change.tx.update(reviews).set({ runId }).where(eq(reviews.id, review.id));
  change.audit(call, {
    action: "review.use",
    subjectKind: "review",
    subjectId: review.id,
    detail: { number: review.number, runId },
  });
}

async function lastEnded(change: Change, call: Call, input: TakeReviewInput): Promise<TakenReview> {
  const [review] = await ofContent(change.tx, call.scope, input);
  return review === undefined ? { kind: "none" } : { kind: "ended", review };
}
