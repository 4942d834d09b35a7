import { and, eq, inArray } from "drizzle-orm";
import { now } from "../clock.ts";
import type { Call } from "../control-plane.ts";
import type { Change } from "../database/change.ts";
import { type ReviewState, reviews } from "../schema/index.ts";
import { lockReview, type Review } from "./review-record.ts";

const ACTIONS = {
  applied: "review.apply",
  voided: "review.void",
  expired: "review.expire",
  withdrawn: "review.withdraw",
} as const satisfies Partial<Record<ReviewState, string>>;

export interface ReviewEnd {
  readonly state: keyof typeof ACTIONS;
  readonly reason: string | null;
}

/** Ends a review that is open or approved, with its audit entry and its event. */
export async function endReview(
  change: Change,
  call: Call,
  { review, state, reason }: ReviewEnd & { readonly review: Pick<Review, "id"> },
): Promise<void> {
  const live = and(eq(reviews.id, review.id), inArray(reviews.state, ["open", "approved"]));
  const [ended] = await change.tx
    .update(reviews)
    .set({ state, stateReason: reason, decidedAt: now })
    .where(live)
    .returning();
  if (ended === undefined) return;
  const { id, organizationId, projectId, number, environment, runId } = ended;
  change.audit(call, {
    action: ACTIONS[state],
    subjectKind: "review",
    subjectId: id,
    detail: { number, reason, runId },
  });
  change.emit({
    organizationId,
    type: `review.${state}`,
    payload: { reviewId: id, projectId, number, environment, state, reason },
  });
}

/** The content of a job changed or is gone: what was approved of it is not what would run. */
export async function voidReviewsOfJob(
  change: Change,
  call: Call,
  { jobId, reason }: { readonly jobId: string; readonly reason: string },
): Promise<void> {
  const live = await change.tx
    .select({ id: reviews.id })
    .from(reviews)
    .where(
      and(
        eq(reviews.organizationId, call.scope.organizationId),
        eq(reviews.jobId, jobId),
        inArray(reviews.state, ["open", "approved"]),
      ),
    );
  for (const { id } of live) {
    const review = await lockReview(change.tx, { scope: call.scope, reviewId: id });
    await endReview(change, call, { review, state: "voided", reason });
  }
}
