import { reviews } from "@syncline/api";
import {
  assertReviewLive,
  commentOnReview,
  decideReview,
  getJob,
  getPatch,
  getReview,
  listReviews,
  listSigners,
  openReview,
  type Review,
  resolveComment,
  voidReview,
  withdrawReview,
} from "@syncline/control-plane";
import { CodedError } from "@syncline/core";
import { writtenLocators } from "@syncline/runtime/reviews";
import { assertEnvironment } from "../http/identity.ts";
import type { Asked, Router } from "../http/router.ts";
import type { ServiceParts } from "../service-parts.ts";
import { assertDefinitionPlaces, assertPlaces } from "../work/assert-places.ts";
import { keptPatch } from "../work/result-of.ts";
import { fingerprintNow, frozenReason, lookAt, reviewSubject } from "../work/review-target.ts";
import { startRun, waitForRun } from "../work/start-run.ts";
import { iso, presentRun } from "./present.ts";
import { mayReadRows, presentComment, presentDetail, presentReview } from "./present-review.ts";

type Asking = Pick<Asked<unknown>, "cp" | "call" | "signal" | "identity">;
type Scoped = Pick<Asked<typeof reviews.getReview>, "cp" | "call" | "identity" | "permission" | "params">;

const TARGET_MOVED = "the target changed since it was looked at";

export function reviewRoutes(router: Router, parts: ServiceParts): void {
  router.on(reviews.listReviews, async ({ cp, call, query }) => {
    const { state, mine, waiting, ...page } = query;
    const person = call.userId ?? null;
    if (person === null && (mine === "true" || waiting === "true")) return { items: [], next: null };
    const { items, next } = await listReviews(cp, call.scope, {
      ...page,
      ...(state === undefined ? {} : { state }),
      ...(mine === "true" && person !== null ? { authoredBy: person } : {}),
      ...(waiting === "true" && person !== null ? { waitingFor: person } : {}),
    });
    return { items: items.map(presentReview), next };
  });
  router.on(reviews.getReview, ({ params, ...asked }) => present(asked, params.id));
  router.on(reviews.listSigners, async ({ cp, call }) => ({
    items: (await listSigners(cp, call.scope)).map(({ userId: _, mayApprove: __, createdAt, ...signer }) => ({
      ...signer,
      createdAt: iso(createdAt),
    })),
  }));
  openRoute(router, parts);
  commentRoutes(router);
  decisionRoutes(router, parts, present);
  applyRoute(router, parts);

  async function present({ cp, call, signal, identity }: Asking, reviewId: string) {
    const detail = await getReview(cp, call.scope, { reviewId });
    const { patchId } = detail.review;
    const patch = patchId === null ? null : await getPatch(cp, call.scope, { patchId });
    // A server that cannot be resolved now keeps nobody from reading the review.
    const frozen = await frozenReason(parts, { cp, call, signal }, detail.review).catch(() => null);
    return presentDetail(detail, { patch, frozen, identity });
  }

  function openRoute(router: Router, parts: ServiceParts): void {
    router.on(reviews.openReview, async (asked) => {
      const { cp, call, body, signal } = asked;
      const subject = await reviewSubject(asked, body);
      const { definition, jobId } = subject;
      await assertDefinitionPlaces(parts, asked, definition);
      if (definition.kind === "apply") await keptPatch(asked, definition.patch);
      const { places, materials, fingerprint } = await lookAt(parts, { cp, call, signal }, subject);
      const { rules, label: target, environment } = places;
      const wantedMs = (body.expiresInSeconds ?? Number.POSITIVE_INFINITY) * 1000;
      const review = await openReview(cp, call, {
        title: body.title,
        description: body.description,
        definition,
        jobId,
        materials,
        target,
        environment,
        targetFingerprint: fingerprint,
        required: Math.max(1, rules.approvals),
        expiresInMs: Math.min(rules.approvalMs, wantedMs),
      });
      return present(asked, review.id);
    });
  }
}

/** The review, when the caller has the route's scope where it writes. */
async function ownReview({ cp, call, identity, permission, params }: Scoped): Promise<Review> {
  const { review } = await getReview(cp, call.scope, { reviewId: params.id });
  assertEnvironment(identity, permission, review.environment);
  return review;
}

