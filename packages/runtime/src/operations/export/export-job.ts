import { parseFilter } from "@syncline/core";
import type { JobOf } from "@syncline/jobs";
import type { OperationReport, OperationSetting } from "../contract.ts";
import { byLabel } from "../dump-folder/by-label.ts";
import type { DumpFolder } from "../dump-folder/index.ts";
import { DEFAULT_EXPORT, type ExportInput, type ExportOutput } from "./export-input.ts";
import { formatBySuffix } from "./format-by-suffix.ts";
import { runExport } from "./run-export.ts";

/** What a job of the kind export does, into this file. @throws CodedError `filter.invalid` */
export function exportOfJob(job: JobOf<"export">, output: ExportOutput): ExportInput {
  return {
    ...DEFAULT_EXPORT,
    source: job.source,
    output,
    format: job.format ?? formatBySuffix(job.file),
    dataset: job.dataset ?? null,
    filter: job.filter === undefined ? null : parseFilter(JSON.stringify(job.filter)),
    mask: job.mask ?? null,
    recipients: job.recipients,
  };
}

export interface ExportJobInput {
  readonly job: JobOf<"export">;
  readonly folder: DumpFolder;
  /** The run's instant, which the file's name may hold. */
  readonly at: Date;
}

/**
 * An export into the dump folder, where it appears whole or not at all. A work unit that wrote it already finds it there.
 * @throws CodedError as `runExport` and `DumpFolder.begin`
 */
export async function runExportJob(
  setting: OperationSetting,
  { job, folder, at }: ExportJobInput,
): Promise<OperationReport> {
  const wanted = { job: job.name, file: job.file, at };
  const { applicationId } = setting;
  const before = await folder.writtenBy(wanted, applicationId);
  if (before !== null) return before.report;
  const dump = await folder.begin(wanted);
  try {
    const output = { kind: "file", place: dump.place, overwrite: false } as const;
    const {
      source: _,
      method: __,
      ...report
    } = await byLabel(dump.place, () => runExport(setting, exportOfJob(job, output)));
    setting.reached?.("result-written");
    await dump.commit({ job: job.name, applicationId, at, report });
    await folder.clean();
    return report;
  } finally {
    await dump.discard();
  }
}
