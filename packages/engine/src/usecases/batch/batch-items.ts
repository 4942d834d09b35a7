import { type CodedError, isCodedError } from "@syncline/core";
import type { OperationOutcome } from "../../ports/patch-target.ts";
import type { ApplyCounts } from "../apply-contract.ts";
import type { BatchItem, BatchProblem, BatchResult, BatchStatus } from "./batch-contract.ts";
import type { CompletedOperation } from "./complete-operation.ts";

/** A wish that was looked at: what it becomes, or what is wrong with it. */
export type Completed = CompletedOperation | { readonly kind: "broken"; readonly problem: BatchProblem };

export const NOTHING: ApplyCounts = { inserted: 0, updated: 0, deleted: 0, alreadyApplied: 0, skipped: 0 };

export const STATUS: Readonly<Record<OperationOutcome, BatchStatus>> = {
  written: "applied",
  present: "already",
  skipped: "skipped",
  conflict: "conflict",
};

export function item(status: BatchStatus, key: BatchItem["key"]): BatchItem {
  return { status, key, problem: null };
}

/** `others` is the state of those that nothing is wrong with. */
export function itemOf(each: Completed, others: BatchStatus): BatchItem {
  if (each.kind === "broken") return { status: "error", key: null, problem: each.problem };
  if (each.kind === "operation") return item(others, each.operation.key);
  return item(each.status === "conflict" && others === "skipped" ? "skipped" : each.status, each.key);
}

/** The database names a table, not a row. */
export function violationOf(each: Completed, error: CodedError): BatchItem {
  if (each.kind !== "operation") return itemOf(each, "held");
  const table = error.details["table"] ?? null;
  if (table !== null && table !== each.table.spec.name.name) return item("held", each.operation.key);
  return { status: "violation", key: each.operation.key, problem: problemOf(error) };
}

export function refused(items: readonly BatchItem[], notes: readonly string[] = []): BatchResult {
  return { outcome: "refused", items, counts: NOTHING, ledgerIds: [], receipts: [], notes };
}

export function problemOf({ code, message, hint }: CodedError): BatchProblem {
  return { code, message, hint: hint ?? null };
}

/** A text that is no value of its column's type: SQLSTATE class 22. */
export function isBadValue(error: unknown): error is CodedError {
  const sqlState = isCodedError(error) ? error.details["sqlState"] : null;
  return typeof sqlState === "string" && sqlState.startsWith("22");
}

export function addCounts(a: ApplyCounts, b: ApplyCounts): ApplyCounts {
  return {
    inserted: a.inserted + b.inserted,
    updated: a.updated + b.updated,
    deleted: a.deleted + b.deleted,
    alreadyApplied: a.alreadyApplied + b.alreadyApplied,
    skipped: a.skipped + b.skipped,
  };
}
