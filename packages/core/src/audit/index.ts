export * from "./audit-checkpoint.ts";
export { AUDIT_GENESIS, type AuditEntry, type EntryPlace, hashAuditEntry } from "./audit-entry.ts";
export * from "./audit-export.ts";
export * from "./audit-key-change.ts";
export * from "./audit-verdict.ts";
export { AuditVerifier, type AuditVerifierOptions } from "./audit-verifier.ts";
export { type VerifyAuditLines, verifyAuditLines } from "./verify-audit-lines.ts";
