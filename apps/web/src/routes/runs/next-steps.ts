import { placesOf } from "./run-words.ts";
import type { Run } from "./runs-query.ts";

interface NextSteps {
  /** Whose connection is worth a test. */
  readonly server: string | null;
  /** It waits for somebody's approval. */
  readonly review: boolean;
}

/** Where to look after a failure, by its code. */
export function nextSteps(
  { error, definition }: Pick<Run, "error" | "definition">,
  serverOf: (place: string) => string | null,
): NextSteps {
  const code = error?.code ?? "";
  const servers = [...new Set(placesOf(definition).flatMap((place) => serverOf(place) ?? []))];
  // The message names the address; which of several servers that is, is not said.
  const named = servers.find((server) => error?.message.includes(`"${server}"`));
  return {
    server: code.startsWith("connection.") ? (named ?? servers[0] ?? null) : null,
    review: code.startsWith("review."),
  };
}
