import { CodedError } from "@syncline/core";
import { and, eq, inArray, lte } from "drizzle-orm";
import { now } from "../clock.ts";
import type { Call, ControlPlane } from "../control-plane.ts";
import { read, SERVICE, transact } from "../database/transact.ts";
import { endReview } from "../reviews/end-review.ts";
import { assertLive, findReview, lockReview, type Review } from "../reviews/review-record.ts";
import { reviews } from "../schema/index.ts";

interface OneReview {
  readonly reviewId: string;
  readonly reason: string | null;
}

/** By whoever asked for it. @throws CodedError `auth.denied`, `review.closed` and its kin, `resource.not_found` */
export async function withdrawReview(
  cp: ControlPlane,
  call: Call,
  { reviewId, reason }: OneReview,
): Promise<Review> {
  return transact(cp, call.scope.organizationId, async (change) => {
    const review = await lockReview(change.tx, { scope: call.scope, reviewId });
    const mine =
      review.createdBy === call.actor || (call.userId != null && review.authors.includes(call.userId));
    if (!mine)
      throw new CodedError("auth.denied", `Review ${review.number} was asked for by somebody else.`, {
        hint: "Who may approve it can refuse it.",
      });
    assertLive(review);
    await endReview(change, call, { review, state: "withdrawn", reason });
    return findReview(change.tx, { scope: call.scope, reviewId });
  });
}

/** What it is about is not what would happen any more. One that has ended stays as it is. */
export async function voidReview(
  cp: ControlPlane,
  call: Call,
  { reviewId, reason }: OneReview & { readonly reason: string },
): Promise<Review> {
  return transact(cp, call.scope.organizationId, async (change) => {
    const review = await lockReview(change.tx, { scope: call.scope, reviewId });
    await endReview(change, call, { review, state: "voided", reason });
    return findReview(change.tx, { scope: call.scope, reviewId });
  });
}

const REVIEWS_A_TIME = 100;

/** Notes that the time of reviews has passed, of all organizations; they hold no longer in any case. Gives how many. */
export async function expireReviews(cp: ControlPlane): Promise<number> {
  const live = inArray(reviews.state, ["open", "approved"]);
  const due = await read(cp, SERVICE, (db) =>
    db
      .select({ id: reviews.id, organizationId: reviews.organizationId, projectId: reviews.projectId })
      .from(reviews)
      .where(and(live, lte(reviews.expiresAt, now)))
      .orderBy(reviews.expiresAt)
      .limit(REVIEWS_A_TIME),
  );
  for (const { id, organizationId, projectId } of due) {
    const call = { scope: { organizationId, projectId }, actor: "service" };
    await transact(cp, organizationId, async (change) => {
      await change.tx.select({ id: reviews.id }).from(reviews).where(eq(reviews.id, id)).for("update");
      await endReview(change, call, { review: { id }, state: "expired", reason: null });
    });
  }
  return due.length;
}
