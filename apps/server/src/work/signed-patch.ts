import { type PatchRecord, signaturesOfPatch } from "@syncline/control-plane";
import { openPatch, signPatchFile } from "@syncline/core";
import { createSha256 } from "@syncline/runtime/files";
import type { Asked } from "../http/router.ts";
import type { ServiceParts } from "../service-parts.ts";

/** The file of a stored patch, with the signatures of those who approved it. */
export async function signedPatch(
  { results }: ServiceParts,
  { cp, call }: Pick<Asked<unknown>, "cp" | "call">,
  { hash, objectKey }: PatchRecord,
): Promise<AsyncIterable<Uint8Array>> {
  const source = results.patchSource(objectKey);
  const signatures = await signaturesOfPatch(cp, call.scope, { hash });
  if (signatures.length === 0) return source.open();
  const createDigest = createSha256;
  const patch = await openPatch(source, { createDigest });
  return signPatchFile({ source, patch, signatures, createDigest });
}
