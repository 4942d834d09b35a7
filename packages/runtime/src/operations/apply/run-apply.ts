import {
  type ApplyConflict,
  type ApplyResult,
  applyPatch,
  type PatchInput,
  type PatchTarget,
} from "@syncline/engine";
import type { JobOf } from "@syncline/jobs";
import type { OperationReport, OperationSetting } from "../contract.ts";
import { applyReport } from "../target/apply-report.ts";
import { type ApplyWish, applicationOf, applyOptionsOf, applyWishOfJob } from "../target/apply-wish.ts";
import { withWriteTarget } from "../target/with-write-target.ts";

export interface ApplyInput {
  /** Locator, as it was typed. */
  readonly target: string;
  readonly patch: PatchInput;
  readonly options: ApplyWish;
}

export interface ApplyHooks {
  /** Gets every conflict; nothing is written then. */
  readonly onConflict?: (conflict: ApplyConflict) => Promise<void> | void;
}

export interface ApplyReport extends OperationReport {
  /** Printed locator. */
  readonly target: string;
  readonly result: ApplyResult;
}

/** What a job applies; the patch is the stored one that it names. */
export function applyOfJob(job: JobOf<"apply">, patch: PatchInput): ApplyInput {
  return { target: job.target, patch, options: applyWishOfJob(job) };
}

/**
 * Applies a patch in one transaction: all of it or nothing. Conflicts are a result. An application that the target's
 * ledger knows already by the setting's id is not made again: its counts are reported.
 * @throws CodedError when it cannot be applied at all; nothing was written then
 */
export function runApply(
  setting: OperationSetting,
  { target: locator, patch, options }: ApplyInput,
  hooks: ApplyHooks = {},
): Promise<ApplyReport> {
  const wanted = { target: locator, action: "apply", dryRun: options.dryRun };
  return withWriteTarget(setting, wanted, async ({ place, target }) => {
    const result = await applyTo(setting, { target, patch, options }, hooks);
    return { ...applyReport(result), target: place.label, result };
  });
}

export interface ApplyToInput extends Omit<ApplyInput, "target"> {
  /** Opened by `withWriteTarget`. */
  readonly target: PatchTarget;
}

/** The same for a target that is open, once or more often. */
export function applyTo(
  setting: OperationSetting,
  { target, patch, options }: ApplyToInput,
  { onConflict }: ApplyHooks = {},
): Promise<ApplyResult> {
  return applyPatch({
    target,
    patch,
    options: applyOptionsOf(setting, options),
    ctx: setting.context,
    ...applicationOf(setting),
    ...(onConflict === undefined ? {} : { onConflict }),
  });
}
