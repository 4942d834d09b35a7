import { isCodedError } from "@syncline/core";
import type { OperationOutcome } from "../../ports/patch-target.ts";
import type { ApplyResult } from "../apply-contract.ts";
import { applyPatch } from "../apply-patch.ts";
import type { ApplyBatchInput, BatchResult } from "./batch-contract.ts";
import { type Completed, item, itemOf, NOTHING, refused, STATUS, violationOf } from "./batch-items.ts";
import { batchPatch, type PlacedOperation } from "./batch-patch.ts";

/** Writes completed operations in one transaction: all of them or none. */
export async function attemptBatch(
  input: ApplyBatchInput,
  applicationId: string,
  completed: readonly Completed[],
): Promise<BatchResult> {
  if (!mayBegin(input, completed)) return refused(completed.map((each) => itemOf(each, "held")));
  const placed = completed.filter((each) => each.kind === "operation");
  if (placed.length === 0) return nothingToDo(completed);
  const outcomes: OperationOutcome[] = [];
  try {
    const result = await write(input, { applicationId, placed, outcomes });
    return resultOf({ completed, placed, outcomes, result });
  } catch (error) {
    if (!isCodedError(error) || error.code !== "patch.constraint_violated") throw error;
    return refused(completed.map((each) => violationOf(each, error)));
  }
}

/** With `ours`, rows that are gone are left out like any other conflict. */
function mayBegin({ options }: ApplyBatchInput, completed: readonly Completed[]): boolean {
  return completed.every((each) => {
    if (each.kind === "ended") return each.status !== "conflict" || options.strategy === "ours";
    return each.kind === "operation";
  });
}

function nothingToDo(completed: readonly Completed[]): BatchResult {
  const items = completed.map((each) => itemOf(each, "skipped"));
  const alreadyApplied = items.filter(({ status }) => status === "already").length;
  const counts = { ...NOTHING, alreadyApplied, skipped: items.length - alreadyApplied };
  return { outcome: "applied", items, counts, ledgerIds: [], receipts: [], notes: [] };
}

interface Writing {
  readonly applicationId: string;
  readonly placed: readonly PlacedOperation[];
  readonly outcomes: OperationOutcome[];
}

function write(input: ApplyBatchInput, { applicationId, placed, outcomes }: Writing): Promise<ApplyResult> {
  const { ctx, patchTarget, options, reached } = input;
  return applyPatch({
    ctx,
    target: patchTarget,
    patch: batchPatch(input, placed),
    options,
    applicationId,
    reached,
    onOutcomes: async (pages) => {
      outcomes.length = 0; // of an attempt that failed
      for await (const page of pages) outcomes.push(...page);
    },
  });
}

interface Written {
  readonly completed: readonly Completed[];
  readonly placed: readonly PlacedOperation[];
  readonly outcomes: readonly OperationOutcome[];
  readonly result: ApplyResult;
}

function resultOf({ completed, placed, outcomes, result }: Written): BatchResult {
  const conflicted = result.conflictCount > 0;
  const items = completed.map((each) => {
    if (each.kind !== "operation") return itemOf(each, conflicted ? "held" : "skipped");
    const status = STATUS[outcomes[placed.indexOf(each)] ?? "present"];
    return item(conflicted && status !== "conflict" ? "held" : status, each.operation.key);
  });
  const { counts, notes, ledgerId, receipt } = result;
  if (conflicted) return refused(items, notes);
  return {
    outcome: "applied",
    items,
    counts,
    ledgerIds: ledgerId === null ? [] : [ledgerId],
    receipts: receipt === null ? [] : [receipt],
    notes,
  };
}
