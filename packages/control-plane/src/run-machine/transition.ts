import { FINAL_STATES, type RunState } from "./run-states.ts";

/** What happens to a run. The names are the columns of the table in docs/run-SPEC.md. */
export const RUN_EVENTS = [
  "start",
  "units done",
  "unit failed, may retry",
  "unit failed for good",
  "pause",
  "resume",
  "cancel",
  "stopped",
  "due",
  "retry",
] as const;
export type RunEventName = (typeof RUN_EVENTS)[number];

export type RunOutcome = "succeeded" | "partial" | "conflicted";

/** An event with what decides between the states that a cell names. */
export type RunEvent =
  | { readonly name: Exclude<RunEventName, "units done" | "unit failed, may retry" | "cancel"> }
  | { readonly name: "units done"; readonly outcome: RunOutcome }
  | { readonly name: "unit failed, may retry"; readonly attemptsLeft: boolean }
  /** `unsettled`: a unit's rows may have been committed without our knowing. */
  | { readonly name: "cancel"; readonly unsettled: boolean };

/** A cell: the next state, a choice that the event decides, or null for a refusal. */
export type Cell =
  | RunState
  | "*outcome*"
  | "waiting or dead"
  | "cancelled or cancelling"
  | "a new run"
  | null;

type Row = Readonly<Record<RunEventName, Cell>>;

const OVER: Row = {
  start: null,
  "units done": null,
  "unit failed, may retry": null,
  "unit failed for good": null,
  pause: null,
  resume: null,
  cancel: null,
  stopped: null,
  due: null,
  retry: null,
};
const DO_AGAIN: Row = { ...OVER, retry: "a new run" };

/** Total: a state or an event that has no cell does not compile. */
export const TRANSITIONS: Readonly<Record<RunState, Row>> = {
  queued: {
    start: "running",
    "units done": null,
    "unit failed, may retry": null,
    "unit failed for good": "failed",
    pause: "paused",
    resume: null,
    cancel: "cancelled or cancelling",
    stopped: null,
    due: null,
    retry: null,
  },
  running: {
    start: null,
    "units done": "*outcome*",
    "unit failed, may retry": "waiting or dead",
    "unit failed for good": "failed",
    pause: "pausing",
    resume: null,
    cancel: "cancelling",
    stopped: null,
    due: null,
    retry: null,
  },
  waiting: {
    start: null,
    "units done": null,
    "unit failed, may retry": null,
    "unit failed for good": null,
    pause: "paused",
    resume: null,
    cancel: "cancelled or cancelling",
    stopped: null,
    due: "queued",
    retry: null,
  },
  pausing: {
    start: null,
    "units done": "*outcome*",
    "unit failed, may retry": "paused",
    "unit failed for good": "failed",
    pause: null,
    resume: "running",
    cancel: "cancelling",
    stopped: "paused",
    due: null,
    retry: null,
  },
  paused: {
    start: null,
    "units done": null,
    "unit failed, may retry": null,
    "unit failed for good": null,
    pause: null,
    resume: "queued",
    cancel: "cancelled or cancelling",
    stopped: null,
    due: null,
    retry: null,
  },
  cancelling: {
    start: null,
    "units done": "*outcome*",
    "unit failed, may retry": "cancelled",
    "unit failed for good": "cancelled",
    pause: null,
    resume: null,
    cancel: null,
    stopped: "cancelled",
    due: null,
    retry: null,
  },
  succeeded: OVER,
  partial: DO_AGAIN,
  conflicted: DO_AGAIN,
  failed: DO_AGAIN,
  dead: DO_AGAIN,
  cancelled: DO_AGAIN,
  skipped: OVER,
};

export type Transition =
  | { readonly kind: "next"; readonly state: RunState }
  /** The run itself stays; another one does its work again. */
  | { readonly kind: "new-run" }
  | { readonly kind: "refused"; readonly state: RunState; readonly event: RunEventName };

/** What becomes of a run in a state when something happens to it. Pure; never throws. */
export function transition(state: RunState, event: RunEvent): Transition {
  const cell = TRANSITIONS[state][event.name];
  if (cell === null) return { kind: "refused", state, event: event.name };
  if (cell === "a new run") return { kind: "new-run" };
  return { kind: "next", state: settle(cell, event) };
}

function settle(cell: Exclude<Cell, null | "a new run">, event: RunEvent): RunState {
  if (cell === "*outcome*") return event.name === "units done" ? event.outcome : "failed";
  if (cell === "waiting or dead")
    return event.name === "unit failed, may retry" && event.attemptsLeft ? "waiting" : "dead";
  if (cell === "cancelled or cancelling")
    return event.name === "cancel" && event.unsettled ? "cancelling" : "cancelled";
  return cell;
}

export function isFinal(state: RunState): boolean {
  return FINAL_STATES.has(state);
}
