import type { PatchHeader, PatchOperation, PatchRow, PatchSignature } from "@syncline/core";

import type { BackupReceipt } from "../ports/receipt.ts";

export interface ApplyOptions {
  /** `reject` is `manual` without a conflict file: both roll back and report. */
  readonly strategy: "manual" | "ours" | "theirs";
  readonly dryRun: boolean;
  readonly force: { readonly reason: string } | null;
  readonly triggers: "auto" | "on" | "off";
  readonly includeCascades: boolean;
  readonly allowDdl: boolean;
  readonly lockTimeoutMs: number;
  /** Null for people at a terminal. */
  readonly fence: Fence | null;
}

/** Who writes under a lease that another may take over. The target remembers the greatest token of each domain. */
export interface Fence {
  /** Names what the tokens are about; tokens of different domains are not compared. */
  readonly domain: string;
  /** A writer with a smaller token than the target has seen is refused, and one at work is ended by a greater one. */
  readonly token: bigint;
}

/** How an application is known before it is made. All optional: people at a terminal need none of it. */
export interface ApplicationName {
  /**
   * UUID under which the ledger records it. Where the ledger has it already, nothing is done and the result is
   * `already-applied` with the counts of then. Null: a fresh one.
   */
  readonly applicationId?: string | null | undefined;
  /** Hears how far the transaction is. */
  readonly reached?: ((point: ApplicationPoint) => void) | undefined;
}

/** All rows are written and nothing is visible; then: everything is. */
export type ApplicationPoint = "rows-written" | "rows-committed";

export interface ApplyCounts {
  readonly inserted: number;
  readonly updated: number;
  readonly deleted: number;
  /** Operations whose result already stood in the target. */
  readonly alreadyApplied: number;
  /** Operations left out because of `ours`. */
  readonly skipped: number;
}

export type ConflictKind =
  | "update-update"
  | "update-delete"
  | "delete-update"
  | "insert-insert"
  | "count-changed";

/** An operation whose precondition does not hold. */
export interface ApplyConflict {
  readonly kind: ConflictKind;
  readonly operation: PatchOperation;
  /** The target's row now, whole; null when it is gone. */
  readonly ours: PatchRow | null;
}

export interface ApplyResult {
  readonly outcome: "applied" | "already-applied" | "conflicts" | "dry-run";
  readonly patchId: string;
  /** Ledger id of this application, null when nothing was written. */
  readonly ledgerId: string | null;
  /** That what was destroyed can be had again; null when nothing was written. */
  readonly receipt: BackupReceipt | null;
  readonly counts: ApplyCounts;
  readonly tables: readonly ({ readonly name: string } & ApplyCounts)[];
  /** First conflicts; all of them went to `onConflict`. */
  readonly conflictCount: number;
  /** What people should know: triggers disabled, sequences raised or to be raised, constraints deferred. */
  readonly notes: readonly string[];
}

export interface PatchInput {
  readonly header: PatchHeader;
  /** sha256 of the whole patch, hex; names the patch's content in the ledger. */
  readonly hash: string;
  /** Approvals of exactly these contents; absent where a patch was narrowed, turned round or made on the way. */
  readonly signatures?: readonly PatchSignature[];
  /** Reads the operations from the start, verified against the footer at the end. May be called more than once. */
  readonly operations: () => AsyncIterable<readonly PatchOperation[]>;
}