function commentRoutes(router: Router): void {
  router.on(reviews.commentOnReview, async (asked) => {
    const review = await ownReview(asked);
    const { body, anchor = null, thread: threadId = null } = asked.body;
    const comment = { reviewId: review.id, body, anchor, threadId };
    const written = await commentOnReview(asked.cp, asked.call, comment);
    return presentComment(written, mayReadRows(asked.identity, review));
  });
  for (const [route, resolved] of [
    [reviews.resolveComment, true],
    [reviews.reopenComment, false],
  ] as const)
    router.on(route, async (asked) => {
      const review = await ownReview(asked);
      const { commentId } = asked.params;
      const comment = await resolveComment(asked.cp, asked.call, {
        reviewId: review.id,
        commentId,
        resolved,
      });
      return presentComment(comment, mayReadRows(asked.identity, review));
    });
}

type Present = (
  asked: Asking,
  reviewId: string,
) => ReturnType<typeof presentDetail> | Promise<ReturnType<typeof presentDetail>>;

function decisionRoutes(router: Router, parts: ServiceParts, present: Present): void {
  router.on(reviews.approveReview, async (asked) => {
    const { cp, call, body } = asked;
    const review = await ownReview(asked);
    // It may write more places than that of its environment.
    await assertPlaces(parts, asked, writtenLocators(review.definition));
    if (review.state === "open" || review.state === "approved") await assertStill(parts, asked, review);
    const { content: contentHash, fingerprint: targetFingerprint, reason } = body;
    const decision = {
      reviewId: review.id,
      decision: "approve",
      reason,
      contentHash,
      targetFingerprint,
    } as const;
    await decideReview(cp, call, decision);
    return present(asked, review.id);
  });
  router.on(reviews.refuseReview, async (asked) => {
    const { id: reviewId } = await ownReview(asked);
    const { content: contentHash, fingerprint: targetFingerprint, reason } = asked.body;
    const decision = { reviewId, decision: "refuse", reason, contentHash, targetFingerprint } as const;
    await decideReview(asked.cp, asked.call, decision);
    return present(asked, reviewId);
  });
  router.on(reviews.withdrawReview, async (asked) => {
    const { id: reviewId } = await ownReview(asked);
    await withdrawReview(asked.cp, asked.call, { reviewId, reason: asked.body.reason ?? null });
    return present(asked, reviewId);
  });
}

/** Nobody approves what is not there any more: the review is voided. @throws CodedError `review.target_moved` */
async function assertStill(parts: ServiceParts, { cp, call, signal }: Asking, review: Review): Promise<void> {
  if ((await fingerprintNow(parts, { cp, call, signal }, review)) === review.targetFingerprint) return;
  await voidReview(cp, call, { reviewId: review.id, reason: TARGET_MOVED });
  throw new CodedError(
    "review.target_moved",
    `The target is not as it was when review ${review.number} was opened; the review was voided.`,
    { hint: "Look at what changed, and open another review.", details: { review: review.id } },
  );
}

function applyRoute(router: Router, parts: ServiceParts): void {
  router.on(
    reviews.applyReview,
    async (asked) => {
      const { cp, call, params } = asked;
      const { review, given } = await getReview(cp, call.scope, { reviewId: params.id });
      await assertDefinitionPlaces(parts, asked, review.definition);
      assertApproved(review, given);
      const { id: reviewId, jobId } = review;
      const job = jobId === null ? null : await getJob(cp, call.scope, { jobId });
      const definition = job?.definition ?? review.definition;
      const of = job === null ? {} : { jobId: job.id };
      // Its places were looked at when it was opened.
      const run = { cp, call, ...of, definition, trigger: "manual", trusted: true, reviewId } as const;
      return presentRun(await startRun(parts, run));
    },
    {
      after: (run, { cp, call, query, signal }) => waitForRun(run, { cp, call, signal, seconds: query.wait }),
    },
  );
}

/** The gate asks again, and more; here it is told at once. */
function assertApproved(review: Review, given: number): void {
  assertReviewLive(review);
  const { id, number, state, required } = review;
  if (state === "approved" && given >= required) return;
  throw new CodedError(
    "review.required",
    `Review ${number} has ${given} of ${required} approvals that count.`,
    {
      hint: "Ask others to look at it: syncline review show.",
      details: { review: id, number, state },
    },
  );
}
