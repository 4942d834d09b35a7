import { actorText } from "../../components/actor-text.ts";
import { anchorText } from "./anchor.ts";
import type { Review } from "./review-standing.ts";

export interface HistoryEntry {
  readonly id: string;
  readonly at: string;
  readonly what: "opened" | "approve" | "refuse" | "comment" | "resolved" | "ended";
  readonly by: string | null;
  readonly text: string;
  /** Reason, or what was said. */
  readonly detail: string | null;
  /** The same person decided anew. */
  readonly superseded: boolean;
}

/** What happened to a review, in order. */
export function historyOf(review: Review): readonly HistoryEntry[] {
  const { createdAt, createdBy, decisions, comments, state, stateReason, decidedAt, runId } = review;
  const plain = { detail: null, superseded: false };
  const entries: HistoryEntry[] = [
    { ...plain, id: "opened", at: createdAt, what: "opened", by: actorText(createdBy), text: "asked for it" },
    ...decisions.map(({ email, decision, reason, at, superseded }, place) => ({
      id: `decision ${place}`,
      at,
      what: decision,
      by: email,
      text: decision === "approve" ? "approved" : "refused",
      detail: reason === "" ? null : reason,
      superseded,
    })),
    ...comments.map(({ id, createdAt: at, createdBy: by, anchor, threadId, body }) => ({
      ...plain,
      id,
      at,
      what: "comment" as const,
      by: actorText(by),
      text: threadId === null ? `commented on ${anchorText(anchor)}` : "answered",
      detail: body,
    })),
    ...comments.flatMap(({ id, resolvedAt, resolvedBy, anchor }) =>
      resolvedAt === null
        ? []
        : [
            {
              ...plain,
              id: `resolved ${id}`,
              at: resolvedAt,
              what: "resolved" as const,
              by: actorText(resolvedBy ?? ""),
              text: `resolved the thread on ${anchorText(anchor)}`,
            },
          ],
    ),
  ];
  // A refusal is its own end; an approval leaves it alive.
  const ended = state === "applied" || state === "voided" || state === "expired" || state === "withdrawn";
  if (ended)
    entries.push({
      ...plain,
      id: "ended",
      at: (state === "expired" ? review.expiresAt : decidedAt) ?? review.expiresAt,
      what: "ended",
      by: null,
      text: state === "applied" && runId !== null ? "It was applied" : `It was ${state}`,
      detail: stateReason,
    });
  return entries.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
}
