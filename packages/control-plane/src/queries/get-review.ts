import { and, asc, eq } from "drizzle-orm";
import type { ControlPlane, Scope } from "../control-plane.ts";
import { read } from "../database/transact.ts";
import { decisionsOf, type KnownDecision } from "../reviews/counting-approvals.ts";
import { findReview, type Review, type ReviewComment } from "../reviews/review-record.ts";
import { reviewComments, users } from "../schema/index.ts";

export interface ReviewDetail {
  readonly review: Review;
  readonly decisions: readonly KnownDecision[];
  readonly comments: readonly ReviewComment[];
  /** E-mail addresses of those who may not approve. */
  readonly authors: readonly string[];
  /** Approvals that count now. */
  readonly given: number;
}

const MOST_COMMENTS = 10_000;

/** @throws CodedError `resource.not_found` */
export async function getReview(
  cp: ControlPlane,
  scope: Scope,
  { reviewId }: { readonly reviewId: string },
): Promise<ReviewDetail> {
  return read(cp, scope.organizationId, async (db) => {
    const review = await findReview(db, { scope, reviewId });
    const decisions = await decisionsOf(db, review);
    const comments = await db
      .select()
      .from(reviewComments)
      .where(
        and(eq(reviewComments.reviewId, review.id), eq(reviewComments.organizationId, scope.organizationId)),
      )
      .orderBy(asc(reviewComments.createdAt), asc(reviewComments.id))
      .limit(MOST_COMMENTS);
    const people = await db
      .select({ id: users.id, email: users.email })
      .from(users)
      .where(eq(users.organizationId, scope.organizationId));
    const authors = people.filter(({ id }) => review.authors.includes(id)).map(({ email }) => email);
    return { review, decisions, comments, authors, given: decisions.filter(({ counts }) => counts).length };
  });
}
