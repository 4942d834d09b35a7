import type { RunState, RunSummary } from "@syncline/control-plane";
import type { JobKind } from "@syncline/jobs";

/** What services count. Observability implements it; names and labels are its own. */
export interface ServiceMetrics {
  runFinished(run: {
    readonly kind: JobKind;
    readonly state: RunState;
    readonly seconds: number;
    readonly summary: RunSummary | null;
  }): void;
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
