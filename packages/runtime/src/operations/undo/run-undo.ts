import { createPatchFilter, type PatchSelection } from "@syncline/core";
import { type PatchTarget, type UndoPatchInput, undoPatch } from "@syncline/engine";
import type { JobOf } from "@syncline/jobs";
import { connectRemote } from "../../remote/connect-remote.ts";
import type { ApplyHooks, ApplyReport } from "../apply/run-apply.ts";
import type { OperationSetting } from "../contract.ts";
import { applyReport } from "../target/apply-report.ts";
import { type ApplyWish, applicationOf, applyOptionsOf, applyWishOfJob } from "../target/apply-wish.ts";
import { notThere, remoteWish, remoteWriteTarget } from "../target/remote-target.ts";
import { withWriteTarget } from "../target/with-write-target.ts";

export interface UndoInput {
  /** Locator, as it was typed. */
  readonly target: string;
  /** A patch's id, or the ledger id of one application of it. */
  readonly patchId: string;
  readonly options: ApplyWish;
  /** Only matching operations; null takes all. */
  readonly selections: readonly PatchSelection[] | null;
  /** As in `ApplyInput`. */
  readonly confirm?: string | null;
}

export interface UndoHooks extends ApplyHooks, Pick<UndoPatchInput, "decide"> {}

export function undoOfJob(job: JobOf<"undo">): UndoInput {
  return {
    target: job.target,
    patchId: job.ledgerId,
    options: applyWishOfJob(job),
    selections: null,
    confirm: job.confirm ?? null,
  };
}

/**
 * Puts back the rows from before an application, all or nothing. Conflicts are a result. An undo that the target's
 * ledger knows already by the setting's id is not made again: its counts are reported.
 * @throws CodedError `patch.not_found`, `patch.already_undone`, and what applying throws
 */
export async function runUndo(
  setting: OperationSetting,
  { target: locator, patchId, options, selections, confirm = null }: UndoInput,
  { onConflict, decide }: UndoHooks = {},
): Promise<ApplyReport> {
  const wanted = { target: locator, action: "undo", dryRun: options.dryRun };
  const remote = await remoteWriteTarget(setting, wanted);
  if (remote !== null) {
    if (selections !== null) throw notThere(remote.label, "--select");
    const { signal, warn } = setting.context;
    const wish = remoteWish(remote, options, confirm);
    const there = await connectRemote(remote);
    const result = await there.undo(wish, patchId, { signal, warn });
    return { ...applyReport(result), target: remote.label, result };
  }
  return withWriteTarget(setting, wanted, async ({ place, target }) => {
    const select = selections === null ? null : await chosen(target, patchId, selections);
    const result = await undoPatch({
      target,
      patchId,
      options: applyOptionsOf(setting, options),
      ctx: setting.context,
      ...applicationOf(setting),
      ...(onConflict === undefined ? {} : { onConflict }),
      ...(decide === undefined ? {} : { decide }),
      ...(select === null ? {} : { select }),
    });
    return { ...applyReport(result), target: place.label, result };
  });
}

/** @throws CodedError `usage.invalid` for a table that the patch does not have */
async function chosen(target: PatchTarget, patchId: string, selections: readonly PatchSelection[]) {
  const { header } = await target.openInverse(patchId);
  return createPatchFilter(selections, header.tables);
}
