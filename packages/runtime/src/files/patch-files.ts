import { createHash } from "node:crypto";
import type { CreateDigest } from "@syncline/core";
import type { PatchFiles } from "@syncline/engine";
import { createFile, createScratchFile, openFile } from "@syncline/snapshot-store/files";
import type { FileKeys } from "./file-keys.ts";

export const createSha256: CreateDigest = () => {
  const hash = createHash("sha256");
  return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest("hex") };
};

/** Patch and conflict files on the local disk; those that end in `.age` are encrypted. */
export function patchFilesWithKeys({ recipients, identities }: FileKeys): PatchFiles {
  return {
    open: (path) => openFile(path, { identities }),
    create: (path, options) => createFile(path, { ...options, recipients }),
    scratch: createScratchFile,
  };
}

/** Patch and conflict files on the local disk, none of them encrypted. */
export const localPatchFiles: PatchFiles = patchFilesWithKeys({ recipients: [], identities: [] });
