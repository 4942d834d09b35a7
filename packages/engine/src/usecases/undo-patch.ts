import type { PatchOperation } from "@syncline/core";
import type { PatchTarget } from "../ports/patch-target.ts";
import type { RunContext } from "../ports/run-context.ts";
import { nameApplication } from "./apply/application-id.ts";
import { checkOptions } from "./apply/check-options.ts";
import { findDone, resultOfThen } from "./apply/find-done.ts";
import { runApplication } from "./apply/run-application.ts";
import type {
  ApplicationName,
  ApplyConflict,
  ApplyOptions,
  ApplyResult,
  PatchInput,
} from "./apply-contract.ts";

export interface UndoPatchInput extends ApplicationName {
  readonly target: PatchTarget;
  /** A patch's id or the ledger id of one application of it. */
  readonly patchId: string;
  readonly options: ApplyOptions;
  /** Chooses among the inverse operations; without it all are taken. */
  readonly select?: ((operation: PatchOperation) => boolean) | undefined;
  /** What people decided of rows that were edited since; asked once the inverse is known. */
  readonly decide?: ((inverse: PatchInput) => DecidedInverse) | undefined;
  readonly ctx: RunContext;
  readonly onConflict?: (conflict: ApplyConflict) => Promise<void> | void;
}

export interface DecidedInverse extends Pick<PatchInput, "operations"> {
  /** Whether some rows stay as they are, so that the application is taken back in part. */
  readonly partial: boolean;
}

/**
 * Puts back the exact rows from before an application, from what the target itself keeps. All or nothing, unless
 * `select` or the strategy say otherwise; rows that were edited since are conflicts. An undo can be undone.
 * @throws CodedError `patch.not_found`, `patch.already_undone`, and what `applyPatch` throws
 */
export async function undoPatch(input: UndoPatchInput): Promise<ApplyResult> {
  const { target, patchId, select, decide, ctx, onConflict } = input;
  const options = checkOptions(input.options);
  const name = nameApplication(ctx, input.applicationId);
  // What it takes back is marked as undone by then.
  const done = await findDone(target, { ...name, options });
  if (done !== null) return resultOfThen(done);
  const inverse = await target.openInverse(patchId);
  const { header, entry } = inverse;
  const operations = () => selected(inverse.operations(), select);
  const decided = decide?.({ header, hash: entry.hash, operations });
  return runApplication({
    target,
    request: {
      ...name,
      kind: "undo",
      undoes: entry.id,
      partial: select !== undefined || decided?.partial === true,
      header,
      hash: entry.hash,
      options,
      actor: ctx.actor,
      signal: ctx.signal,
    },
    operations: decided?.operations ?? operations,
    ctx,
    onConflict,
    reached: input.reached,
  });
}

async function* selected(
  operations: AsyncIterable<readonly PatchOperation[]>,
  select: ((operation: PatchOperation) => boolean) | undefined,
): AsyncIterable<readonly PatchOperation[]> {
  for await (const batch of operations) yield select === undefined ? batch : batch.filter(select);
}
