import type { AnswerOf, reviews, Scope } from "@syncline/api";

export type Review = AnswerOf<typeof reviews.getReview>;
export type ListedReview = AnswerOf<typeof reviews.listReviews>["items"][number];

/** Null: it may be done. Else why not, for people. */
type Reason = string | null;

export interface Standing {
  readonly live: boolean;
  readonly own: boolean;
  readonly approve: Reason;
  readonly refuse: Reason;
  readonly withdraw: Reason;
  readonly comment: Reason;
  readonly apply: Reason;
  /** How this person decided before, when that still stands. */
  readonly decided: "approve" | "refuse" | null;
}

export interface Reader {
  readonly email: string | null;
  readonly actor: string;
  readonly can: (scope: Scope, environment: string | null) => boolean;
}

export const isLive = ({ state }: Pick<ListedReview, "state">): boolean =>
  state === "open" || state === "approved";

/** What this person may do with a review now, as far as it is known before the server is asked. */
export function standingOf(review: Review, reader: Reader): Standing {
  const { authors, createdBy, environment, decisions, given, required } = review;
  const { email, actor, can } = reader;
  const live = isLive(review);
  const own = (email !== null && authors.includes(email)) || createdBy === actor;
  const ended = live ? null : `It is ${review.state}.`;
  const role = `It takes the role reviewer or admin${environment === null ? "" : ` in ${environment}`}.`;
  const decide =
    ended ??
    (own
      ? "This is your own: others decide it."
      : email === null
        ? "Only a person decides."
        : can("reviews:approve", environment)
          ? null
          : role);
  const standing = decisions.find((each) => each.email === email && !each.superseded);
  return {
    live,
    own,
    approve: decide,
    refuse: decide,
    withdraw: ended ?? (own ? null : "Only who asked for it withdraws it."),
    comment: can("reviews:write", environment) ? null : "It takes the role operator to comment.",
    apply:
      ended ??
      (given < required
        ? `${given} of ${required} approvals count.`
        : review.state !== "approved"
          ? "It is not approved yet."
          : can("jobs:run", environment)
            ? (review.blocks[0] ?? null)
            : "It takes the role operator to apply it."),
    decided: standing?.decision ?? null,
  };
}

const SOONEST_MS = 1_000;
const LATEST_MS = 3_600_000;

/** How long to wait before a review is read again, so that it is seen to expire. */
export function untilExpired(expiresAt: string, now: number): number {
  return Math.min(Math.max(Date.parse(expiresAt) - now + SOONEST_MS, SOONEST_MS), LATEST_MS);
}

/** What a decision repeats on the command line: the beginnings of both hashes. */
export function seenCode({ content, fingerprint }: Pick<Review, "content" | "fingerprint">): string {
  return `${content.slice(0, 12)}-${fingerprint.slice(0, 12)}`;
}

interface Ending {
  readonly title: string;
  /** As it was given; null: none was. */
  readonly reason: string | null;
  readonly next: string;
  /** Whether the same may be asked for again. */
  readonly again: boolean;
}

const capitalised = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

/** How a review ended, and what to do next; null while it is open or approved. */
export function endingOf({
  state,
  stateReason,
  kind,
}: Pick<Review, "state" | "stateReason" | "kind">): Ending | null {
  const reason = stateReason === null || stateReason === "" ? null : capitalised(stateReason);
  switch (state) {
    case "open":
    case "approved":
      return null;
    case "applied":
      return {
        title: "It was applied",
        reason: null,
        next: "What it wrote can be undone below.",
        again: false,
      };
    case "refused":
      return {
        title: "It was refused",
        reason,
        next: "Change what was objected to, and ask again.",
        again: true,
      };
    case "voided":
      return {
        title: "It was voided",
        reason,
        next:
          kind === "apply"
            ? "Compare again to see the rows as they are now, or ask for a review of the same patch on the target as it is."
            : "Ask for another review of what would be written now.",
        again: true,
      };
    case "expired":
      return {
        title: "Its time has passed",
        reason: null,
        next: "Nothing was written. Ask again if it is still wanted.",
        again: true,
      };
    case "withdrawn":
      return {
        title: "It was withdrawn",
        reason,
        next: "Nothing was written. Ask again if it is still wanted.",
        again: true,
      };
  }
}
