import {
  type Claim,
  endedReview,
  type Review,
  reviewsOfContent,
  type TakenReview,
  takeReview,
} from "@syncline/control-plane";
import { CodedError, parseApprovalStatement } from "@syncline/core";
import { openTarget } from "../endpoint-registry.ts";
import { verifyStatement } from "../files/index.ts";
import type { AskedConsent, Consent } from "../operations/contract.ts";
import type { Workspace } from "../workspace.ts";
import { contentOf, normalDefinition } from "./review-content.ts";
import type { ReviewedRun, ReviewTools } from "./review-tools.ts";
import { fingerprintOf, type WrittenPlaces, writtenPlaces } from "./target-state.ts";

export interface RunConsentInput {
  readonly claim: Claim;
  readonly tools: ReviewTools;
  readonly workspace: Workspace;
  readonly signal: AbortSignal;
}

/**
 * Finds the review that a run writes under: of exactly its content, on its targets as they are now. Null when nobody
 * opened one.
 * @throws CodedError `review.required`, `review.expired`, `review.voided`, `review.closed`, `review.target_moved`
 */
export function consentOfRun(input: RunConsentInput): (asked: AskedConsent) => Promise<Consent | null> {
  const given = new Map<string, Promise<Consent | null>>();
  return (asked) => {
    const name = JSON.stringify([asked.environment, asked.required]);
    const known = given.get(name) ?? findConsent(input, asked);
    given.set(name, known);
    return known;
  };
}

async function findConsent(input: RunConsentInput, asked: AskedConsent): Promise<Consent | null> {
  const { claim, tools, workspace, signal } = input;
  const { run } = claim;
  const { organizationId, projectId, jobId, userId } = run;
  const scope = { organizationId, projectId };
  const definition = normalDefinition(run.definition);
  const reviewed: ReviewedRun = { tools, workspace, scope, definition, signal };
  const { contentHash } = await contentOf(reviewed, { jobId, runId: run.id });
  const known = await reviewsOfContent(tools.controlPlane, scope, { contentHash, jobId });
  if (known.length === 0) return null;
  const live = known.filter(({ state }) => state === "open" || state === "approved");
  const targetFingerprint = live.length === 0 ? null : await fingerprintForGate({ input, reviewed, live });
  const call = { scope, actor: run.requestedBy, userId };
  const taken = await takeReview(tools.controlPlane, call, {
    runId: run.id,
    jobId,
    contentHash,
    targetFingerprint,
    ...asked,
  });
  if (taken.kind !== "granted") throw refusal(taken);
  const signers = taken.approvals.flatMap(({ statement, publicKey, signature }) =>
    statement !== null &&
    publicKey !== null &&
    signature !== null &&
    parseApprovalStatement(statement).environment === asked.environment &&
    verifyStatement(publicKey, Buffer.from(statement), signature)
      ? [publicKey]
      : [],
  );
  return { approvals: taken.approvals.length, signers: [...new Set(signers)] };
}

interface Gate {
  readonly input: RunConsentInput;
  readonly reviewed: ReviewedRun;
  readonly live: readonly Review[];
}

/**
 * Null for a run that has passed with its review before and may itself have changed the target: parts of a copy, and what
 * a worker wrote that died before it could say so.
 */
async function fingerprintForGate({ input, reviewed, live }: Gate): Promise<string | null> {
  const { run } = input.claim;
  const places = await writtenPlaces(reviewed);
  if (live.some(({ runId }) => runId === run.id)) {
    if (run.kind === "copy" || (await wasWritten(input, places))) return null;
  }
  return fingerprintOf(reviewed, places);
}

async function wasWritten({ claim, signal }: RunConsentInput, { places }: WrittenPlaces): Promise<boolean> {
  for (const place of places) {
    if (!("scope" in place)) continue;
    const target = await openTarget(place, signal);
    try {
      if ((await target.findApplication(claim.unit.id)) !== null) return true;
    } finally {
      await target.close();
    }
  }
  return false;
}

/** Why a review that there is does not let the run through. */
export function refusal(taken: Exclude<TakenReview, { kind: "granted" }>): CodedError {
  if (taken.kind === "none")
    return new CodedError("review.required", "There is no review of exactly this.", { hint: OPEN });
  const { review } = taken;
  const { number, state, stateReason } = review;
  const details = { review: review.id, number, state };
  const reason = stateReason === null ? "" : `: ${stateReason}`;
  switch (taken.kind) {
    case "moved":
      return new CodedError(
        "review.target_moved",
        `The target is not as it was when review ${number} was looked at; the review was voided.`,
        { hint: `Look at what changed, then: ${OPEN}`, details },
      );
    case "lacking":
      return new CodedError(
        "review.required",
        `Review ${number} has ${taken.given} of ${taken.required} approvals that count.`,
        { hint: "Ask others to look at it: syncline review show.", details },
      );
    case "busy":
      return new CodedError("review.required", `Another run writes under review ${number} now.`, {
        hint: "A review is for one run; wait for the end of that one.",
        details,
      });
    case "ended":
      if (state === "expired" || state === "voided") return endedReview(review);
      return new CodedError("review.required", `Review ${number} of this is ${state}${reason}.`, {
        hint: OPEN,
        details,
      });
  }
}

const OPEN = "Open a review and have it approved (syncline review open).";
