export { assertEncryption } from "./assert-encryption.ts";
export * from "./export-input.ts";
export { formatBySuffix } from "./format-by-suffix.ts";
export { assertRoots } from "./refuse-contradictions.ts";
export { runExport } from "./run-export.ts";
