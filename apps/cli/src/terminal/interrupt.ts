import { CodedError } from "@syncline/core";
import { EXIT_CODES } from "../exit-codes.ts";

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

export interface Interruption {
  readonly signal: AbortSignal;
  /** Ends the run from inside, with this as its reason. */
  readonly abort: (reason: Error) => void;
  /** A hang-up calls this from now on instead of ending the run. */
  readonly onHangUp: (handler: () => void) => void;
  release(): void;
}

/** The first Ctrl-C aborts the run, which cleans up after itself; the second ends the process at once. */
export function listenForInterrupts(say: (text: string) => void): Interruption {
  const controller = new AbortController();
  let hangUp: (() => void) | null = null;
  const onSignal = (name: NodeJS.Signals) => {
    if (name === "SIGHUP" && hangUp !== null) return hangUp();
    if (controller.signal.aborted) process.exit(EXIT_CODES.interrupted.code);
    say("Stopping… (press Ctrl-C again to end at once)");
    controller.abort(new CodedError("interrupted", "Interrupted."));
  };
  for (const signal of SIGNALS) process.on(signal, onSignal);
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    onHangUp: (handler) => {
      hangUp = handler;
    },
    release: () => {
      for (const signal of SIGNALS) process.off(signal, onSignal);
    },
  };
}
