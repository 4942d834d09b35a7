import {
  type ApplyConflict,
  type ApplyResult,
  applyPatch,
  type PatchInput,
  type PatchTarget,
} from "@syncline/engine";
import type { JobOf } from "@syncline/jobs";
import type { Place, RemotePlace } from "../../place.ts";
import type { OperationReport, OperationSetting } from "../contract.ts";
import { applyReport } from "../target/apply-report.ts";
import { type ApplyWish, applicationOf, applyOptionsOf, applyWishOfJob } from "../target/apply-wish.ts";
import { assertConsent } from "../target/assert-consent.ts";
import { remoteWish, remoteWriteTarget } from "../target/remote-target.ts";
import { withWriteTarget } from "../target/with-write-target.ts";
import { applyRemotely } from "./apply-remotely.ts";

export interface ApplyInput {
  /** Locator, as it was typed. */
  readonly target: string;
  readonly patch: PatchInput;
  readonly options: ApplyWish;
  /** For another Syncline server: what its protected targets want to hear. Databases ask `confirmWrite`. */
  readonly confirm?: string | null;
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
  return { target: job.target, patch, options: applyWishOfJob(job), confirm: job.confirm ?? null };
}

/**
 * Applies a patch in one transaction: all of it or nothing. Conflicts are a result. An application that the target's
 * ledger knows already by the setting's id is not made again: its counts are reported. A place of another Syncline server
 * is written by that server; conflicts are told here by number alone.
 * @throws CodedError when it cannot be applied at all; nothing was written then
 */
export async function runApply(
  setting: OperationSetting,
  { target: locator, patch, options, confirm = null }: ApplyInput,
  hooks: ApplyHooks = {},
): Promise<ApplyReport> {
  const wanted = {
    target: locator,
    action: "apply",
    dryRun: options.dryRun,
    consent: "asked-later",
  } as const;
  const remote = await remoteWriteTarget(setting, wanted);
  if (remote !== null) {
    const wish = remoteWish(remote, options, confirm);
    await consentToPatch(setting, remote, { patch, options });
    const result = await applyRemotely(setting, { place: remote, patch, wish });
    return { ...applyReport(result), target: remote.label, result };
  }
  return withWriteTarget(setting, wanted, async ({ place, target }) => {
    const result = await applyTo(setting, { place, target, patch, options }, hooks);
    return { ...applyReport(result), target: place.label, result };
  });
}

export interface ApplyToInput extends Pick<ApplyInput, "patch" | "options"> {
  readonly place: Place;
  /** Opened by `withWriteTarget`. */
  readonly target: PatchTarget;
}

/** The same for a target that is open, once or more often. */
export async function applyTo(
  setting: OperationSetting,
  { place, target, patch, options }: ApplyToInput,
  { onConflict }: ApplyHooks = {},
): Promise<ApplyResult> {
  await consentToPatch(setting, place, { patch, options });
  return applyPatch({
    target,
    patch,
    options: applyOptionsOf(setting, options),
    ctx: setting.context,
    ...applicationOf(setting),
    ...(onConflict === undefined ? {} : { onConflict }),
  });
}

/**
 * What is written must be what was agreed to: overwriting rows that changed meanwhile is more than the patch says, and so
 * is to switch off triggers that guard the target.
 */
function consentToPatch(
  setting: OperationSetting,
  target: Place | RemotePlace,
  { patch, options }: Pick<ApplyInput, "patch" | "options">,
): Promise<void> {
  const { dryRun, force, strategy, includeCascades, triggers } = options;
  const beyond = force !== null || strategy === "theirs" || includeCascades || triggers === "off";
  return assertConsent(setting, target, { action: "apply", dryRun, patch, beyond });
}
