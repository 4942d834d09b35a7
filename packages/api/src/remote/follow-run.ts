import { CodedError, ERROR_CODES, type ErrorCode } from "@syncline/core";
import type { Client } from "../client/create-client.ts";
import { pause } from "../client/send-request.ts";
import { isFinalState, type RunAnswer } from "../contract/runs.ts";
import type { RemoteHooks } from "./remote-syncline.ts";

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 2_000;
const CANCEL_PATIENCE_MS = 5_000;

/**
 * Waits for the end of a run. Interrupted, it cancels the run before it rejects.
 * @throws CodedError of the run when it failed
 */
export async function followRun(
  client: Client,
  started: RunAnswer,
  { signal, warn }: RemoteHooks,
): Promise<RunAnswer> {
  let run = started;
  let told: string | null = null;
  try {
    for (
      let delay = FIRST_PAUSE_MS;
      !isFinalState(run.state);
      delay = Math.min(delay * 2, LONGEST_PAUSE_MS)
    ) {
      await pause(delay, signal);
      run = await client.runs.getRun({ params: { id: run.id }, signal });
      if (run.waitsFor !== null && run.waitsFor !== told) warn(`The run ${run.id} waits: ${run.waitsFor}.`);
      told = run.waitsFor;
    }
  } catch (error) {
    if (signal.aborted) await cancel(client, run.id, warn);
    throw error;
  }
  if (run.summary === null) throw failure(run);
  return run;
}

async function cancel(client: Client, id: string, warn: RemoteHooks["warn"]): Promise<void> {
  const signal = AbortSignal.timeout(CANCEL_PATIENCE_MS);
  await client.runs.cancelRun({ params: { id }, signal }).catch(() => {
    warn(`The run ${id} could not be cancelled; it may go on there.`);
  });
}

const KNOWN: ReadonlySet<string> = new Set(ERROR_CODES);

function failure({ id, state, error }: RunAnswer): CodedError {
  if (error === null)
    return new CodedError("remote.failed", `The run ${id} ended as "${state}".`, {
      hint: "Look at the run there.",
      details: { run: id, state },
    });
  return new CodedError(KNOWN.has(error.code) ? (error.code as ErrorCode) : "remote.failed", error.message, {
    ...(error.hint === null ? {} : { hint: error.hint }),
    retryable: error.retryable,
    details: { run: id },
  });
}
