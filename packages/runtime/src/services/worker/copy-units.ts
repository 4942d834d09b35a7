import { copyOfJob, runCopy } from "../../operations/index.ts";
import { finishCopy, planCopy, sliceCopy } from "../../operations/slices/index.ts";
import { cutUnits, sliceWork } from "./cut-units.ts";
import { wasDoneBefore } from "./merge-unit.ts";
import { hooksOf, metTables, openMoveInbox, withMoveConflicts } from "./move-conflicts.ts";
import type { UnitResult, UnitWork } from "./unit-executor.ts";
import { jobOf, summarized } from "./unit-job.ts";

/** Copies, in one piece or in slices; only in one piece onto rows, with which there are conflicts. */
export const copyUnits = cutUnits({
  whole,
  plan: (work) => {
    const job = jobOf(work, "copy");
    return planCopy(sliceWork(work), copyOfJob(job), job.slices);
  },
  slice: (work) => sliceCopy(sliceWork(work), copyOfJob(jobOf(work, "copy"))),
  finish: async (work) => {
    const summary = await finishCopy(sliceWork(work), copyOfJob(jobOf(work, "copy")));
    return { summary, rows: 0, bytes: 0 };
  },
});

async function whole(work: UnitWork): Promise<UnitResult> {
  const job = jobOf(work, "copy");
  const inbox = await openMoveInbox(work);
  const report = await runCopy(work.setting, copyOfJob(job), hooksOf(inbox));
  const result = summarized(report);
  const { method } = report;
  if (job.dryRun || method.kind !== "difference" || wasDoneBefore(method)) return result;
  return withMoveConflicts(work, result, {
    inbox,
    // What an incremental copy does not meet it has not looked at.
    tables: job.incremental ? [] : metTables(work, method.result.tables),
    written: method.result.outcome !== "conflicts",
  });
}
