export { assertEncryption } from "./assert-encryption.ts";
export * from "./export-input.ts";
export { type ExportJobInput, exportOfJob, runExportJob } from "./export-job.ts";
export { formatBySuffix } from "./format-by-suffix.ts";
export { type OpenedExport, openExport } from "./open-export.ts";
export { assertRoots } from "./refuse-contradictions.ts";
export { runExport } from "./run-export.ts";
