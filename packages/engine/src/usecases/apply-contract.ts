import type { PatchHeader, PatchOperation, PatchRow } from "@syncline/core";

export interface ApplyOptions {
  /** `reject` is `manual` without a conflict file: both roll back and report. */
  readonly strategy: "manual" | "ours" | "theirs";
  readonly dryRun: boolean;
  readonly force: { readonly reason: string } | null;
  readonly triggers: "auto" | "on" | "off";
  readonly includeCascades: boolean;
  readonly allowDdl: boolean;
  readonly lockTimeoutMs: number;
  /** A growing number that the target remembers, or null. */
  readonly fencingToken: bigint | null;
}

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
  /** Reads the operations from the start, verified against the footer at the end. May be called more than once. */
  readonly operations: () => AsyncIterable<readonly PatchOperation[]>;
}
