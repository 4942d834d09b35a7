import { actorText } from "../../components/actor-text.ts";
import { anchorText } from "./anchor.ts";
import type { Review } from "./review-standing.ts";

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
