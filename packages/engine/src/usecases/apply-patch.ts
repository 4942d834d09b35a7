import type { OperationOutcome, PatchTarget } from "../ports/patch-target.ts";
import type { RunContext } from "../ports/run-context.ts";
import { nameApplication } from "./apply/application-id.ts";
import { checkOptions } from "./apply/check-options.ts";
import { completeOperations } from "./apply/complete-operations.ts";
import { runApplication } from "./apply/run-application.ts";
import type {
  ApplicationName,
  ApplyConflict,
  ApplyOptions,
  ApplyResult,
  PatchInput,
} from "./apply-contract.ts";

export interface ApplyPatchInput extends ApplicationName {
  readonly target: PatchTarget;
  readonly patch: PatchInput;
  readonly options: ApplyOptions;
  readonly ctx: RunContext;
  /** Gets every conflict while the transaction is still open; nothing was written. */
  readonly onConflict?: (conflict: ApplyConflict) => Promise<void> | void;
  /** Gets what became of the operations, in order, before anything is visible. Once an attempt. */
  readonly onOutcomes?: (outcomes: AsyncIterable<readonly OperationOutcome[]>) => Promise<void>;
}

/**
 * Applies a patch in one transaction: all of it or nothing. Conflicts are a result, not an error.
 * @throws CodedError when it cannot be applied at all; nothing was written then
 */
export async function applyPatch({
  target,
  patch,
  options,
  ctx,
  onConflict,
  onOutcomes,
  applicationId,
  reached,
}: ApplyPatchInput): Promise<ApplyResult> {
  return runApplication({
    target,
    request: {
      ...nameApplication(ctx, applicationId),
      kind: "apply",
      undoes: null,
      partial: false,
      header: patch.header,
      hash: patch.hash,
      options: checkOptions(options),
      actor: ctx.actor,
      signal: ctx.signal,
    },
    operations: () => completeOperations(patch.header, patch.operations()),
    ctx,
    onConflict,
    afterWrite: onOutcomes && ((transaction) => onOutcomes(transaction.outcomes())),
    reached,
  });
}
