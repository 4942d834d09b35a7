/** See docs/run-SPEC.md. The last seven are final. */
export const RUN_STATES = [
  "queued",
  "running",
  "waiting",
  "pausing",
  "paused",
  "cancelling",
  "succeeded",
  "partial",
  "conflicted",
  "failed",
  "dead",
  "cancelled",
  "skipped",
] as const;
export type RunState = (typeof RUN_STATES)[number];

export const FINAL_STATES: ReadonlySet<RunState> = new Set([
  "succeeded",
  "partial",
  "conflicted",
  "failed",
  "dead",
  "cancelled",
  "skipped",
]);

export const RUN_TRIGGERS = ["manual", "schedule", "hook", "listen", "retry", "once"] as const;
export type RunTrigger = (typeof RUN_TRIGGERS)[number];
