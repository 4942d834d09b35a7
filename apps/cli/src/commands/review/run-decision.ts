import type { Client } from "@syncline/api/client";
import { CodedError } from "@syncline/core";
import type { ExitReason } from "../../exit-codes.ts";
import type { Session } from "../../session.ts";
import type { ReviewDecisionOptions } from "../review.ts";
import { serverClient } from "../server-client.ts";
import { findReview, type ReviewDetail, seenCode } from "./find-review.ts";
import { formatReview } from "./review-text.ts";
import { printReview } from "./run-show.ts";

interface DecisionInput {
  readonly how: "approve" | "refuse" | "withdraw";
  readonly name: string;
  readonly options: ReviewDecisionOptions;
}

export async function runReviewDecision(session: Session, input: DecisionInput): Promise<ExitReason> {
  const { how, name, options } = input;
  const client = await serverClient(session, options);
  const review = await findReview(client, name);
  if (how === "approve") await assertSeen(session, review, options);
  await printReview(session, await decide(client, review, input), options);
  return "ok";
}

async function decide(client: Client, review: ReviewDetail, { how, options }: DecisionInput) {
  const { id, content, fingerprint } = review;
  const { reason } = options;
  const params = { id };
  if (how === "withdraw")
    return client.reviews.withdrawReview({ params, body: reason === undefined ? {} : { reason } });
  const body = { content, fingerprint, reason: reason ?? "" };
  return how === "approve"
    ? client.reviews.approveReview({ params, body })
    : client.reviews.refuseReview({ params, body });
}

/** Nobody approves what they have not seen: it is shown now, or its code was noted before. */
async function assertSeen(
  session: Session,
  review: ReviewDetail,
  { seen }: ReviewDecisionOptions,
): Promise<void> {
  const { people, paint } = session;
  const code = seenCode(review);
  if (seen === code) return;
  if (seen !== undefined)
    throw new CodedError(
      "review.changed",
      `Review ${review.number} is not what was looked at: the code is ${code}, found ${seen.slice(0, 80)}.`,
      { hint: "Look at it again: syncline review show." },
    );
  if (!people.canAsk)
    throw new CodedError("usage.confirmation_required", "What is approved has to be looked at before.", {
      hint: `Run syncline review show ${review.number}, then pass the code that it prints with --seen.`,
    });
  people.tell(formatReview(review, paint));
  const answer = await people.ask(`Approve review ${review.number}? [y/N] `);
  if (/^y(es)?$/i.test(answer.trim())) return;
  throw new CodedError("usage.confirmation_required", `Review ${review.number} was not approved.`, {
    hint: "Answer y to approve it; to refuse it: syncline review refuse.",
  });
}
