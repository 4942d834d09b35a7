import type { Run, RunState, RunSummary } from "@syncline/control-plane";
import type { JobKind } from "@syncline/jobs";

export interface FinishedRun {
  readonly kind: JobKind;
  readonly state: RunState;
  readonly seconds: number;
  /** Null where nothing was written or found. */
  readonly summary: RunSummary | null;
}

/** What is counted of a run that is over, whoever ended it. What a run without writing would have done is not. */
export function finishedRun(run: Run): FinishedRun {
  const { kind, state, startedAt, createdAt, finishedAt, definition, summary } = run;
  const tried = "dryRun" in definition && definition.dryRun;
  return {
    kind,
    state,
    seconds: Math.max(0, ((finishedAt ?? createdAt).getTime() - (startedAt ?? createdAt).getTime()) / 1_000),
    summary: tried ? null : summary,
  };
}

/** What services count. Observability implements it; names and labels are its own. */
export interface ServiceMetrics {
  runFinished(run: FinishedRun): void;
  /** `outcome`: done, failed, stopped, lost. */
  unitFinished(unit: { readonly kind: string; readonly outcome: string; readonly code: string | null }): void;
  unitsRunning(count: number): void;
  /** A unit whose lease ran out elsewhere was put back. */
  leasesTakenOver(count: number): void;
  /** How late a slot was fired. */
  slotFired(slot: { readonly lateSeconds: number; readonly outcome: string }): void;
  leader(leads: boolean): void;
}

export const NO_METRICS: ServiceMetrics = {
  runFinished: () => {},
  unitFinished: () => {},
  unitsRunning: () => {},
  leasesTakenOver: () => {},
  slotFired: () => {},
  leader: () => {},
};
