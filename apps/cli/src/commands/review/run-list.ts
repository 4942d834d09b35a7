import type { ExitReason } from "../../exit-codes.ts";
import type { Session } from "../../session.ts";
import type { ReviewListOptions } from "../review.ts";
import { serverClient } from "../server-client.ts";
import { formatList } from "./review-text.ts";

const MOST = 500;

export async function runReviewList(session: Session, options: ReviewListOptions): Promise<ExitReason> {
  const client = await serverClient(session, options);
  const { state, mine = false, waiting = false, limit = 50 } = options;
  const { items } = await client.reviews.listReviews({
    query: {
      limit: Math.min(limit, MOST),
      mine: mine ? "true" : "false",
      waiting: waiting ? "true" : "false",
      ...(state === undefined ? {} : { state }),
    },
  });
  if (options.json === true) await session.output.json({ reviews: items });
  else await session.output.write(formatList(items, session.paint));
  return "ok";
}
