import { recordPatch } from "@syncline/control-plane";
import { parseDuration } from "@syncline/jobs";
import { runDiff } from "../../operations/index.ts";
import { finishDiff, partsOf, planDiff, sliceDiff } from "../../operations/slices/index.ts";
import type { StoredResult } from "../../results/index.ts";
import { cutUnits, sliceWork } from "./cut-units.ts";
import type { UnitResult, UnitWork } from "./unit-executor.ts";
import { jobOf, summarized } from "./unit-job.ts";

/** Comparisons whose result is stored, in one piece or in slices. */
export const diffUnits = cutUnits({
  whole: async (work) => {
    const { results } = work.tools;
    const name = nameOf(work);
    const { stored, ...report } = await runDiff(work.setting, jobOf(work, "diff"), {
      writeDiff: (diff) => results.writeDiffResult({ ...diff, name }),
    });
    work.setting.reached?.("result-written");
    return record(work, stored, summarized(report));
  },
  plan: (work) => planDiff(sliceWork(work), jobOf(work, "diff")),
  slice: (work) => sliceDiff({ ...sliceWork(work), results: work.tools.results }, jobOf(work, "diff")),
  finish: async (work, parts) => {
    const { results } = work.tools;
    const { stored, summary } = await finishDiff({ ...sliceWork(work), results }, parts);
    return {
      ...record(work, stored, { summary, rows: 0, bytes: stored.bytes }),
      afterwards: async () => {
        for (const objectKey of partsOf(parts)) await results.removeResult({ objectKey, indexKey: null });
      },
    };
  },
});

/** Files are named by unit and token, so a later claim writes its own. */
function nameOf({ claim }: UnitWork): string {
  return `${claim.unit.id}.${claim.token}`;
}

/** In the transaction that ends the unit, under its id: a run has one patch, and it is that of its counts. */
function record({ claim, setting }: UnitWork, stored: StoredResult, result: UnitResult): UnitResult {
  const { run, unit } = claim;
  const { organizationId, projectId } = run;
  const call = { scope: { organizationId, projectId }, actor: run.requestedBy, userId: run.userId };
  const patch = {
    id: unit.id,
    runId: run.id,
    origin: "diff" as const,
    source: stored.header.source.locator,
    target: stored.header.target.locator,
    hash: stored.hash,
    complete: stored.complete,
    operations: stored.operations,
    bytes: stored.bytes,
    summary: stored.summary,
    objectKey: stored.objectKey,
    indexKey: stored.indexKey,
    keepMs: parseDuration(setting.workspace.config.limits.results.maxAge),
  };
  const { summary } = result;
  return {
    ...result,
    summary: summary === null ? null : { ...summary, patchId: unit.id },
    alongside: async (cp) => void (await recordPatch(cp, call, patch)),
  };
}
