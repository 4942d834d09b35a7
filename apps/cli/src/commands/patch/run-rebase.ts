import type { MergeConflict, PatchFile } from "@syncline/core";
import {
  type PatchFiles,
  type RebaseCounts,
  rebasePatch,
  type WrittenPatch,
  writeMergeConflicts,
} from "@syncline/engine";
import { openEndpoint, type Place, resolvePlace } from "@syncline/runtime";
import { createSha256 } from "@syncline/runtime/files";
import type { ExitReason } from "../../exit-codes.ts";
import { formatAmount } from "../../render/counts.ts";
import type { Session } from "../../session.ts";
import { formatCount } from "../../terminal/progress-text.ts";
import type { FileCommandOptions } from "../patch.ts";
import { sessionWorkspace } from "../places.ts";
import { formatMergeConflict, mergeConflictDocument } from "../write/merge-meaning.ts";
import { withPatch } from "./open-patch.ts";
import { patchFilesOf } from "./patch-keys.ts";

interface RebaseInput {
  readonly file: string;
  readonly target: string;
  readonly options: FileCommandOptions;
}

const SHOWN = 10;

interface Rebased {
  readonly path: string;
  readonly written: WrittenPatch & { readonly counts: RebaseCounts };
  readonly first: readonly MergeConflict[];
  readonly conflictFile: string | null;
}

export async function runRebase(
  session: Session,
  { file, target, options }: RebaseInput,
): Promise<ExitReason> {
  const workspace = await sessionWorkspace(session);
  const place = await resolvePlace(workspace, target, session.context.signal);
  const files = await patchFilesOf(session, options);
  const rebased = await withPatch({ session, files }, file, (patch) =>
    rebase(session, place, { patch, options, files }),
  );
  if (options.json === true) await session.output.json(document(rebased));
  else await printForPeople(session, rebased);
  return rebased.written.counts.conflicts > 0 ? "conflict" : "ok";
}

interface RebaseWork {
  readonly patch: PatchFile;
  readonly options: FileCommandOptions;
  readonly files: PatchFiles;
}

async function rebase(
  session: Session,
  place: Place,
  { patch, options, files }: RebaseWork,
): Promise<Rebased> {
  const { context: ctx } = session;
  const path = options.output ?? "";
  const overwrite = options.overwrite === true;
  const about = {
    ctx,
    source: patch.header.source.locator,
    target: place.label,
    tables: patch.header.tables,
  };
  const sink =
    options.conflicts === undefined
      ? null
      : writeMergeConflicts({ ...about, path: options.conflicts, overwrite, files });
  const first: MergeConflict[] = [];
  const onConflict = async (conflict: MergeConflict) => {
    if (first.length < SHOWN) first.push(conflict);
    await sink?.add(conflict);
  };
  const target = await openEndpoint(place);
  try {
    const createDigest = createSha256;
    const written = await rebasePatch({
      ctx,
      patch,
      target,
      path,
      overwrite,
      files,
      createDigest,
      onConflict,
    });
    const hasFile = (await sink?.commit()) === true;
    return { path, written, first, conflictFile: hasFile ? (options.conflicts ?? null) : null };
  } finally {
    await sink?.discard();
    await target.close();
  }
}

function document({ path, written, first, conflictFile }: Rebased) {
  const { inserts, updates, deletes } = written.footer.summary;
  return {
    file: path,
    id: written.header.id,
    hash: written.hash,
    inserts,
    updates,
    deletes,
    already_done: written.counts.done,
    merged: written.counts.merged,
    conflicts: written.counts.conflicts,
    first_conflicts: first.map(mergeConflictDocument),
    conflict_file: conflictFile,
  };
}

async function printForPeople(
  { output, people, paint }: Session,
  { path, written, first, conflictFile }: Rebased,
): Promise<void> {
  const { kept, merged, done, conflicts } = written.counts;
  const parts = [
    formatAmount(kept + merged, "operation"),
    ...(merged > 0 ? [`${formatCount(merged)} merged with changes of the target`] : []),
    ...(done > 0 ? [`${formatCount(done)} already done and left out`] : []),
  ];
  await output.line(
    `${paint("green", "✓")} Wrote ${path}: patch ${written.header.id} with ${parts.join(", ")}`,
  );
  if (conflicts === 0) return;
  const words = conflicts === 1 ? "operation conflicts and was" : "operations conflict and were";
  await output.line(`${paint("red", "✗")} ${formatCount(conflicts)} ${words} left out`);
  for (const conflict of first) await output.line(formatMergeConflict(conflict, paint));
  if (conflicts > first.length) await output.line(`  … and ${formatCount(conflicts - first.length)} more`);
  people.say(
    conflictFile === null
      ? "--conflicts FILE writes them down to decide each"
      : `All conflicts are in ${conflictFile}; next: syncline patch resolve ${conflictFile} --output resolved.patch`,
  );
}
