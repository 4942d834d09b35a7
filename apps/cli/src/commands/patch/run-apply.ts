import { rm } from "node:fs/promises";
import type { PatchFile } from "@syncline/core";
import { isRemote } from "@syncline/runtime";
import { patchInput, withWriteTarget } from "@syncline/runtime/operations";
import type { ExitReason } from "../../exit-codes.ts";
import type { Session } from "../../session.ts";
import { operationSetting } from "../operation-setting.ts";
import type { ApplyCommandOptions } from "../patch.ts";
import { applyOptions } from "../write/apply-options.ts";
import { assertTerminal } from "../write/conflict-prompt.ts";
import { printOutcome, type WriteOutcome } from "../write/print-result.ts";
import { applyInteractively } from "./apply-interactive.ts";
import { applyToRemote } from "./apply-to-remote.ts";
import {
  type Application,
  type ApplicationOutcome,
  applyOnce,
  applyWithConflictFile,
  refuseStandardInput,
  saveEffectivePatch,
} from "./apply-with-conflicts.ts";
import { withPatch } from "./open-patch.ts";
import { patchFilesOf } from "./patch-keys.ts";
import { parseSelections } from "./selection.ts";

interface ApplyInput {
  readonly file: string;
  readonly target: string;
  readonly options: ApplyCommandOptions;
}

export async function runApply(
  session: Session,
  { file, target: locator, options }: ApplyInput,
): Promise<ExitReason> {
  const wanted = applyOptions(options);
  if (options.conflicts !== undefined) refuseStandardInput(file);
  if (options.strategy === "interactive") assertTerminal(session);
  const files = await patchFilesOf(session, options);
  const outcome = await withPatch({ session, files }, file, async (patch) => {
    const setting = await operationSetting(session, options);
    if (isRemote(setting.workspace, locator))
      return applyToRemote({ session, setting, options: wanted }, patch, { target: locator, options });
    const opening = {
      target: locator,
      action: "apply",
      dryRun: wanted.dryRun,
      consent: "asked-later",
    } as const;
    return withWriteTarget(setting, opening, async ({ place, target }): Promise<WriteOutcome> => {
      const application = { session, setting, place, target, options: wanted, files };
      const { result, conflicts } = await apply(application, patch, { file, options });
      const conflictFile = result.conflictCount > 0 ? (options.conflicts ?? null) : null;
      return { verb: "apply", target: place.label, result, conflicts: conflicts.first, conflictFile };
    });
  });
  return printOutcome(session, outcome, options.json === true);
}

async function apply(
  application: Application,
  file: PatchFile,
  { file: path, options }: Omit<ApplyInput, "target">,
): Promise<ApplicationOutcome> {
  const { session } = application;
  const reverse = options.reverse === true;
  const selections = parseSelections(options.select);
  const patch = patchInput(file, { context: session.context, reverse, selections });
  if (options.strategy === "interactive") return applyInteractively(application, patch);
  if (options.conflicts === undefined) return applyOnce(application, patch);
  const wish = { file: path, path: options.conflicts, overwrite: options.overwrite === true };
  if (!reverse && selections === null) return applyWithConflictFile(application, patch, wish);
  const saved = await saveEffectivePatch(application, patch, {
    path: wish.path.endsWith(".age") ? `${wish.path.slice(0, -4)}.patch.age` : `${wish.path}.patch`,
    overwrite: wish.overwrite,
  });
  const outcome = await applyWithConflictFile(application, saved, { ...wish, file: saved.name });
  if (outcome.result.conflictCount === 0) await rm(saved.name, { force: true });
  return outcome;
}
