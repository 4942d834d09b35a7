import { resolve } from "node:path";
import { CodedError, NO_CHECKSUMS, type PatchFile } from "@syncline/core";
import {
  type ApplyResult,
  type PatchFiles,
  type PatchInput,
  type PatchTarget,
  writeConflicts,
  writePatch,
} from "@syncline/engine";
import type { Place } from "@syncline/runtime";
import { createSha256 } from "@syncline/runtime/files";
import { type ApplyWish, applyTo, type OperationSetting } from "@syncline/runtime/operations";
import type { Session } from "../../session.ts";
import { ConflictCollector } from "../write/conflict-collector.ts";
import { openPatchFile } from "./open-patch.ts";

export interface Application {
  readonly session: Session;
  readonly setting: OperationSetting;
  readonly place: Place;
  readonly target: PatchTarget;
  readonly options: ApplyWish;
  /** Of patches and conflicts. */
  readonly files: PatchFiles;
}

export interface ApplicationOutcome {
  readonly result: ApplyResult;
  readonly conflicts: ConflictCollector;
}

export interface ConflictFileWish {
  /** Path of the patch file. */
  readonly file: string;
  readonly path: string;
  readonly overwrite: boolean;
}

/** Applies, and remembers the first conflicts for showing. */
export async function applyOnce(
  { setting, place, target, options }: Application,
  patch: PatchInput,
): Promise<ApplicationOutcome> {
  const conflicts = new ConflictCollector();
  const result = await applyTo(setting, { place, target, patch, options }, { onConflict: conflicts.add });
  return { result, conflicts };
}

/** Applies, and writes all conflicts to a file, which is there only when there were some. */
export async function applyWithConflictFile(
  application: Application,
  patch: PatchInput,
  wish: ConflictFileWish,
): Promise<ApplicationOutcome> {
  const { session, setting, place, target, options, files } = application;
  const { context: ctx } = session;
  const sink = writeConflicts({
    ctx,
    patch,
    patchPath: resolve(wish.file),
    target: target.label,
    path: wish.path,
    overwrite: wish.overwrite,
    files,
  });
  const conflicts = new ConflictCollector();
  try {
    const onConflict = async (conflict: Parameters<typeof sink.add>[0]) => {
      conflicts.add(conflict);
      await sink.add(conflict);
    };
    const result = await applyTo(setting, { place, target, patch, options }, { onConflict });
    await sink.commit();
    return { result, conflicts };
  } catch (error) {
    await sink.discard();
    throw error;
  }
}

/** A selection or an inverse exists in no file yet; conflicts must name one that can be read again. */
export async function saveEffectivePatch(
  { session, files }: Pick<Application, "session" | "files">,
  patch: PatchInput,
  { path, overwrite }: { readonly path: string; readonly overwrite: boolean },
): Promise<PatchFile> {
  const sink = await files.create(path, { overwrite });
  try {
    const { header } = patch;
    await writePatch({
      ctx: session.context,
      header,
      operations: patch.operations(),
      checksums: () => NO_CHECKSUMS,
      sink,
      createDigest: createSha256,
    });
    await sink.commit();
  } catch (error) {
    await sink.discard();
    throw error;
  }
  return openPatchFile(files, path);
}

export function refuseStandardInput(file: string): void {
  if (file !== "-") return;
  throw new CodedError(
    "usage.invalid",
    "Conflicts of a patch from standard input cannot be resolved later.",
    {
      hint: "Save the patch to a file, or leave --conflicts out.",
    },
  );
}
