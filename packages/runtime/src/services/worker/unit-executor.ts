import type { Claim, ControlPlane, RunSummary } from "@syncline/control-plane";
import type { ObjectStore } from "@syncline/engine";
import type { JobKind } from "@syncline/jobs";
import type { OperationSetting } from "../../operations/contract.ts";
import type { HeldRuns } from "../../operations/slices/index.ts";
import type { ResultStore } from "../../results/index.ts";

/** What units need besides their setting. */
export interface UnitTools {
  readonly controlPlane: ControlPlane;
  readonly objectStore: ObjectStore;
  readonly results: ResultStore;
  /** Of the control database, where the bases of bi-sync lie. */
  readonly databaseUrl: string;
  readonly held: HeldRuns;
  /** Where exports are put and imports are looked for. */
  readonly dumpFolder: string;
  readonly workerId: string;
}

export interface UnitWork {
  readonly claim: Claim;
  readonly setting: OperationSetting;
  readonly tools: UnitTools;
}

export interface UnitResult {
  readonly summary: RunSummary | null;
  /** For the units after it. */
  readonly data?: unknown;
  readonly rows?: number;
  readonly bytes?: number;
  readonly checksum?: string;
  /** The executor has ended the unit itself, in a transaction with more. */
  readonly finished?: boolean;
  /** Records more in the transaction that ends the unit; may run several times. Nothing of it stays when the unit was lost. */
  readonly alongside?: (cp: ControlPlane) => Promise<void>;
  /** Once the unit has ended; what fails here is only logged. */
  readonly afterwards?: () => Promise<void>;
}

/**
 * Does a claimed unit. It may run again for the same unit, also while an earlier one still believes to be at work: what
 * it writes to a target carries the setting's application id and fence. Rejects with a CodedError; `interrupted` when
 * the signal told it to stop and nothing was written.
 */
export type UnitExecutor = (work: UnitWork) => Promise<UnitResult>;

/** By kind of job; a kind that is missing is refused with `feature.missing`. */
export type Executors = Partial<Readonly<Record<JobKind, UnitExecutor>>>;
