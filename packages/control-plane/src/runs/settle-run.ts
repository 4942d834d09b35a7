import type { Change } from "../database/change.ts";
import type { Run, WorkUnit } from "../records.ts";
import { eventOfUnits } from "../run-machine/event-of-units.ts";
import type { RunSummary } from "../run-records.ts";
import { type Advance, advanceRun } from "./advance-run.ts";
import { keepProgress } from "./keep-progress.ts";
import { mergeSummaries } from "./merge-summaries.ts";
import { retryPauseMs } from "./retry-pause.ts";

/** What a finished unit leaves: its share of the run's summary, and facts for the units after it. */
export interface UnitOutput {
  readonly summary: RunSummary | null;
  readonly data?: unknown;
}

export interface Settling {
  /** Locked. */
  readonly run: Run;
  /** All of its units, locked. */
  readonly units: readonly WorkUnit[];
  /** In [0, 1). */
  readonly random: () => number;
}

/** Advances a run by what its units say, where they say something. */
export async function settleRun(change: Change, { run, units, random }: Settling): Promise<Run> {
  const { retry } = run.definition;
  const summary = summaryOf(units);
  const event = eventOfUnits({
    state: run.state,
    attemptsLeft: run.attempt < retry.attempts,
    outcome: summary.outcome,
    units: units.map(({ state, unsettled, error }) => ({
      state,
      unsettled,
      retryable: error?.retryable === true,
    })),
  });
  if (event === null) return units.length > 1 ? keepProgress(change, { run, units, ended: null }) : run;
  const pauseMs = retryPauseMs(retry, { attempt: run.attempt, random: random() });
  const ended = event.name === "units done" ? summary : null;
  const told = await keepProgress(change, { run, units, ended });
  return advanceRun(change, told, event, { ...consequences(run, units, event.name), pauseMs });
}

function consequences(run: Run, units: readonly WorkUnit[], event: string): Advance {
  if (event === "units done") return { summary: summaryOf(units), error: null };
  // A run that ends early still tells what its finished units did.
  const part = units.some((unit) => unit.state === "done") ? { summary: summaryOf(units) } : {};
  const failed = units.filter((unit) => unit.state === "failed");
  const worst = failed.find((unit) => unit.error?.retryable !== true) ?? failed[0];
  return worst === undefined ? part : { ...part, error: worst.error ?? run.error };
}

function summaryOf(units: readonly WorkUnit[]): RunSummary {
  const done = units.filter((unit) => unit.state === "done");
  const ordered = done.sort((one, other) => one.position - other.position);
  return mergeSummaries(ordered.flatMap((unit) => (unit.output as UnitOutput | null)?.summary ?? []));
}
