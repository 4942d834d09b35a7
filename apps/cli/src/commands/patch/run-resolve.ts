import { type ConflictFile, readConflicts } from "@syncline/core";
import { resolveConflicts } from "@syncline/engine";
import { createSha256, localPatchFiles } from "@syncline/runtime/files";
import type { ExitReason } from "../../exit-codes.ts";
import type { Session } from "../../session.ts";
import type { FileCommandOptions } from "../patch.ts";
import { ConflictQuestions } from "./conflict-questions.ts";
import { openPatchFile } from "./open-patch.ts";
import { printWritten } from "./run-rewrite.ts";

interface ResolveInput {
  readonly file: string;
  readonly options: FileCommandOptions;
}

export async function runResolve(session: Session, { file, options }: ResolveInput): Promise<ExitReason> {
  const conflicts = await readConflicts(await localPatchFiles.open(file));
  const path = options.output ?? "";
  const choose = chooser(session, conflicts, options.with);
  const written = await resolveConflicts({
    ctx: session.context,
    conflicts,
    patch: await openPatchFile(options.patch ?? conflicts.header.patch.file),
    ...(choose === null ? {} : { choose }),
    path,
    overwrite: options.overwrite === true,
    files: localPatchFiles,
    createDigest: createSha256,
  });
  await printWritten(session, { path, written, json: options.json === true });
  return "ok";
}

/** Who decides what the file leaves open: --with, else the terminal, else nobody. */
function chooser(session: Session, { conflicts }: ConflictFile, side: FileCommandOptions["with"]) {
  if (side !== undefined) return () => side;
  if (!session.people.canAsk) return null;
  return new ConflictQuestions(session, conflicts.filter(({ resolution }) => resolution === undefined).length)
    .choose;
}
