import type { RunState } from "./run-states.ts";
import type { RunEvent, RunOutcome } from "./transition.ts";
import type { UnitState } from "./unit-states.ts";

export interface UnitStanding {
  readonly state: UnitState;
  readonly unsettled: boolean;
  /** Of a failed unit. */
  readonly retryable: boolean;
}

export interface RunStanding {
  readonly state: RunState;
  readonly attemptsLeft: boolean;
  /** Of the units that are done. */
  readonly outcome: RunOutcome;
  readonly units: readonly UnitStanding[];
}

/**
 * What has happened to a run, by its units, once none of them is running; null while it simply goes on. A run ends when
 * everybody has stopped, and rows that may be there are looked for before it is called cancelled.
 */
export function eventOfUnits({ state, attemptsLeft, outcome, units }: RunStanding): RunEvent | null {
  if (state !== "running" && state !== "pausing" && state !== "cancelling") return null;
  if (units.some((unit) => unit.state === "running")) return null;
  const failed = units.filter((unit) => unit.state === "failed");
  if (failed.some((unit) => !unit.retryable)) return { name: "unit failed for good" };
  const inspected = state !== "cancelling" || !units.some((unit) => unit.state === "ready" && unit.unsettled);
  if (failed.length > 0) return inspected ? { name: "unit failed, may retry", attemptsLeft } : null;
  if (units.every((unit) => unit.state === "done")) return { name: "units done", outcome };
  return state === "running" || !inspected ? null : { name: "stopped" };
}
