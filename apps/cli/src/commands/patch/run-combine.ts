import { CodedError } from "@syncline/core";
import { combinePatches } from "@syncline/engine";
import { createChangeSpool, createSha256 } from "@syncline/runtime/files";
import type { ExitReason } from "../../exit-codes.ts";
import type { Session } from "../../session.ts";
import type { FileCommandOptions } from "../patch.ts";
import { openPatchFile } from "./open-patch.ts";
import { patchFilesOf } from "./patch-keys.ts";
import { printWritten } from "./run-rewrite.ts";

interface CombineInput {
  readonly files: readonly string[];
  readonly options: FileCommandOptions;
}

export async function runCombine(session: Session, { files, options }: CombineInput): Promise<ExitReason> {
  if (files.length < 2) {
    throw new CodedError("usage.invalid", "Combining needs at least two patch files, found one.", {
      hint: "Name the patches in the order in which they would be applied.",
    });
  }
  const path = options.output ?? "";
  const patchFiles = await patchFilesOf(session, options);
  const written = await combinePatches({
    ctx: session.context,
    patches: await Promise.all(files.map((file) => openPatchFile(patchFiles, file))),
    path,
    overwrite: options.overwrite === true,
    files: patchFiles,
    createDigest: createSha256,
    createSpool: () => createChangeSpool(),
  });
  await printWritten(session, { path, written, json: options.json === true });
  return "ok";
}
