export { assertEncryption } from "./assert-encryption.ts";
export * from "./export-input.ts";
export { type ExportJobInput, exportOfJob, runExportJob } from "./export-job.ts";
export { formatBySuffix } from "./format-by-suffix.ts";
export { EXPORT_MEDIA_TYPES, type OpenedExport, openExport } from "./open-export.ts";
export { openRows, type RowsInput } from "./open-rows.ts";
export { assertRoots } from "./refuse-contradictions.ts";
export { runExport } from "./run-export.ts";
