import { type CreateDigest, openPatch, type PatchFile } from "@syncline/core";
import type { PatchFiles } from "../ports/patch-files.ts";

export interface ReadPatchInput {
  readonly path: string;
  readonly files: PatchFiles;
  readonly createDigest: CreateDigest;
}

/**
 * Opens a patch file: its frame is read and its bytes fit their digest. A `PatchFile` is a `PatchInput`, so it can be
 * applied as it is. Throws `file.*` errors.
 */
export async function readPatch({ path, files, createDigest }: ReadPatchInput): Promise<PatchFile> {
  return openPatch(await files.open(path), { createDigest });
}
