import type { JobOf } from "@syncline/jobs";
import type { OperationReport, OperationSetting } from "../contract.ts";
import { comparisonOfJob } from "./comparison-job.ts";
import { buildDiffPatch, type PatchPlace } from "./diff-patch.ts";
import { diffReport } from "./diff-report.ts";
import { openDiff } from "./open-diff.ts";

export interface DiffHandOver {
  /** Where the patch goes; the caller stores it. */
  readonly patch: PatchPlace;
}

export interface DiffReport extends OperationReport {
  /** As in the header of the patch. */
  readonly patchHeaderId: string;
  readonly source: string;
  readonly target: string;
}

/**
 * Compares two places and writes what differs as a patch. A comparison that a limit cut short is `partial`, and its
 * patch says so.
 * @throws CodedError and leaves no file
 */
export async function runDiff(
  setting: OperationSetting,
  job: JobOf<"diff">,
  { patch }: DiffHandOver,
): Promise<DiffReport> {
  const opened = await openDiff(setting, comparisonOfJob(job, "all"));
  try {
    setting.reached?.("reading");
    const { header, result } = await buildDiffPatch(setting, opened, patch);
    return {
      ...diffReport(opened.run.tables, result),
      patchHeaderId: header.id,
      source: opened.source.place.label,
      target: opened.target.place.label,
    };
  } finally {
    await opened.close();
  }
}
