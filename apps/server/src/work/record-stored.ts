import { type PatchRecord, type RecordPatchInput, recordPatch } from "@syncline/control-plane";
import type { StoredResult } from "@syncline/runtime/results";
import type { Asked } from "../http/router.ts";
import type { ServiceParts } from "../service-parts.ts";

interface Recorded
  extends Pick<Asked<unknown>, "cp" | "call">,
    Pick<RecordPatchInput, "origin" | "runId" | "source" | "target"> {
  readonly stored: StoredResult;
}

/** Makes known what was stored; where that fails, its files are removed again. */
export async function recordStored(
  { results, settings }: Pick<ServiceParts, "results" | "settings">,
  { cp, call, stored, ...about }: Recorded,
): Promise<PatchRecord> {
  const { hash, complete, operations, bytes, summary, objectKey, indexKey } = stored;
  try {
    return await recordPatch(cp, call, {
      ...about,
      keepMs: settings.limits.results.maxAgeMs,
      hash,
      complete,
      operations,
      bytes,
      summary,
      objectKey,
      indexKey,
    });
  } catch (error) {
    await results.removeResult(stored).catch(() => {});
    throw error;
  }
}
