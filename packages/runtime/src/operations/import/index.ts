export * from "./import-input.ts";
export { notForSql } from "./import-sql-file.ts";
export { runImport } from "./run-import.ts";
