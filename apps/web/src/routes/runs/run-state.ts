import type { RunAnswer, ServerEvent } from "@syncline/api";
import { isFinalState, RUN_STATES } from "@syncline/api";

type Progress = NonNullable<RunAnswer["progress"]>;

/** What can be done with a run, by its state; as the server's machine has it. */
export interface RunOptions {
  readonly cancel: boolean;
  readonly pause: boolean;
  readonly resume: boolean;
  readonly retry: boolean;
}

const RETRIED: ReadonlySet<string> = new Set(["failed", "dead", "partial", "conflicted", "cancelled"]);

export function optionsOf({ state }: Pick<RunAnswer, "state">): RunOptions {
  return {
    cancel: !isFinalState(state) && state !== "cancelling",
    pause: state === "queued" || state === "running" || state === "waiting",
    resume: state === "paused" || state === "pausing",
    retry: RETRIED.has(state),
  };
}

/**
 * A run after an event about it. Progress is taken from the event, and that it has ended; everything else has to be read.
 * Events of before what is known change nothing.
 */
export function afterEvent(run: RunAnswer, event: ServerEvent): RunAnswer {
  if (event.runId !== run.id || isFinalState(run.state)) return run;
  if (event.type === "run.progress") {
    const progress = progressOf(event.payload);
    return progress === null ? run : { ...run, progress };
  }
  const state = RUN_STATES.find((each) => event.type === `run.${each}`);
  // A run ends once: other states may be told of the past, before those that are known.
  if (state === undefined || !isFinalState(state)) return run;
  return { ...run, state, finishedAt: run.finishedAt ?? event.at, waitsFor: null, notBefore: null };
}

/** Whether the run has to be read again after an event: its state, units or times are others. */
export function asksForReading(event: ServerEvent, runId: string): boolean {
  if (event.type === "resync") return true;
  return event.runId === runId && event.type !== "run.progress";
}

function progressOf(payload: unknown): Progress | null {
  if (typeof payload !== "object" || payload === null) return null;
  const { phase, rows, bytes, rowsPerSecond, etaSeconds, unitsDone, unitsTotal, tables } =
    payload as Partial<Progress>;
  if (typeof phase !== "string" || typeof rows !== "number" || !Array.isArray(tables)) return null;
  return {
    phase,
    rows,
    bytes: bytes ?? 0,
    rowsPerSecond: rowsPerSecond ?? 0,
    etaSeconds: etaSeconds ?? null,
    unitsDone: unitsDone ?? 0,
    unitsTotal: unitsTotal ?? 0,
    tables,
  };
}

/** Share of a run that is done, by its units, else by its tables; null where nobody can know. */
export function shareOfRun({ state, progress }: Pick<RunAnswer, "state" | "progress">): number | null {
  if (state === "succeeded") return 1;
  if (progress === null) return null;
  if (progress.unitsTotal > 1) return progress.unitsDone / progress.unitsTotal;
  const known = progress.tables.filter(({ estimatedRows }) => estimatedRows !== null);
  const expected = known.reduce((sum, { estimatedRows }) => sum + (estimatedRows ?? 0), 0);
  if (expected === 0 || known.length < progress.tables.length) return null;
  return Math.min(1, progress.rows / expected);
}
