import type { ExitReason } from "../../exit-codes.ts";
import type { Session } from "../../session.ts";
import type { ReviewOptions } from "../review.ts";
import { serverClient } from "../server-client.ts";
import { findReview, type ReviewDetail, seenCode } from "./find-review.ts";
import { formatReview } from "./review-text.ts";

interface ShowInput {
  readonly name: string;
  readonly options: ReviewOptions;
}

export async function runReviewShow(session: Session, { name, options }: ShowInput): Promise<ExitReason> {
  const client = await serverClient(session, options);
  await printReview(session, await findReview(client, name), options);
  return "ok";
}

export async function printReview(
  { output, paint }: Session,
  review: ReviewDetail,
  { json }: Pick<ReviewOptions, "json">,
): Promise<void> {
  if (json === true) await output.json({ ...review, seen: seenCode(review) });
  else await output.write(formatReview(review, paint));
}
