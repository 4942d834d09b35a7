import type { Claim, ControlPlane, RunSummary } from "@syncline/control-plane";
import type { ObjectStore } from "@syncline/engine";
import type { JobKind } from "@syncline/jobs";
import type { OperationSetting } from "../../operations/contract.ts";
import type { ResultStore } from "../../results/index.ts";

/** What units need besides their setting. */
export interface UnitTools {
  readonly controlPlane: ControlPlane;
  readonly objectStore: ObjectStore;
  readonly results: ResultStore;
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
  /** The executor has ended the unit itself, in the transaction of what it stored. */
  readonly finished?: boolean;
}

/**
 * Does a claimed unit. It may run again for the same unit, also while an earlier one still believes to be at work: what
 * it writes to a target carries the setting's application id and fence. Rejects with a CodedError; `interrupted` when
 * the signal told it to stop and nothing was written.
 */
export type UnitExecutor = (work: UnitWork) => Promise<UnitResult>;

/** By kind of job; a kind that is missing is refused with `feature.missing`. */
export type Executors = Partial<Readonly<Record<JobKind, UnitExecutor>>>;
