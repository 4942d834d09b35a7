import { countDifferences } from "@syncline/core";
import type { JobOf } from "@syncline/jobs";
import type { OperationReport, OperationSetting } from "../contract.ts";
import { comparisonOfJob } from "./comparison-job.ts";
import { diffReport } from "./diff-report.ts";
import { openDiff } from "./open-diff.ts";

export interface WatchReport extends OperationReport {
  /** Rows that differ; at least so many when the comparison was cut short. */
  readonly differences: number;
  /** Whether somebody is to be alerted: more rows differ than the job allows. */
  readonly exceeded: boolean;
}

/** Compares two places and says whether more rows differ than are allowed. Keeps nothing. */
export async function runWatch(setting: OperationSetting, job: JobOf<"watch">): Promise<WatchReport> {
  const opened = await openDiff(setting, comparisonOfJob(job, "none"));
  try {
    setting.reached?.("reading");
    for await (const _ of opened.run.changes) setting.context.signal.throwIfAborted();
    const result = await opened.run.result;
    const differences = countDifferences(result.totals);
    const exceeded = differences > job.alertAbove;
    const report = diffReport(opened.run.tables, result);
    return {
      ...report,
      differences,
      exceeded,
      notes: [...report.notes, sentence(differences, job.alertAbove)],
    };
  } finally {
    await opened.close();
  }
}

function sentence(differences: number, allowed: number): string {
  const rows = differences === 1 ? "1 row differs" : `${differences} rows differ`;
  return `${rows}; alerts are sent above ${allowed}.`;
}
