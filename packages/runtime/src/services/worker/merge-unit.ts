import { type ControlPlane, decidedConflicts, recordConflicts } from "@syncline/control-plane";
import { MergeInbox, type MergeReport, runMerge } from "../../operations/index.ts";
import type { UnitResult, UnitWork } from "./unit-executor.ts";
import { jobOf, summarized } from "./unit-job.ts";

/** Merges by the rules of the job; what they leave goes to its inbox, and what people decided there is carried out. */
export async function mergeUnit(work: UnitWork): Promise<UnitResult> {
  const job = jobOf(work, "merge");
  const { setting, claim, tools } = work;
  const { jobId } = claim.run;
  const inbox = new MergeInbox(jobId === null ? [] : await decidedConflicts(tools.controlPlane, { jobId }));
  const report = await runMerge(setting, job, inbox);
  const result = summarized(report);
  if (jobId === null || job.dryRun || wasDoneBefore(report)) return result;
  return {
    ...result,
    summary: result.summary && { ...result.summary, notes: [...result.summary.notes, ...leftOut(inbox)] },
    alongside: (cp) => record(cp, work, { jobId, inbox, report }),
  };
}

/** The ledger knows the counts of a merge that a dead worker made, not its conflicts: the next run meets them again. */
function wasDoneBefore({ result: { outcome, ledgerId } }: MergeReport): boolean {
  return outcome === "already-applied" && ledgerId !== null;
}

function leftOut({ left }: MergeInbox): readonly string[] {
  return left === 0 ? [] : [`${left} more conflicts come to the inbox once those that it holds are decided.`];
}

interface Recorded {
  readonly jobId: string;
  readonly inbox: MergeInbox;
  readonly report: MergeReport;
}

async function record(
  cp: ControlPlane,
  { claim: { run } }: UnitWork,
  { jobId, inbox, report }: Recorded,
): Promise<void> {
  const written = report.result.outcome !== "conflicts";
  await recordConflicts(cp, {
    organizationId: run.organizationId,
    jobId,
    runId: run.id,
    tables: report.result.tables.map(({ name }) => name),
    open: inbox.open,
    decided: inbox.decided.map((each) => (written ? each : { ...each, state: "standing" })),
    recovered: false,
  });
}
