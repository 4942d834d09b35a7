import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { CodedError, type PatchFile } from "@syncline/core";
import { readPatch } from "@syncline/engine";
import { createSha256, localPatchFiles } from "@syncline/runtime/files";
import type { Session } from "../../session.ts";

/** Opens a patch file for `use`; `-` is standard input, kept in a temporary file because a patch is read more than once. */
export async function withPatch<Result>(
  session: Session,
  path: string,
  use: (patch: PatchFile) => Promise<Result>,
): Promise<Result> {
  if (path !== "-") return use(await readPatch({ path, files: localPatchFiles, createDigest: createSha256 }));
  const folder = await mkdtemp(join(tmpdir(), "syncline-"));
  try {
    const spooled = join(folder, "standard-input.patch");
    await spoolInput(spooled, session.context.signal);
    return await use(await readPatch({ path: spooled, files: localPatchFiles, createDigest: createSha256 }));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
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
