import { CodedError } from "@syncline/core";
import { and, eq, isNull } from "drizzle-orm";
import { now } from "../clock.ts";
import type { Call, ControlPlane } from "../control-plane.ts";
import type { Transaction } from "../database/open-database.ts";
import { transact } from "../database/transact.ts";
import { assertId, found } from "../ids.ts";
import { findReview, type Review, type ReviewComment } from "../reviews/review-record.ts";
import { type CommentAnchor, reviewComments } from "../schema/index.ts";

export interface CommentInput {
  readonly reviewId: string;
  readonly body: string;
  /** Of a thread's first comment; null is about the whole. */
  readonly anchor?: CommentAnchor | null;
  /** Answers in the thread of this comment. */
  readonly threadId?: string | null;
}

/** @throws CodedError `resource.not_found`, `request.invalid` */
export async function commentOnReview(
  cp: ControlPlane,
  call: Call,
  { reviewId, body, anchor = null, threadId = null }: CommentInput,
): Promise<ReviewComment> {
  const { organizationId, projectId } = call.scope;
  if (body.trim() === "") throw new CodedError("request.invalid", "A comment needs words.");
  assertAnchor(anchor, threadId);
  return transact(cp, organizationId, async (change) => {
    const review = await findReview(change.tx, { scope: call.scope, reviewId });
    if (threadId !== null) await findThread(change.tx, review, threadId);
    const [comment] = await change.tx
      .insert(reviewComments)
      .values({ organizationId, reviewId, threadId, anchor, body, createdBy: call.actor })
      .returning();
    if (comment === undefined) throw new Error("an inserted comment was not returned");
    change.audit(call, {
      action: "review.comment",
      subjectKind: "review",
      subjectId: reviewId,
      detail: { commentId: comment.id, threadId, table: anchor?.table ?? null },
    });
    change.emit({
      organizationId,
      type: "review.commented",
      payload: { reviewId, projectId, number: review.number, commentId: comment.id },
    });
    return comment;
  });
}

export interface ResolveCommentInput {
  readonly reviewId: string;
  /** The first comment of a thread. */
  readonly commentId: string;
  readonly resolved: boolean;
}

/** @throws CodedError `resource.not_found` */
export async function resolveComment(
  cp: ControlPlane,
  call: Call,
  { reviewId, commentId, resolved }: ResolveCommentInput,
): Promise<ReviewComment> {
  const { organizationId, projectId } = call.scope;
  return transact(cp, organizationId, async (change) => {
    const review = await findReview(change.tx, { scope: call.scope, reviewId });
    const thread = await findThread(change.tx, review, commentId);
    const [comment = thread] = await change.tx
      .update(reviewComments)
      .set(resolved ? { resolvedAt: now, resolvedBy: call.actor } : { resolvedAt: null, resolvedBy: null })
      .where(eq(reviewComments.id, thread.id))
      .returning();
    const action = resolved ? "review.comment_resolve" : "review.comment_reopen";
    change.audit(call, { action, subjectKind: "review", subjectId: reviewId, detail: { commentId } });
    change.emit({
      organizationId,
      type: resolved ? "review.comment_resolved" : "review.comment_reopened",
      payload: { reviewId, projectId, number: review.number, commentId },
    });
    return comment;
  });
}

async function findThread(tx: Transaction, review: Review, commentId: string): Promise<ReviewComment> {
  assertId("comment", commentId);
  const first = and(
    eq(reviewComments.id, commentId),
    eq(reviewComments.reviewId, review.id),
    eq(reviewComments.organizationId, review.organizationId),
    isNull(reviewComments.threadId),
  );
  const [thread] = await tx.select().from(reviewComments).where(first).for("update");
  return found(thread, "comment", commentId);
}

function assertAnchor(anchor: CommentAnchor | null, threadId: string | null): void {
  if (anchor === null) return;
  if (threadId !== null)
    throw new CodedError(
      "request.invalid",
      "An answer stands where its thread stands; it has no place of its own.",
    );
  const { table, key, column, statement } = anchor;
  if ((key !== undefined || column !== undefined) && table === undefined)
    throw new CodedError("request.invalid", "A comment on a row or a column names its table.");
  if (statement !== undefined && table !== undefined)
    throw new CodedError("request.invalid", "A comment is on a statement or on a table, not on both.");
}
