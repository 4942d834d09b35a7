import type { PatchRow } from "@syncline/core";
import type { Endpoint } from "../../ports/endpoint.ts";
import type { PatchTarget } from "../../ports/patch-target.ts";
import type { BackupReceipt } from "../../ports/receipt.ts";
import type { RunContext } from "../../ports/run-context.ts";
import type { ApplicationName, ApplyCounts, ApplyOptions } from "../apply-contract.ts";

/**
 * One wish about one row. Values are texts that PostgreSQL reads as the column's type. What is left out of `old` is
 * taken as it is now; what an insert leaves out gets the column's default.
 */
export interface BatchOperation {
  readonly op: "insert" | "update" | "delete";
  /** As the tenant calls it: `users`, or `billing.invoices` outside of the tenant's schema. */
  readonly table: string;
  /** May be left out of an insert, whose key is then among `new` or a default. */
  readonly key: PatchRow;
  /** What must hold of the row before. */
  readonly old: PatchRow;
  readonly new: PatchRow;
}

/**
 * `already`: it was so before. `skipped`: left out because of `ours`. `violation`: the database refuses it. `held`:
 * nothing is wrong with it, but with others of an atomic batch, or the target went away before its turn.
 */
export type BatchStatus = "applied" | "already" | "skipped" | "conflict" | "violation" | "error" | "held";

export interface BatchProblem {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
}

export interface BatchItem {
  readonly status: BatchStatus;
  /** Also of an insert whose key came from a default; null when it is not known. */
  readonly key: PatchRow | null;
  readonly problem: BatchProblem | null;
}

export interface BatchResult {
  /** `refused`: nothing was written. In a dry run: what would have been. */
  readonly outcome: "applied" | "partial" | "refused";
  /** Aligned with the operations. */
  readonly items: readonly BatchItem[];
  readonly counts: ApplyCounts;
  /** For undo; several when the batch is not atomic. */
  readonly ledgerIds: readonly string[];
  /** Of what was destroyed, one for each transaction. */
  readonly receipts: readonly BackupReceipt[];
  readonly notes: readonly string[];
}

/** Values that columns get when an insert leaves them out, as text. */
export type ReadDefaults = (table: string, columns: readonly string[]) => Promise<PatchRow>;

export interface ApplyBatchInput extends ApplicationName {
  readonly ctx: RunContext;
  /** The target as it is read; opened afresh whenever rows are looked at again. */
  readonly openTarget: () => Promise<Endpoint>;
  readonly patchTarget: PatchTarget;
  readonly readDefaults: ReadDefaults;
  readonly operations: readonly BatchOperation[];
  /** All of it or nothing, in one transaction; else each operation on its own, in order. */
  readonly atomic: boolean;
  readonly options: ApplyOptions;
  /** Who asks, for the ledger. */
  readonly source: string;
}
