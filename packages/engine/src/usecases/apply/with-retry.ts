import { isCodedError } from "@syncline/core";
import type { RunContext } from "../../ports/run-context.ts";
import { pause } from "./pause.ts";

const MAX_ATTEMPTS = 6;
/** Each of these has waited for its whole lock timeout already. */
const MAX_LOCK_WAITS = 2;
const FIRST_DELAY_MS = 50;
const MAX_DELAY_MS = 2_000;

/** Runs `attempt` again after errors that say that nothing was written and that a retry may help. */
export async function withRetry<T>(ctx: RunContext, attempt: () => Promise<T>): Promise<T> {
  let lockWaits = 0;
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!isCodedError(error) || !error.retryable || ctx.signal.aborted) throw error;
      if (error.details["sqlState"] === "55P03") lockWaits += 1;
      if (attempts >= MAX_ATTEMPTS || lockWaits >= MAX_LOCK_WAITS) throw error;
      await pause(delayMs(attempts, ctx), ctx.signal);
    }
  }
}

/** Doubles each time; between half and all of it, so that competitors drift apart. */
function delayMs(attempts: number, ctx: RunContext): number {
  const full = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempts - 1));
  return full / 2 + ((ctx.randomBytes(1)[0] ?? 0) / 255) * (full / 2);
}
