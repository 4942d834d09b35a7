import { CodedError } from "../errors/coded-error.ts";
import type { CreateDigest } from "../patch/digest.ts";
import type { VerifySignature } from "../patch/signature-verdict.ts";
import { parseCheckpoint, type SignedCheckpoint } from "./audit-checkpoint.ts";
import type { AuditLine } from "./audit-export.ts";
import type { AuditReport } from "./audit-verdict.ts";
import { AuditVerifier } from "./audit-verifier.ts";

export interface VerifyAuditLines {
  /** Keys whose signatures count; empty takes the one of the first checkpoint. */
  readonly signers: readonly string[];
  /** Checkpoints that the caller kept. */
  readonly held: readonly SignedCheckpoint[];
  /** Whether the log must begin with its first entry. */
  readonly whole?: boolean;
  readonly createDigest: CreateDigest;
  readonly verify: VerifySignature;
}

/**
 * Judges an exported log as it streams by; believes nothing that its lines say of themselves.
 * @throws CodedError `file.damaged` when it is not a whole export
 */
export async function verifyAuditLines(
  lines: AsyncIterable<AuditLine>,
  options: VerifyAuditLines,
): Promise<AuditReport> {
  let verifier: AuditVerifier | null = null;
  let report: AuditReport | null = null;
  let entries = 0;
  for await (const line of lines) {
    if (report !== null) throw cut("goes on behind its end");
    if (line.type === "header") {
      if (verifier !== null) throw cut("has two headers");
      const { organization, controlPlane, after } = line;
      assertBeginning(after.seq, options);
      verifier = new AuditVerifier({ ...options, organizationId: organization, controlPlane, after });
    } else if (verifier === null) throw cut("has no header");
    else if (line.type === "entry") {
      entries += 1;
      verifier.entry(line);
    } else if (line.type === "checkpoint") verifier.checkpoint(line, line.source);
    else {
      if (line.entries !== entries) throw cut(`has ${entries} entries; its last line says ${line.entries}`);
      report = verifier.finish(line.head);
    }
  }
  if (report === null) throw cut("ends too early");
  return report;
}

/** A checkpoint of an entry that was left out can be compared with nothing, and must not look as if it had been. */
function assertBeginning(after: number, { whole = false, held }: VerifyAuditLines): void {
  if (after === 0) return;
  if (whole) throw cut(`begins behind entry ${after}; the whole log was asked for`);
  const before = held.map(({ statement }) => parseCheckpoint(statement).seq).find((seq) => seq < after);
  if (before === undefined) return;
  throw new CodedError(
    "file.damaged",
    `The exported audit log begins behind entry ${after}; the checkpoint of entry ${before} that you hold cannot be compared with it.`,
    { hint: "Verify an export of the whole log, or of a part that holds the entry." },
  );
}

function cut(problem: string): CodedError {
  return new CodedError("file.damaged", `The exported audit log ${problem}.`, {
    hint: "Export it again: syncline audit export --output FILE",
  });
}
