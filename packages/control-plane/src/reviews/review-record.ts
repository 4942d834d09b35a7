import { CodedError } from "@syncline/core";
import { and, eq, getTableColumns, type SQL, sql } from "drizzle-orm";
import type { Scope } from "../control-plane.ts";
import type { Executor, Transaction } from "../database/open-database.ts";
import { assertId, found } from "../ids.ts";
import { type ReviewState, type reviewComments, type reviewDecisions, reviews } from "../schema/index.ts";

export type Review = typeof reviews.$inferSelect;
export type ReviewDecision = typeof reviewDecisions.$inferSelect;
export type ReviewComment = typeof reviewComments.$inferSelect;

/** As it is now by the database's clock: one whose time has passed is expired, noted or not. */
export const stateNow = sql<ReviewState>`CASE WHEN ${reviews.state} IN ('open', 'approved') AND ${reviews.expiresAt} <= now() THEN 'expired' ELSE ${reviews.state} END`;

export const reviewColumns = { ...getTableColumns(reviews), state: stateNow };

export const ownReviews = ({ organizationId, projectId }: Scope): SQL | undefined =>
  and(eq(reviews.organizationId, organizationId), eq(reviews.projectId, projectId));

export interface OwnReview {
  readonly scope: Scope;
  readonly reviewId: string;
}

/** @throws CodedError `resource.not_found` */
export async function findReview(db: Executor, { scope, reviewId }: OwnReview): Promise<Review> {
  assertId("review", reviewId);
  const [review] = await db
    .select(reviewColumns)
    .from(reviews)
    .where(and(ownReviews(scope), eq(reviews.id, reviewId)));
  return found(review, "review", reviewId);
}

/** @throws CodedError `resource.not_found` */
export async function lockReview(tx: Transaction, { scope, reviewId }: OwnReview): Promise<Review> {
  assertId("review", reviewId);
  const own = and(ownReviews(scope), eq(reviews.id, reviewId));
  const [locked] = await tx.select({ id: reviews.id }).from(reviews).where(own).for("update");
  found(locked, "review", reviewId);
  return findReview(tx, { scope, reviewId });
}

/** Nothing is decided in a review that ended, nor written under it. @throws CodedError as `endedReview` */
export function assertLive(review: Review): void {
  if (review.state !== "open" && review.state !== "approved") throw endedReview(review);
}

/** Says how a review ended: `review.expired`, `review.voided`, else `review.closed`. */
export function endedReview({ id, number, state, stateReason }: Review): CodedError {
  const reason = stateReason === null ? "" : `: ${stateReason}`;
  const more = {
    hint: "Open another review and have it approved (syncline review open).",
    details: { review: id, number, state },
  };
  if (state === "expired")
    return new CodedError("review.expired", `The time of review ${number} has passed.`, more);
  if (state === "voided")
    return new CodedError("review.voided", `Review ${number} was voided${reason}.`, more);
  return new CodedError("review.closed", `Review ${number} is ${state}${reason}.`, more);
}
