import { createHash } from "node:crypto";
import type { CreateDigest } from "@syncline/core";
import type { PatchFiles } from "@syncline/engine";
import { createFile, createScratchFile, openFile } from "@syncline/snapshot-store/files";

export const createSha256: CreateDigest = () => {
  const hash = createHash("sha256");
  return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest("hex") };
};

/** Patch and conflict files on the local disk. */
export const localPatchFiles: PatchFiles = {
  open: openFile,
  create: createFile,
  scratch: createScratchFile,
};
