import { CodedError, isCodedError, type PatchOperation } from "@syncline/core";
import type {
  ApplicationRequest,
  PatchTarget,
  PatchTransaction,
  WriteReport,
} from "../../ports/patch-target.ts";
import type { RunContext } from "../../ports/run-context.ts";
import type { ApplicationName, ApplyConflict, ApplyResult } from "../apply-contract.ts";
import { assertReceipt } from "./assert-receipt.ts";
import { findDone, resultOfThen } from "./find-done.ts";
import { findOutcome } from "./find-outcome.ts";
import { withRetry } from "./with-retry.ts";

export interface Application {
  readonly target: PatchTarget;
  readonly request: ApplicationRequest;
  readonly operations: () => AsyncIterable<readonly PatchOperation[]>;
  readonly ctx: RunContext;
  readonly onConflict?: ((conflict: ApplyConflict) => Promise<void> | void) | undefined;
  /** Runs when everything is staged and nothing written; a rejection ends the attempt. */
  readonly beforeWrite?: () => Promise<void>;
  /** Runs when everything is written, conflicts found and nothing committed; asks for `outcomes`. */
  readonly afterWrite?: ((transaction: PatchTransaction) => Promise<void>) | undefined;
  /** Whether there is something to record even when no row changes. */
  readonly commitIdle?: boolean;
  readonly reached?: ApplicationName["reached"];
}

/** Applies the operations once or not at all; every return and every rejection is definite. */
export async function runApplication(application: Application): Promise<ApplyResult> {
  return withRetry(application.ctx, () => attemptApplication(application));
}

/** One attempt of it; a retryable rejection says that a fresh one may succeed. */
export async function attemptApplication(application: Application): Promise<ApplyResult> {
  const { target, request, ctx } = application;
  const done = await findDone(target, request);
  if (done !== null) return resultOfThen(done);
  const transaction = await target.begin(request);
  try {
    await transaction.stage(withProgress(application));
    await application.beforeWrite?.();
    ctx.progress({ phase: "write", table: null, rows: 0, bytes: 0, estimatedRows: null });
    const report = await transaction.write();
    await application.afterWrite?.(transaction);
    if (report.conflictCount > 0) return await stopOnConflicts(application, transaction, report);
    if (request.options.dryRun) return toResult(request, report, "dry-run");
    const idle = countWritten(report) === 0;
    if (idle && request.kind === "apply" && application.commitIdle !== true)
      return toResult(request, report, "already-applied");
    const receipt = idle ? null : assertReceipt(target.label, report, await transaction.readInverse());
    ctx.signal.throwIfAborted();
    application.reached?.("rows-written");
    await commit(application, transaction);
    application.reached?.("rows-committed");
    // An undo that found everything undone is recorded all the same.
    return { ...toResult(request, report, idle ? "already-applied" : "applied"), receipt };
  } finally {
    await transaction.rollback();
  }
}

async function stopOnConflicts(
  { request, onConflict }: Application,
  transaction: PatchTransaction,
  report: WriteReport,
): Promise<ApplyResult> {
  if (onConflict !== undefined)
    for await (const conflict of transaction.conflicts()) await onConflict(conflict);
  return toResult(request, request.options.dryRun ? report : withoutWrites(report), "conflicts");
}

/** Nothing was written; a dry run tells what would have been without the conflicts. */
function withoutWrites(report: WriteReport): WriteReport {
  const none = { inserted: 0, updated: 0, deleted: 0 };
  return {
    ...report,
    counts: { ...report.counts, ...none },
    tables: report.tables.map((table) => ({ ...table, ...none })),
  };
}

async function commit({ target, request, ctx }: Application, transaction: PatchTransaction): Promise<void> {
  try {
    await transaction.commit();
  } catch (error) {
    if (!isCodedError(error) || error.code !== "patch.outcome_unknown") throw error;
    if (await findOutcome(target, request, ctx)) return;
    throw new CodedError("connection.lost", `The connection to "${target.label}" was lost before COMMIT.`, {
      hint: "Nothing was written; try again.",
      retryable: true,
      cause: error,
    });
  }
}

async function* withProgress({ operations, ctx }: Application): AsyncIterable<readonly PatchOperation[]> {
  let rows = 0;
  for await (const batch of operations()) {
    yield batch;
    rows += batch.length;
    ctx.progress({ phase: "stage", table: batch.at(-1)?.table ?? null, rows, bytes: 0, estimatedRows: null });
  }
}

function countWritten({ counts }: WriteReport): number {
  return counts.inserted + counts.updated + counts.deleted;
}

function toResult(
  request: ApplicationRequest,
  report: WriteReport,
  outcome: ApplyResult["outcome"],
): ApplyResult {
  return {
    outcome,
    patchId: request.header.id,
    ledgerId: outcome === "applied" ? request.id : null,
    receipt: null,
    counts: report.counts,
    tables: report.tables,
    conflictCount: report.conflictCount,
    notes: report.notes,
  };
}
