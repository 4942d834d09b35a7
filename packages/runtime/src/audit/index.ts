export { type AuditLinesInput, auditLines } from "./audit-lines.ts";
export { CheckpointStore } from "./checkpoint-store.ts";
export { readAuditLines, readCheckpoints } from "./read-audit-file.ts";
export { type VerifyAuditInput, verifyAudit } from "./verify-audit.ts";
