import { setTimeout as sleep } from "node:timers/promises";
import { CodedError, isCodedError } from "@syncline/core";
import type { ApplicationRequest, PatchTarget } from "../../ports/patch-target.ts";
import type { RunContext } from "../../ports/run-context.ts";

/** A server that restarts or fails over is back within this time, as a rule. */
const PATIENCE_MS = 20_000;
const PAUSE_MS = 500;

/**
 * Whether a COMMIT whose answer was lost took effect. Asks again while the target cannot be reached.
 * @throws CodedError `patch.outcome_unknown`, never retryable: only a later look can tell
 */
export async function findOutcome(
  target: Pick<PatchTarget, "label" | "wasCommitted">,
  request: ApplicationRequest,
  ctx: Pick<RunContext, "signal" | "now" | "warn">,
): Promise<boolean> {
  const giveUpAt = ctx.now().getTime() + PATIENCE_MS;
  for (let asked = 1; ; asked += 1) {
    try {
      return await target.wasCommitted(request);
    } catch (error) {
      const mayPass = isCodedError(error) && error.code.startsWith("connection.");
      if (!mayPass || ctx.signal.aborted || ctx.now().getTime() >= giveUpAt)
        throw unknown(target.label, error);
      if (asked === 1) ctx.warn(`The answer to COMMIT was lost; asking "${target.label}" again.`);
      await sleep(PAUSE_MS, undefined, { signal: ctx.signal }).catch(() => {});
    }
  }
}

function unknown(label: string, cause: unknown): CodedError {
  return new CodedError(
    "patch.outcome_unknown",
    `The connection to "${label}" was lost during COMMIT, and it cannot be reached to find out whether the patch was written.`,
    {
      hint: "Look with `syncline log` later, or do the same again: what is already there is left alone.",
      cause,
    },
  );
}
