import type { Change } from "../database/change.ts";
import type { Run, WorkUnit } from "../records.ts";
import type { RunSummary, StoredError } from "../run-records.ts";
import { advanceRun } from "./advance-run.ts";
import { mergeSummaries } from "./merge-summaries.ts";
import { retryPauseMs } from "./retry-pause.ts";

/** What a finished unit leaves: its share of the run's summary, and facts for the units after it. */
export interface UnitOutput {
  readonly summary: RunSummary | null;
  readonly data?: unknown;
}

/**
 * Advances a locked run by what its locked units say, once none of them is running. Until then nothing: a run ends
 * when everybody has stopped.
 */
export async function settleRun(
  change: Change,
  { run, units, random }: { run: Run; units: readonly WorkUnit[]; random: () => number },
): Promise<Run> {
  if (!["running", "pausing", "cancelling"].includes(run.state)) return run;
  if (units.some((unit) => unit.state === "running")) return run;
  const failed = units.filter((unit) => unit.state === "failed");
  const forGood = failed.find((unit) => unit.error?.retryable !== true);
  if (forGood !== undefined)
    return advanceRun(change, run, { name: "unit failed for good" }, failure(run, units, forGood.error));
  const [first] = failed;
  if (first !== undefined) {
    const { retry } = run.definition;
    const pauseMs = retryPauseMs(retry, { attempt: run.attempt, random: random() });
    const event = { name: "unit failed, may retry", attemptsLeft: run.attempt < retry.attempts } as const;
    return advanceRun(change, run, event, { ...failure(run, units, first.error), pauseMs });
  }
  if (units.every((unit) => unit.state === "done")) {
    const summary = summaryOf(units);
    return advanceRun(
      change,
      run,
      { name: "units done", outcome: summary.outcome },
      { summary, error: null },
    );
  }
  // Rows that may be there are looked for before the run is called cancelled.
  if (run.state === "cancelling" && units.some((unit) => unit.state === "ready" && unit.unsettled))
    return run;
  if (run.state === "running") return run;
  return advanceRun(change, run, { name: "stopped" }, partOf(units));
}

function summaryOf(units: readonly WorkUnit[]): RunSummary {
  const ordered = [...units].sort((one, other) => one.position - other.position);
  return mergeSummaries(ordered.flatMap((unit) => (unit.output as UnitOutput | null)?.summary ?? []));
}

/** A run that ends early still tells what its finished units did. */
function partOf(units: readonly WorkUnit[]): { summary?: RunSummary } {
  const done = units.filter((unit) => unit.state === "done");
  return done.length === 0 ? {} : { summary: summaryOf(done) };
}

function failure(run: Run, units: readonly WorkUnit[], error: StoredError | null) {
  return { error: error ?? run.error, ...partOf(units) };
}
