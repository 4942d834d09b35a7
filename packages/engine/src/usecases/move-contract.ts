import type { MergeConflict, MergeResolution, MoveRules, PatchRow, PatchTable } from "@syncline/core";
import type { CreateChangeSpool } from "../ports/change-spool.ts";
import type { Endpoint } from "../ports/endpoint.ts";
import type { HighWaterMark, PatchTarget } from "../ports/patch-target.ts";
import type { BackupReceipt } from "../ports/receipt.ts";
import type { RunContext } from "../ports/run-context.ts";
import type { ApplicationName, ApplyOptions } from "./apply-contract.ts";
import type { DiffOptions } from "./diff-contract.ts";
import type { RenumberInput } from "./renumber/renumbering.ts";

/** Rows of one place carried to another by their difference: copy onto existing rows, push, import. */
export interface MoveInput extends ApplicationName {
  readonly ctx: RunContext;
  /** Opened afresh for every attempt; closed by the use case. */
  readonly openSource: () => Promise<Endpoint>;
  /** The target as it is read for the comparison. */
  readonly openTarget: () => Promise<Endpoint>;
  /** The common ancestor of a three-way merge, else null. */
  readonly openBase: (() => Promise<Endpoint>) | null;
  readonly patchTarget: PatchTarget;
  readonly diff: DiffOptions;
  readonly rules: MoveRules;
  readonly apply: Pick<
    ApplyOptions,
    "dryRun" | "triggers" | "includeCascades" | "allowDdl" | "lockTimeoutMs" | "fence"
  >;
  /**
   * Column tenancy: the tenant that must have rows in the source before any of the target's is deleted. One without
   * rows and a mistyped one look alike.
   */
  readonly sourceTenant?: string;
  /** Whether rows that only the target has may be deleted at all; false for incremental runs and unknown scopes. */
  readonly mayDelete: boolean;
  /** Marks to remember with the rows, from an incremental run over these tables. */
  readonly highWater?: (tables: readonly PatchTable[]) => readonly HighWaterMark[];
  /** Why, for the ledger. */
  readonly reason?: string;
  /** What the run covers, for the ledger. */
  readonly scope: Readonly<Record<string, unknown>>;
  /**
   * Whether a source row is there only because others refer to it: inserted when missing, and no conflict when the
   * target has it already, outside of its scope.
   */
  readonly isReferenced?: (table: string, key: PatchRow) => boolean;
  /** Gives other keys to rows whose surrogate key another row of the target has; absent leaves keys as they are. */
  readonly renumber?: RenumberInput;
  /** Hears of every conflict; may decide it. Undefined leaves it to the rules. */
  readonly onConflict?: (
    conflict: MergeConflict,
    table: PatchTable,
  ) => Promise<MergeResolution | undefined> | MergeResolution | undefined;
  /** Hears of every conflict that nobody decided. */
  readonly onUndecided?: (conflict: MergeConflict, table: PatchTable) => Promise<void> | void;
  /** Called when an attempt begins: what was heard of conflicts before counts no longer. */
  readonly onAttempt?: (about: {
    readonly source: string;
    readonly target: string;
    readonly tables: readonly PatchTable[];
  }) => Promise<void> | void;
  /** Where a three-way merge keeps the target's changes meanwhile; in memory when absent. */
  readonly createSpool?: CreateChangeSpool;
}

export interface MoveCounts {
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
  readonly unchanged: number;
  /** Rows held back as the target has them because of a policy or a decision. */
  readonly skipped: number;
  /** Conflicts, decided or not. */
  readonly conflicts: number;
}

export interface MoveResult {
  readonly outcome: "applied" | "already-applied" | "conflicts" | "dry-run";
  /** Names the run for `undo`; null when nothing was written. */
  readonly ledgerId: string | null;
  /** That what was destroyed can be had again; null when nothing was written. */
  readonly receipt: BackupReceipt | null;
  readonly counts: MoveCounts;
  readonly tables: readonly ({ readonly name: string } & MoveCounts)[];
  /** Conflicts that nobody decided: their rows are as the target has them. */
  readonly undecided: number;
  readonly notes: readonly string[];
}
