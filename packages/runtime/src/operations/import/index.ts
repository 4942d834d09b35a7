export * from "./import-input.ts";
export { type ImportJobInput, importOfJob, runImportJob } from "./import-job.ts";
export { notForSql } from "./import-sql-file.ts";
export { runImport } from "./run-import.ts";
