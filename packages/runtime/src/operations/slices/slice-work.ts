import { CodedError } from "@syncline/core";
import type { ResultStore } from "../../results/index.ts";
import type { OperationReport, OperationSetting } from "../contract.ts";
import type { HeldRuns, InstantBoard } from "./held-runs.ts";

/** A unit of a run that is cut, as whoever claimed it does it. */
export interface SliceWork {
  readonly setting: OperationSetting;
  readonly unit: {
    readonly id: string;
    /** Of this claim; a later claim's is greater. */
    readonly token: bigint;
    /** What the plan left for it; null for the plan itself. */
    readonly slice: unknown;
  };
  /** Where those who take part in a plan find each other's instants. */
  readonly board: (planId: string) => InstantBoard;
  readonly held: HeldRuns;
}

export interface DiffSliceWork extends SliceWork {
  readonly results: Pick<ResultStore, "writeDiffResult" | "combineResults">;
}

/** How a run is cut, as plain data. Each unit's data names its form, so that another version is not misread. */
export interface CutPlan {
  /** For `slice` units, in order. */
  readonly slices: readonly unknown[];
  /** For the `finish` unit. */
  readonly finish: unknown;
  /** Kept with the plan's unit. */
  readonly data: { readonly planId: string };
  readonly notes: readonly string[];
}

/** Which tables a slice is about. */
export interface SliceCovers {
  readonly tables: readonly string[];
}

/** What a unit of a cut run did. */
export interface SliceResult {
  /** Its share of the run's summary. */
  readonly summary: OperationReport;
  /** For the units after it. */
  readonly data: unknown;
  readonly rows: number;
  readonly bytes: number;
  readonly checksum?: string;
}

export const NO_ROWS = { inserted: 0, updated: 0, deleted: 0, unchanged: 0, skipped: 0, conflicts: 0 };

export const NOTHING: OperationReport = {
  outcome: "succeeded",
  counts: NO_ROWS,
  tables: [],
  bytes: 0,
  ledgerIds: [],
  patchId: null,
  files: [],
  notes: [],
};

/** Data of a unit in the form that is asked for. Rejects with `run.instant_lost`, after which the run is planned anew. */
export function readForm<Data extends { readonly form: string }>(value: unknown, form: Data["form"]): Data {
  const found = (value as { form?: unknown } | null)?.form;
  if (found === form) return value as Data;
  throw new CodedError("run.instant_lost", "The run was planned by another version of Syncline.", {
    hint: "It is planned anew by the next attempt.",
    retryable: true,
  });
}
