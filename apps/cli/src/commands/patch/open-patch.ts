import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { CodedError, type PatchFile } from "@syncline/core";
import { type PatchFiles, readPatch } from "@syncline/engine";
import { createSha256 } from "@syncline/runtime/files";
import type { Session } from "../../session.ts";
import { withTemporaryFolder } from "./temporary-folder.ts";

export function openPatchFile(files: PatchFiles, path: string): Promise<PatchFile> {
  return readPatch({ path, files, createDigest: createSha256 });
}

export interface PatchPlace {
  readonly session: Session;
  readonly files: PatchFiles;
}

/** Opens a patch file for `use`; `-` is standard input, kept in a temporary file because a patch is read more than once. */
export async function withPatch<Result>(
  { session, files }: PatchPlace,
  path: string,
  use: (patch: PatchFile) => Promise<Result>,
): Promise<Result> {
  if (path !== "-") return use(await openPatchFile(files, path));
  return withTemporaryFolder(async (folder) => {
    const spooled = join(folder, "standard-input.patch");
    await spoolInput(spooled, session.context.signal);
    return use(await openPatchFile(files, spooled));
  });
}

async function spoolInput(path: string, signal: AbortSignal): Promise<void> {
  try {
    await pipeline(process.stdin, createWriteStream(path, { mode: 0o600 }), { signal });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw new CodedError("file.io_failed", "Keeping standard input in a temporary file failed.", {
      cause: error,
    });
  }
}
