import type { AnswerOf, reviews } from "@syncline/api";

type ListedReview = AnswerOf<typeof reviews.listReviews>["items"][number];

/** What became of a stored patch, by its reviews: the one that says most. */
export function standingReview(of: readonly ListedReview[]): ListedReview | null {
  const order = ["applied", "approved", "open", "refused", "voided", "expired", "withdrawn"];
  return [...of].sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state))[0] ?? null;
}

export const ORIGIN_WORDS = {
  diff: "a comparison",
  upload: "an upload",
  resolution: "decided conflicts",
  selection: "a selection",
} as const;
