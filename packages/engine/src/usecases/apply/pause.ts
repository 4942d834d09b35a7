import { setTimeout as sleep } from "node:timers/promises";
import { CodedError } from "@syncline/core";

/** Waits; rejects with `interrupted`, or with the signal's own CodedError, once it aborts. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => {
    throw interruption(signal);
  });
}

/** Why work was ended whose signal aborted. */
export function interruption(signal: AbortSignal): CodedError {
  if (signal.reason instanceof CodedError) return signal.reason;
  return new CodedError("interrupted", "The work was interrupted.", { cause: signal.reason });
}
