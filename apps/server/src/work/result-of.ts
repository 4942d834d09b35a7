import { getPatch, type PatchRecord } from "@syncline/control-plane";
import { CodedError } from "@syncline/core";
import type { OpenResult } from "@syncline/runtime/results";
import type { Asked } from "../http/router.ts";
import type { ServiceParts } from "../service-parts.ts";

/** A stored patch whose files are there. @throws CodedError `resource.not_found` */
export async function keptPatch(
  { cp, call }: Pick<Asked<unknown>, "cp" | "call">,
  patchId: string,
): Promise<PatchRecord> {
  const patch = await getPatch(cp, call.scope, { patchId });
  if (patch.removedAt === null) return patch;
  throw new CodedError("resource.not_found", `The files of patch "${patchId}" were removed.`, {
    hint: "Compare again; limits.results says how long results are kept.",
  });
}

/** Runs `use` with the index of a stored patch. */
export async function withResult<T>(
  { results }: ServiceParts,
  { id, indexKey }: PatchRecord,
  use: (result: OpenResult) => Promise<T>,
): Promise<T> {
  if (indexKey === null)
    throw new CodedError("resource.not_found", `Patch "${id}" has no index to look into.`, {
      hint: "Download it instead.",
    });
  const result = await results.openResult(indexKey);
  try {
    return await use(result);
  } finally {
    result.close();
  }
}
