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
    // Conflicts that are asked about at once lie in a private folder, unencrypted.
    const local = { ...application, files: localPatchFiles };
    let current = patch;
    for (let round = 1; ; round += 1) {
      const path = join(folder, `conflicts-${round}.json`);
      const outcome = await applyWithConflictFile(local, current, {
        file: "the patch",
        path,
        overwrite: false,
      });
      if (outcome.result.conflictCount === 0) return outcome;
      current = await decide(local, current, {
        path,
        resolved: join(folder, `resolved-${round}.patch`),
      });
      if (application.options.dryRun) return applyOnce(application, current);
    }
  });
}

async function decide(
  { session, files }: Application,
  patch: PatchInput,
  { path, resolved }: { readonly path: string; readonly resolved: string },
): Promise<PatchInput> {
  const conflicts = await readConflicts(await files.open(path));
  const questions = new ConflictQuestions(session, conflicts.conflicts.length);
  await resolveConflicts({
    ctx: session.context,
    conflicts,
    patch,
    choose: questions.choose,
    path: resolved,
    overwrite: false,
    files,
    createDigest: createSha256,
  });
  return openPatchFile(files, resolved);
}
