import { type ConflictFile, readConflicts } from "@syncline/core";
import { resolveConflicts, resolveMergeConflicts, type WrittenPatch } from "@syncline/engine";
import { createSha256 } from "@syncline/runtime/files";
import type { ExitReason } from "../../exit-codes.ts";
import type { Session } from "../../session.ts";
import type { FileCommandOptions } from "../patch.ts";
import { MergeQuestions } from "../write/merge-questions.ts";
import { ConflictQuestions } from "./conflict-questions.ts";
import { openPatchFile, type PatchPlace } from "./open-patch.ts";
import { patchFilesOf } from "./patch-keys.ts";
import { printWritten } from "./run-rewrite.ts";

interface ResolveInput {
  readonly file: string;
  readonly options: FileCommandOptions;
}

export async function runResolve(session: Session, { file, options }: ResolveInput): Promise<ExitReason> {
  const files = await patchFilesOf(session, options);
  const conflicts = await readConflicts(await files.open(file));
  const written = await resolve({ session, files }, conflicts, options);
  await printWritten(session, { path: options.output ?? "", written, json: options.json === true });
  return "ok";
}

async function resolve(
  { session, files }: PatchPlace,
  conflicts: ConflictFile,
  options: FileCommandOptions,
): Promise<WrittenPatch> {
  const { patch } = conflicts.header;
  const common = {
    ctx: session.context,
    conflicts,
    path: options.output ?? "",
    overwrite: options.overwrite === true,
    files,
    createDigest: createSha256,
  };
  if (patch === null)
    return resolveMergeConflicts({ ...common, ...deciding(mergeChooser(session, conflicts, options.with)) });
  return resolveConflicts({
    ...common,
    patch: await openPatchFile(files, options.patch ?? patch.file),
    ...deciding(chooser(session, conflicts, options.with)),
  });
}

function deciding<Choose>(choose: Choose | null): { readonly choose?: Choose } {
  return choose === null ? {} : { choose };
}

/** Who decides what the file leaves open: --with, else the terminal, else nobody. */
function chooser(session: Session, { conflicts }: ConflictFile, side: FileCommandOptions["with"]) {
  if (side !== undefined) return () => side;
  if (!session.people.canAsk) return null;
  return new ConflictQuestions(session, countOpen(conflicts)).choose;
}

function mergeChooser(session: Session, { merges }: ConflictFile, side: FileCommandOptions["with"]) {
  if (side !== undefined) return () => side;
  return session.people.canAsk ? new MergeQuestions(session, countOpen(merges)).choose : null;
}

function countOpen(records: readonly { readonly resolution: unknown }[]): number {
  return records.filter(({ resolution }) => resolution === undefined).length;
}
