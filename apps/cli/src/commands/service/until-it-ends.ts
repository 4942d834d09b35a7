import { isCodedError } from "@syncline/core";
import type { RunningService } from "@syncline/server/service";
import type { Session } from "../../session.ts";

/** The first signal drains, a hang-up reloads the config. */
export async function untilItEnds(
  { context, people, onHangUp }: Session,
  running: Pick<RunningService, "ended" | "drain" | "reload">,
): Promise<void> {
  onHangUp(() => {
    running.reload().catch((error: unknown) => {
      people.warn(`The config was not reloaded: ${isCodedError(error) ? error.message : String(error)}`);
    });
  });
  const drain = () => void running.drain().catch(() => {}); // its failure rejects `ended`
  if (context.signal.aborted) drain();
  context.signal.addEventListener("abort", drain, { once: true });
  try {
    await running.ended;
  } finally {
    context.signal.removeEventListener("abort", drain);
  }
}
