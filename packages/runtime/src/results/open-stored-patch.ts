import { CodedError, openPatch, type PatchFile } from "@syncline/core";
import { createSha256 } from "../files/index.ts";
import type { ResultStore } from "./result-contract.ts";

/** As the control database knows it. */
export interface StoredPatch {
  readonly id: string;
  readonly objectKey: string;
  readonly hash: string;
}

/**
 * Opens the file of a stored patch, which must be the one that was recorded: a file that fits its own digest may still
 * be another, and approvals are of the recorded one.
 * @throws CodedError `file.damaged`, and as `openPatch`
 */
export async function openStoredPatch(
  results: Pick<ResultStore, "patchSource">,
  { id, objectKey, hash }: StoredPatch,
): Promise<PatchFile> {
  const patch = await openPatch(results.patchSource(objectKey), { createDigest: createSha256 });
  if (patch.hash === hash) return patch;
  throw new CodedError(
    "file.damaged",
    `The stored file of patch "${id}" is not the one that was recorded: expected content ${hash.slice(0, 12)}…, found ${patch.hash.slice(0, 12)}….`,
    {
      hint: "It was replaced in the object store. Compare again, and look into the audit log for who had access.",
    },
  );
}
