import { randomBytes, randomUUID } from "node:crypto";
import { type PatchRecord, recordPatch } from "@syncline/control-plane";
import { CodedError, createPatchId, NO_CHECKSUMS, type PatchHeader } from "@syncline/core";
import type { OpenResult, StoredResult } from "@syncline/runtime/results";
import type { Asked } from "../http/router.ts";
import type { ServiceParts } from "../service-parts.ts";
import { changeFilter, type FilterBody } from "./change-filter.ts";
import { withResult } from "./result-of.ts";

interface Selection extends Pick<Asked<unknown>, "cp" | "call" | "signal"> {
  readonly patch: PatchRecord;
  readonly filter: FilterBody;
  /** As it was counted before. */
  readonly count: number;
  readonly hash: string;
}

/**
 * A new patch of exactly what a filter chooses of another one, from the same comparison.
 * @throws CodedError `selection.changed` when it is not what was looked at
 */
export async function selectChanges(parts: ServiceParts, selection: Selection): Promise<PatchRecord> {
  const { patch, hash } = selection;
  if (patch.hash !== hash)
    throw changed("the patch has another content", hash.slice(0, 12), patch.hash.slice(0, 12));
  return withResult(parts, patch, async (result) => {
    const stored = await writeSelection(parts, selection, result);
    try {
      if (stored.operations !== selection.count) throw otherCount(selection.count, stored.operations);
      return await record(parts, selection, stored);
    } catch (error) {
      await parts.results.removeResult(stored).catch(() => {});
      throw error;
    }
  });
}

async function writeSelection(
  { results }: ServiceParts,
  { patch, filter, count, call, signal }: Selection,
  result: OpenResult,
): Promise<StoredResult> {
  const chosen = changeFilter(filter);
  // What bits tell is counted at once; what a search finds is counted as it is written.
  if (filter.text === undefined && filter.values === undefined) {
    const counted = await result.count({ filter: chosen, signal });
    if (counted.count !== count) throw otherCount(count, counted.count);
  }
  const header = selectionHeader(result.header, { patch, actor: call.actor });
  return results.writeResult({
    signal,
    name: `selection.${randomUUID()}`,
    header,
    operations: result.operations(chosen, signal),
    end: async () => ({
      complete: patch.complete,
      checksums: { ...NO_CHECKSUMS, hash: header.metadata.hash },
    }),
  });
}

function selectionHeader(
  header: PatchHeader,
  { patch, actor }: { readonly patch: PatchRecord; readonly actor: string },
): PatchHeader {
  const now = new Date();
  const { metadata } = header;
  return {
    ...header,
    id: createPatchId(now, (length) => randomBytes(length)),
    createdAt: now.toISOString(),
    metadata: {
      ...metadata,
      createdBy: actor,
      complete: patch.complete,
      scope: { ...metadata.scope, selectedFrom: header.id },
    },
  };
}

function record(parts: ServiceParts, { cp, call, patch, filter }: Selection, stored: StoredResult) {
  const { hash, complete, operations, bytes, summary, objectKey, indexKey } = stored;
  return recordPatch(cp, call, {
    origin: "selection",
    // Of the same comparison, so that it is about the same places.
    runId: patch.runId,
    source: patch.source,
    target: patch.target,
    keepMs: parts.settings.limits.results.maxAgeMs,
    hash,
    complete,
    operations,
    bytes,
    summary: { ...summary, selectedFrom: { patchId: patch.id, hash: patch.hash, filter } },
    objectKey,
    indexKey,
  });
}

function otherCount(expected: number, found: number): CodedError {
  return changed("the filter chooses another number of changes", expected, found);
}

function changed(what: string, expected: string | number, found: string | number): CodedError {
  return new CodedError(
    "selection.changed",
    `No patch was made: ${what} than was looked at, expected ${expected}, found ${found}.`,
    { hint: "Look at the changes again and repeat it.", details: { expected, found } },
  );
}
