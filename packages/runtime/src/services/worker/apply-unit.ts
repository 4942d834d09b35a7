import { decidedConflicts, getPatch } from "@syncline/control-plane";
import { CodedError } from "@syncline/core";
import { ApplyInbox, applyOfJob, runApply } from "../../operations/index.ts";
import { openStoredPatch } from "../../results/open-stored-patch.ts";
import { inboxOwner, withConflicts } from "./move-conflicts.ts";
import type { UnitResult, UnitWork } from "./unit-executor.ts";
import { jobOf, summarized } from "./unit-job.ts";

/**
 * Applies a stored patch, all of it or nothing. Conflicts go to the inbox; the next run, or the run's retry, applies the
 * patch as they were decided.
 */
export async function applyUnit(work: UnitWork): Promise<UnitResult> {
  const job = jobOf(work, "apply");
  const { claim, setting, tools } = work;
  const record = await getPatch(tools.controlPlane, claim.run, { patchId: job.patch });
  if (record.removedAt !== null)
    throw new CodedError("patch.not_found", `The files of patch "${job.patch}" are kept no longer.`, {
      hint: "Compare again.",
    });
  const patch = await openStoredPatch(tools.results, record);
  const inbox = new ApplyInbox(patch, await decidedConflicts(tools.controlPlane, inboxOwner(work)));
  const { onConflict } = inbox;
  const decided = inbox.decidedPatch(setting.context);
  const report = await runApply(setting, applyOfJob(job, decided), { onConflict });
  const { outcome, conflictCount, ledgerId } = report.result;
  const result = summarized(report);
  // Another server tells how many there are, and keeps no inbox for this one.
  const untold = conflictCount > 0 && inbox.open.length === 0;
  if (job.dryRun || untold) return result;
  return withConflicts(work, result, {
    open: inbox.open,
    left: inbox.left,
    decided: inbox.decided(outcome !== "conflicts"),
    tables: "all",
    // A dead worker applied it, decisions and all.
    recovered: outcome === "already-applied" && ledgerId !== null,
  });
}
