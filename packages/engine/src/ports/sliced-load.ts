import type { QualifiedName } from "@syncline/core";
import type { Fence } from "../usecases/apply-contract.ts";
import type { BulkTable } from "./bulk-target.ts";

/** A table that is to be loaded in slices. */
export interface SlicedLoadTable {
  readonly table: BulkTable;
  /** Size of the source's table, which decides whether its indexes are dropped. */
  readonly estimatedBytes: number;
}

/** Who does a unit of work: a later claim of the same unit has a greater token and ends the sessions of the earlier. */
export interface UnitClaim {
  readonly unitId: string;
  readonly token: bigint;
}

export interface SliceRows {
  readonly claim: UnitClaim;
  readonly table: BulkTable;
  /** Number of the slice within its table, from 0. */
  readonly part: number;
  /** Columns in the order of the data. */
  readonly columns: readonly string[];
  readonly format: "binary" | "text";
  readonly read: (signal: AbortSignal) => AsyncIterable<Buffer>;
  readonly lockTimeoutMs: number;
  readonly stallTimeoutMs: number;
  readonly signal: AbortSignal;
  readonly progress: (bytes: number) => void;
}

export interface LoadedSlice {
  readonly rows: number;
  /** Of COPY data; 0 where the slice was there already. */
  readonly bytes: number;
  /** False when an earlier claim had committed it. */
  readonly fresh: boolean;
}

export interface FinishLoad {
  readonly claim: UnitClaim;
  /** All tables of the load with the number of their slices. */
  readonly tables: readonly { readonly table: BulkTable; readonly parts: number }[];
  readonly lockTimeoutMs: number;
  readonly signal: AbortSignal;
  /** What the ledger says of the load; see `LedgerEntry`. */
  readonly record: LoadRecord;
}

export interface LoadRecord {
  readonly source: string;
  readonly target: string;
  readonly actor: string | null;
}

export interface FinishedLoad {
  readonly tables: readonly { readonly table: QualifiedName; readonly rows: number }[];
  readonly ledgerId: string;
  readonly notes: readonly string[];
}

/** What a load under way is known by. */
export interface LoadName {
  /** UUID. */
  readonly id: string;
  /** One for all of the load, shown in each of its transactions. */
  readonly fence: Fence;
}

/**
 * A load of empty tables that several processes do together. Each slice is a transaction of its own, so rows are visible
 * as soon as their slice is committed; indexes and foreign keys are missing until `finish`.
 *
 * While anybody takes part, nobody undoes it. Once the last has left without `finish`, its rows are removed by the
 * transactions that wrote them and what was dropped is made again: by that last one, or when all died by whoever works
 * on the target next (`BulkTarget.recover`).
 */
export interface SlicedLoad {
  /**
   * Loads one slice exactly once, whoever else tries: a slice that is there already is only counted. Rejects with
   * `run.instant_lost` when the load was given up meanwhile, with `target.locked` when the fence was passed on.
   */
  loadSlice(rows: SliceRows): Promise<LoadedSlice>;
  /** Makes everything again that was dropped and records the load, in one transaction. Finds an earlier claim's. */
  finish(request: FinishLoad): Promise<FinishedLoad>;
  /**
   * Takes part no longer. Undoes the load if nobody else does and it is not finished; returns notes. `keep`: leaves it as
   * it is, for somebody who joins later to finish it.
   */
  leave(options?: { readonly keep: boolean }): Promise<readonly string[]>;
}

export interface BeginLoad {
  readonly name: LoadName;
  readonly tables: readonly SlicedLoadTable[];
  readonly lockTimeoutMs: number;
  readonly signal: AbortSignal;
}

export interface SlicedLoadTarget {
  /** Why these tables cannot be loaded in slices; empty when they can. */
  obstacles(tables: readonly BulkTable[], signal: AbortSignal): Promise<readonly string[]>;
  /** Drops what slices would stumble over and writes it down. Rejects when a table is not empty any more. */
  begin(request: BeginLoad): Promise<SlicedLoad>;
  /** Takes part in a load that another began. Rejects with `run.instant_lost` when there is none of this name. */
  join(name: LoadName, signal: AbortSignal): Promise<SlicedLoad>;
}
