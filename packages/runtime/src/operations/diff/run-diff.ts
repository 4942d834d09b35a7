import type { PatchHeader } from "@syncline/core";
import type { DiffRun } from "@syncline/engine";
import type { JobOf } from "@syncline/jobs";
import type { OperationReport, OperationSetting } from "../contract.ts";
import { comparisonOfJob } from "./comparison-job.ts";
import { diffHeader } from "./diff-patch.ts";
import { diffReport } from "./diff-report.ts";
import { openDiff } from "./open-diff.ts";

/** A comparison on its way into a store. */
export interface DiffToStore {
  readonly signal: AbortSignal;
  /** Consumed by the store, closed by the operation. */
  readonly run: DiffRun;
  /** `complete` and `hash` of its metadata are known only in the end. */
  readonly header: PatchHeader;
}

export interface DiffSink<Stored> {
  /** Keeps what differs as a patch; leaves nothing when it fails. */
  readonly writeDiff: (diff: DiffToStore) => Promise<Stored>;
}

export interface DiffReport<Stored> extends OperationReport {
  readonly stored: Stored;
}

/**
 * Compares two places and hands what differs to a store. A comparison that a limit cut short is `partial`: its counts
 * are lower bounds, and its patch says so.
 */
export async function runDiff<Stored>(
  setting: OperationSetting,
  job: JobOf<"diff">,
  sink: DiffSink<Stored>,
): Promise<DiffReport<Stored>> {
  const opened = await openDiff(setting, comparisonOfJob(job, "all"));
  try {
    setting.reached?.("reading");
    const { run } = opened;
    const header = diffHeader(setting, opened, run);
    const stored = await sink.writeDiff({ signal: setting.context.signal, run, header });
    return { ...diffReport(run.tables, await run.result), stored };
  } finally {
    await opened.close();
  }
}
