import { type MergeReport, runMerge } from "../../operations/index.ts";
import { metTables, openMoveInbox, withMoveConflicts } from "./move-conflicts.ts";
import type { UnitResult, UnitWork } from "./unit-executor.ts";
import { jobOf, summarized } from "./unit-job.ts";

/** Merges by the rules of the job; what they leave goes to its inbox, and what people decided there is carried out. */
export async function mergeUnit(work: UnitWork): Promise<UnitResult> {
  const job = jobOf(work, "merge");
  const inbox = await openMoveInbox(work);
  const report = await runMerge(work.setting, job, inbox);
  const result = summarized(report);
  if (job.dryRun || wasDoneBefore(report)) return result;
  return withMoveConflicts(work, result, {
    inbox,
    tables: metTables(work, report.result.tables),
    written: report.result.outcome !== "conflicts",
  });
}

/** The ledger knows the counts of a merge that a dead worker made, not its conflicts: the next run meets them again. */
export function wasDoneBefore({ result: { outcome, ledgerId } }: Pick<MergeReport, "result">): boolean {
  return outcome === "already-applied" && ledgerId !== null;
}
