import { type AnswerOf, grants, type reviews } from "@syncline/api";
import type { ListedReview, PatchRecord, ReviewComment, ReviewDetail } from "@syncline/control-plane";
import type { PatchCounts } from "@syncline/core";
import type { JobDefinition } from "@syncline/jobs";
import { redactUrlsIn } from "@syncline/observability";
import type { Identity } from "../http/identity.ts";
import { iso, isoOrNull, countsOf as summaryOf } from "./present.ts";

type ReviewAnswer = AnswerOf<typeof reviews.listReviews>["items"][number];
type DetailAnswer = AnswerOf<typeof reviews.getReview>;
type CommentAnswer = AnswerOf<typeof reviews.commentOnReview>;

type ShownPatch = Pick<PatchRecord, "summary" | "complete">;

export function presentReview(review: ListedReview): ReviewAnswer {
  return {
    id: review.id,
    number: review.number,
    title: review.title,
    description: review.description,
    state: review.state,
    stateReason: review.stateReason,
    kind: review.definition.kind,
    jobId: review.jobId,
    patchId: review.patchId,
    target: review.target,
    environment: review.environment,
    content: review.contentHash,
    fingerprint: review.targetFingerprint,
    required: review.required,
    given: review.given,
    createdBy: review.createdBy,
    createdAt: iso(review.createdAt),
    decidedAt: isoOrNull(review.decidedAt),
    expiresAt: iso(review.expiresAt),
    runId: review.runId,
    counts: countsOf(review.patch),
    hazards: hazardsOf(review.definition, review.patch),
  };
}

function countsOf(patch: ShownPatch | null): ReviewAnswer["counts"] {
  if (patch === null) return null;
  const { inserts = 0, updates = 0, deletes = 0 } = patch.summary as Partial<PatchCounts>;
  return { inserts, updates, deletes };
}

export interface ReviewSurroundings {
  readonly patch: PatchRecord | null;
  /** Why its targets are frozen; null: they are not, or it cannot be told now. */
  readonly frozen: string | null;
  readonly identity: Identity;
}

export function presentDetail(
  detail: ReviewDetail,
  { patch, frozen, identity }: ReviewSurroundings,
): DetailAnswer {
  const { review, decisions, comments, authors, given } = detail;
  return {
    ...presentReview({ ...review, given, patch }),
    definition: redactUrlsIn(review.definition) as JobDefinition,
    summary: patch === null ? null : summaryOf(patch),
    authors: [...authors],
    decisions: decisions.map(({ email, name, decision, reason, at, superseded, counts, publicKey }) => ({
      email,
      name,
      decision,
      reason,
      at: iso(at),
      superseded,
      counts,
      publicKey,
    })),
    comments: comments.map((comment) => presentComment(comment, mayReadRows(identity, review))),
    blocks: blocksOf(detail, frozen),
  };
}

/** Whether somebody may know of which row something was said: its key is one of its values. */
export function mayReadRows(
  { scopes, environmentScopes }: Identity,
  { environment }: { readonly environment: string | null },
): boolean {
  const there = environment === null ? [] : (environmentScopes.get(environment) ?? []);
  return grants(scopes, "rows:read") || grants(there, "rows:read");
}

export function presentComment(comment: ReviewComment, withKeys: boolean): CommentAnswer {
  const { id, threadId, anchor, body, createdBy, createdAt, resolvedAt, resolvedBy } = comment;
  return {
    id,
    threadId,
    anchor: withKeys ? anchor : keyless(anchor),
    body,
    createdBy,
    createdAt: iso(createdAt),
    resolvedAt: isoOrNull(resolvedAt),
    resolvedBy,
  };
}

function keyless(anchor: ReviewComment["anchor"]): ReviewComment["anchor"] {
  if (anchor === null) return null;
  const { key: _, ...rest } = anchor;
  return rest;
}

function blocksOf({ review, given }: ReviewDetail, frozen: string | null): string[] {
  const { state, stateReason, required, environment } = review;
  if (state !== "open" && state !== "approved")
    return [stateReason === null ? `It is ${state}.` : `It is ${state}: ${stateReason}`];
  return [
    ...(given < required ? [`${given} of ${required} approvals count.`] : []),
    ...(frozen === null ? [] : [`The environment "${environment}" is frozen: ${frozen}`]),
  ];
}

function hazardsOf(definition: JobDefinition, patch: ShownPatch | null): string[] {
  const { deletes = 0 } = (patch?.summary ?? {}) as { readonly deletes?: number };
  const { strategy = "" } = definition as { readonly strategy?: string };
  const writing = definition as { readonly includeCascades?: boolean; readonly triggers?: string };
  return [
    ...(deletes > 0 ? [`It deletes ${deletes} ${deletes === 1 ? "row" : "rows"}.`] : []),
    ...(patch !== null && !patch.complete ? ["The patch comes from a comparison that was cut short."] : []),
    ...(strategy === "theirs" ? ["Rows that changed meanwhile are overwritten (strategy theirs)."] : []),
    ...(definition.kind !== "apply" && strategy === "replace"
      ? ["Rows of the target that the source does not have are deleted (strategy replace)."]
      : []),
    ...(definition.kind === "bi-sync" && definition.direction === "both" ? ["It writes both sides."] : []),
    ...(writing.includeCascades === true
      ? ["Rows beyond those named go by foreign keys (includeCascades)."]
      : []),
    ...(writing.triggers === "off" ? ["Triggers of the target do not fire."] : []),
  ];
}
