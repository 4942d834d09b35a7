import { formatCheckpoint, type SignedCheckpoint } from "@syncline/core";
import type { auditCheckpoints } from "../schema/index.ts";

export type CheckpointRow = typeof auditCheckpoints.$inferSelect;

/** A checkpoint of an audit log as it is sent and stored, with what it says. */
export interface CheckpointRecord extends SignedCheckpoint {
  readonly seq: number;
  readonly hash: string;
  readonly at: Date;
}

/** The statement is made of the row, so that a row that was changed carries no signature any more. */
export function checkpointRecord(controlPlane: string, row: CheckpointRow): CheckpointRecord {
  const { organizationId: organization, seq, hash, at, previous, publicKey, signature } = row;
  const time = Number.isNaN(at.getTime()) ? "invalid" : at.toISOString();
  return {
    seq,
    hash,
    at,
    statement: formatCheckpoint({ controlPlane, organization, seq, hash, at: time, previous }),
    publicKey: `ed25519:${publicKey}`,
    signature,
  };
}
