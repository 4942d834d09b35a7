import type { JobOf } from "@syncline/jobs";
import type { OperationSetting } from "../contract.ts";
import { byLabel } from "../dump-folder/by-label.ts";
import type { DumpFolder } from "../dump-folder/index.ts";
import { choicesOfJob } from "../moves/choices-of-job.ts";
import {
  DEFAULT_IMPORT,
  type FilePlace,
  type ImportHooks,
  type ImportInput,
  type ImportReport,
} from "./import-input.ts";
import { runImport } from "./run-import.ts";

/** What a job of the kind import does, with this file. */
export function importOfJob(
  job: JobOf<"import">,
  { file, allow }: { readonly file: FilePlace; readonly allow: FilePlace | null },
): ImportInput {
  return {
    ...DEFAULT_IMPORT,
    ...choicesOfJob(job),
    file,
    allow,
    target: job.target,
    strategy: job.strategy,
    base: job.base ?? null,
  };
}

export interface ImportJobInput {
  readonly job: JobOf<"import">;
  readonly folder: DumpFolder;
}

/** An import from the dump folder; of several files that the name fits it takes the newest. */
export async function runImportJob(
  setting: OperationSetting,
  { job, folder }: ImportJobInput,
  hooks: ImportHooks = {},
): Promise<ImportReport> {
  const dump = await folder.read(job.file);
  try {
    const allow = job.allow === undefined ? null : await folder.read(job.allow);
    try {
      const input = importOfJob(job, { file: dump.place, allow: allow?.place ?? null });
      const report = await byLabel(dump.place, () => runImport(setting, input, hooks));
      return { ...report, files: [dump.place.label] };
    } finally {
      await allow?.close();
    }
  } finally {
    await dump.close();
  }
}
