import { CodedError, type PatchFile } from "@syncline/core";
import { patchInput, runApply } from "@syncline/runtime/operations";
import type { ApplyCommandOptions } from "../patch.ts";
import type { WriteOutcome } from "../write/print-result.ts";
import type { Application } from "./apply-with-conflicts.ts";
import { parseSelections } from "./selection.ts";

interface RemoteApply {
  readonly target: string;
  readonly options: ApplyCommandOptions;
}

/** Has another Syncline server apply the patch. Its conflicts stay there, for people who decide them there. */
export async function applyToRemote(
  { session, setting, options: wanted }: Pick<Application, "session" | "setting" | "options">,
  file: PatchFile,
  { target, options }: RemoteApply,
): Promise<WriteOutcome> {
  if (options.strategy === "interactive") throw notThere(target, "--strategy interactive");
  if (options.conflicts !== undefined) throw notThere(target, "--conflicts");
  const patch = patchInput(file, {
    context: session.context,
    reverse: options.reverse === true,
    selections: parseSelections(options.select),
  });
  const confirm = options.confirm ?? null;
  const report = await runApply(setting, { target, patch, options: wanted, confirm });
  return { verb: "apply", target: report.target, result: report.result, conflicts: [], conflictFile: null };
}

function notThere(target: string, option: string): CodedError {
  return new CodedError(
    "usage.invalid",
    `${option} does not reach "${target}", a place of another Syncline server.`,
    { hint: "Leave it out; that server keeps its conflicts for people who decide them there." },
  );
}
