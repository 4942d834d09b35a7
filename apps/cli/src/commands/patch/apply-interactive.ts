import { join } from "node:path";
import { readConflicts } from "@syncline/core";
import { type PatchInput, resolveConflicts } from "@syncline/engine";
import { createSha256, localPatchFiles } from "@syncline/runtime/files";
import {
  type Application,
  type ApplicationOutcome,
  applyOnce,
  applyWithConflictFile,
} from "./apply-with-conflicts.ts";
import { ConflictQuestions } from "./conflict-questions.ts";
import { openPatchFile } from "./open-patch.ts";
import { withTemporaryFolder } from "./temporary-folder.ts";

/** Applies; asks about each conflict at the terminal; applies what was decided. Asks again when more rows changed meanwhile. */
export function applyInteractively(application: Application, patch: PatchInput): Promise<ApplicationOutcome> {
  return withTemporaryFolder(async (folder) => {
    let current = patch;
    for (let round = 1; ; round += 1) {
      const path = join(folder, `conflicts-${round}.json`);
      const outcome = await applyWithConflictFile(application, current, {
        file: "the patch",
        path,
        overwrite: false,
      });
      if (outcome.result.conflictCount === 0) return outcome;
      current = await decide(application, current, {
        path,
        resolved: join(folder, `resolved-${round}.patch`),
      });
      if (application.options.dryRun) return applyOnce(application, current);
    }
  });
}

async function decide(
  { session }: Application,
  patch: PatchInput,
  { path, resolved }: { readonly path: string; readonly resolved: string },
): Promise<PatchInput> {
  const conflicts = await readConflicts(await localPatchFiles.open(path));
  const questions = new ConflictQuestions(session, conflicts.conflicts.length);
  await resolveConflicts({
    ctx: session.context,
    conflicts,
    patch,
    choose: questions.choose,
    path: resolved,
    overwrite: false,
    files: localPatchFiles,
    createDigest: createSha256,
  });
  return openPatchFile(resolved);
}
