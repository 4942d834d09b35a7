import type {
  ConflictDetection,
  ConflictResolution,
  MergeConflict,
  MergeOutcome,
  MergeResolution,
  PatchTable,
  QualifiedName,
} from "@syncline/core";
import type { BaseStore } from "../../ports/base-store.ts";
import type { CreateChangeSpool } from "../../ports/change-spool.ts";
import type { Endpoint } from "../../ports/endpoint.ts";
import type { PatchTarget } from "../../ports/patch-target.ts";
import type { BackupReceipt } from "../../ports/receipt.ts";
import type { RunContext } from "../../ports/run-context.ts";
import type { ApplyOptions } from "../apply-contract.ts";
import type { DiffOptions } from "../diff-contract.ts";
import type { DeleteLimit } from "./delete-limit.ts";

/** One side of a pair. */
export interface SyncSide {
  /** Opened afresh for every comparison; null means all tables of its locator. */
  readonly openRows: (tables: readonly QualifiedName[] | null) => Promise<Endpoint>;
  readonly openTarget: () => Promise<PatchTarget>;
}

export type SyncDirection = "both" | "source-to-target" | "target-to-source";

/** Names the points of a cycle at which a process may die. */
export type SyncPoint = "reading" | "first-side-applied" | "both-sides-applied";

export interface SyncCycleInput {
  readonly ctx: RunContext;
  /** Theirs. */
  readonly source: SyncSide;
  /** Ours. */
  readonly target: SyncSide;
  /** The rows on which both agreed last. */
  readonly base: BaseStore;
  readonly direction: SyncDirection;
  readonly conflicts: {
    readonly detection: ConflictDetection;
    readonly resolution: ConflictResolution;
    /** Columns that say when a row was changed last. */
    readonly timestampFields: readonly string[];
    readonly timestampSkewMs: number;
  };
  /** Undecided conflicts that are told; 20,000 when absent. */
  readonly mostConflicts?: number;
  /** Absent: any number of deletes. */
  readonly deleteLimit?: DeleteLimit;
  readonly diff: Pick<
    DiffOptions,
    "tableMap" | "columnMap" | "tablePatterns" | "ignoreFields" | "keys" | "parallel"
  >;
  readonly apply: Pick<
    ApplyOptions,
    "dryRun" | "triggers" | "includeCascades" | "allowDdl" | "lockTimeoutMs" | "fence"
  >;
  /** With the base's sequence, names what this cycle writes in the ledgers of both sides. */
  readonly applicationSeed: string;
  /** What people decided of a conflict, if it is still about these versions of the row. */
  readonly decide?: (about: ConflictAbout) => MergeResolution | undefined;
  readonly createSpool?: CreateChangeSpool;
  /** Called at points at which the process may die. */
  readonly reached?: (point: SyncPoint) => void;
  /**
   * The end of the cycle, once both sides have their rows: the statements advance the base and belong into one
   * transaction with whatever else is recorded. Absent: the base is advanced alone.
   */
  readonly finish?: (statements: readonly string[], result: SyncCycleResult) => Promise<void>;
}

export interface ConflictAbout {
  /** The row, equal in every cycle. */
  readonly name: string;
  /** The versions of the row on both sides: equal while neither changes. */
  readonly versions: string;
  readonly conflict: MergeConflict;
  readonly table: PatchTable;
}

/** A conflict that nobody decided; its row is held as it is on both sides. */
export type SyncConflict = Omit<ConflictAbout, "table"> & { readonly columns: PatchTable["columns"] };

/** A conflict that people decided, and what became of it. */
export interface DecidedConflict {
  readonly table: string;
  readonly name: string;
  /** `standing`: the decision leaves the sides as they are, so it stays in force. */
  readonly state: "applied" | "standing";
}

export interface SyncSideCounts {
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
}

export interface SyncTableResult {
  readonly name: string;
  readonly outcomes: Readonly<Record<MergeOutcome, number>>;
  readonly target: SyncSideCounts;
  readonly source: SyncSideCounts;
  /** Conflicts, decided or not. */
  readonly conflicts: number;
  readonly undecided: number;
  /** Rows held without anybody being asked. */
  readonly held: number;
}

export interface SyncCycleResult {
  /** `conflicts`: as a rule demands, nothing was written while some rows are undecided. */
  readonly outcome: "synced" | "conflicts" | "dry-run";
  readonly tables: readonly SyncTableResult[];
  /** For `undo`; null where nothing was written. */
  readonly ledgerIds: { readonly target: string | null; readonly source: string | null };
  /** Of what was destroyed on either side. */
  readonly receipts: readonly BackupReceipt[];
  readonly open: readonly SyncConflict[];
  /** Conflicts that nobody decided and for which `open` had no room; their rows are held as well. */
  readonly left: number;
  readonly decided: readonly DecidedConflict[];
  /** Whether an earlier cycle had died, and this one began with what the ledgers say of it. */
  readonly recovered: boolean;
  /** Comparisons that were needed: more than 1 when rows changed meanwhile, or broke a constraint. */
  readonly attempts: number;
  readonly notes: readonly string[];
}
