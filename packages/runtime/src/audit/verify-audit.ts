import { listAuditKeys } from "@syncline/control-plane";
import { type AuditReport, type SignedCheckpoint, verifyAuditLines } from "@syncline/core";
import { createSha256, verifyStatement } from "../files/index.ts";
import { type AuditLinesInput, auditLines } from "./audit-lines.ts";

export interface VerifyAuditInput extends Omit<AuditLinesInput, "from" | "to"> {
  /** Keys whose signatures count; empty takes those that open under the master key. */
  readonly signers: readonly string[];
  readonly held: readonly SignedCheckpoint[];
}

/** Where no key opens, that of the first checkpoint is none the better for it. */
const NOBODY = "nobody";

/** Verifies an organization's whole audit log against the table's checkpoints, the object store's and the caller's. */
export async function verifyAudit({ signers, held, ...input }: VerifyAuditInput): Promise<AuditReport> {
  const own = signers.length > 0 ? signers : await listAuditKeys(input.controlPlane, input);
  return verifyAuditLines(auditLines(input), {
    signers: own.length > 0 ? own : [NOBODY],
    held,
    createDigest: createSha256,
    verify: verifyStatement,
  });
}
