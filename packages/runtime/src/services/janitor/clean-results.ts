import {
  type ControlPlane,
  databaseTime,
  knownResults,
  type PatchRecord,
  removeExpiredPatches,
  removePatch,
} from "@syncline/control-plane";
import type { ObjectStore } from "@syncline/engine";
import { type FoundResult, planRemoval, type ResultStore } from "../../results/index.ts";

export interface CleanResultsInput {
  readonly controlPlane: ControlPlane;
  readonly objectStore: Pick<ObjectStore, "removeUnfinished">;
  readonly results: ResultStore;
  /** Of all results together. */
  readonly maxBytes: number;
  /** Files that nothing names are removed once they are that old. Default an hour. */
  readonly orphanAfterMs?: number;
  readonly signal: AbortSignal;
}

export interface CleanedResults {
  readonly expired: number;
  readonly forSize: number;
  readonly orphans: number;
  readonly unfinished: number;
}

const HOUR_MS = 3_600_000;
const RESULTS_A_TIME = 200;

interface Named extends FoundResult {
  readonly createdAt: Date;
  readonly inUse: boolean;
  readonly patch: PatchRecord;
}

/**
 * Removes results whose time has passed, the oldest while all take too much room, what died writers left, and files
 * that neither a record nor a unit at work names. Records say that files are gone; they stay.
 */
export async function cleanResults(input: CleanResultsInput): Promise<CleanedResults> {
  const { controlPlane, results, objectStore, maxBytes, orphanAfterMs = HOUR_MS, signal } = input;
  const expired = await removeExpiredPatches(controlPlane, {
    remove: (patch) => results.removeResult(patch),
  });
  // Files carry the time of whoever wrote them: one that is ahead or behind must not make them old.
  const now = Math.min(Date.now(), (await databaseTime(controlPlane)).getTime());
  const before = new Date(now - orphanAfterMs);
  const named: Named[] = [];
  let orphans = 0;
  /** Of what is not recorded yet. */
  let otherBytes = 0;
  for await (const batch of inBatches(results.listResults())) {
    signal.throwIfAborted();
    const { patches, liveUnits } = await knownResults(controlPlane, {
      objectKeys: batch.map(({ objectKey }) => objectKey),
      unitIds: batch.map(unitOf),
    });
    const byKey = new Map(patches.map((patch) => [patch.objectKey, patch]));
    for (const found of batch) {
      const patch = byKey.get(found.objectKey);
      if (patch !== undefined) {
        const { createdAt } = patch;
        named.push({ ...found, createdAt, inUse: results.isOpen(found.indexKey), patch });
      } else if (found.modifiedAt < before && !liveUnits.has(unitOf(found))) {
        await results.removeResult(found);
        orphans += 1;
      } else otherBytes += found.sizeBytes;
    }
  }
  const removed = planRemoval(named, { maxAgeMs: null, maxBytes: maxBytes - otherBytes }, new Date(now));
  for (const { patch } of removed) {
    signal.throwIfAborted();
    await results.removeResult(patch);
    const scope = { organizationId: patch.organizationId, projectId: patch.projectId };
    await removePatch(controlPlane, { scope, actor: "service" }, { patchId: patch.id });
  }
  return {
    expired,
    forSize: removed.length,
    orphans,
    unfinished: await objectStore.removeUnfinished(before),
  };
}

/** Results are named `<unit's id>.<token>`. */
function unitOf({ name }: FoundResult): string {
  return name.slice(0, name.lastIndexOf("."));
}

async function* inBatches(all: AsyncIterable<FoundResult>): AsyncGenerator<readonly FoundResult[]> {
  let batch: FoundResult[] = [];
  for await (const found of all) {
    batch.push(found);
    if (batch.length < RESULTS_A_TIME) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
