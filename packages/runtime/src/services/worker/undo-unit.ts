import { decidedConflicts } from "@syncline/control-plane";
import type { ApplyConflict } from "@syncline/engine";
import { ApplyInbox, runUndo, undoOfJob } from "../../operations/index.ts";
import { inboxOwner, withConflicts } from "./move-conflicts.ts";
import type { UnitResult, UnitWork } from "./unit-executor.ts";
import { jobOf, summarized } from "./unit-job.ts";

/**
 * Takes an application back, all of it or nothing. Rows that were edited since go to the inbox; the next run, or the
 * run's retry, takes it back as they were decided.
 */
export async function undoUnit(work: UnitWork): Promise<UnitResult> {
  const job = jobOf(work, "undo");
  const decisions = await decidedConflicts(work.tools.controlPlane, inboxOwner(work));
  let inbox: ApplyInbox | null = null;
  const report = await runUndo(work.setting, undoOfJob(job), {
    decide: (inverse) => {
      inbox = new ApplyInbox(inverse, decisions);
      const { operations } = inbox.decidedPatch(work.setting.context);
      return { operations, partial: inbox.leavesRows };
    },
    onConflict: (conflict: ApplyConflict) => inbox?.onConflict(conflict),
  });
  const { outcome, ledgerId } = report.result;
  const result = summarized(report);
  const met = inbox as ApplyInbox | null;
  // A dead worker took it back, decisions and all; or another server did, and keeps no inbox for this one.
  const recovered = outcome === "already-applied" && ledgerId !== null;
  if (job.dryRun || (met === null && !recovered)) return result;
  return withConflicts(work, result, {
    open: met?.open ?? [],
    left: met?.left ?? 0,
    decided: met?.decided(outcome !== "conflicts") ?? [],
    tables: "all",
    recovered,
  });
}
