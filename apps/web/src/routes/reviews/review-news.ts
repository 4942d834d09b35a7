import { notifications } from "@mantine/notifications";
import { useEffect, useRef } from "react";
import { useMe } from "../../api/me.ts";
import { actorText } from "../../components/actor-text.ts";
import { anchorText } from "./anchor.ts";
import type { Review } from "./review-standing.ts";

/** Says what others did to a review while it is read. */
export function useReviewNews(review: Review): void {
  const me = useMe();
  const before = useRef(review);
  useEffect(() => {
    const old = before.current;
    before.current = review;
    if (old.id !== review.id) return;
    for (const message of newsOf(old, review, { email: me.user?.email ?? null, actor: me.actor }))
      notifications.show({ message, autoClose: 8_000 });
  }, [review, me.user?.email, me.actor]);
}

/** What is new since, in sentences; what the reader did is no news. */
export function newsOf(
  old: Review,
  now: Review,
  reader: { readonly email: string | null; readonly actor: string },
): readonly string[] {
  const known = new Set(old.comments.map(({ id }) => id));
  const said = now.comments
    .filter(({ id, createdBy }) => !known.has(id) && actorText(createdBy) !== actorText(reader.actor))
    .map(({ createdBy, threadId, anchor }) =>
      threadId === null
        ? `${actorText(createdBy)} commented on ${anchorText(anchor)}.`
        : `${actorText(createdBy)} answered in a thread.`,
    );
  const decisions = new Set(old.decisions.map(({ email, at }) => `${email} ${at}`));
  const decided = now.decisions
    .filter(({ email, at }) => !decisions.has(`${email} ${at}`) && email !== reader.email)
    .map(({ email, decision }) => `${email} ${decision === "approve" ? "approved" : "refused"} this.`);
  return [...said, ...decided];
}
