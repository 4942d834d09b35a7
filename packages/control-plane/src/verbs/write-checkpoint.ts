import { createHash } from "node:crypto";
import { formatCheckpoint } from "@syncline/core";
import { desc, eq, sql } from "drizzle-orm";
import { auditKeyOf } from "../audit/audit-key.ts";
import { type CheckpointRecord, checkpointRecord } from "../audit/checkpoint-record.ts";
import type { ControlPlane } from "../control-plane.ts";
import type { Change } from "../database/change.ts";
import { SERVICE, transact } from "../database/transact.ts";
import { auditCheckpoints, auditHeads } from "../schema/index.ts";

/** First half of the advisory locks of those who write an organization's checkpoints. */
const CHECKPOINT_LOCK = 0x53594e43;

/** Signs how long an organization's audit log is and how it ends; null when the last checkpoint said so already. */
export function writeCheckpoint(cp: ControlPlane, organizationId: string): Promise<CheckpointRecord | null> {
  return transact(cp, SERVICE, async (change) => {
    await lockCheckpoints(change, organizationId);
    return checkpointNow(cp, change, organizationId);
  });
}

/** Held until the commit. */
export async function lockCheckpoints({ tx }: Change, organizationId: string): Promise<void> {
  await tx.execute(sql`SELECT pg_advisory_xact_lock(${CHECKPOINT_LOCK}::int, hashtext(${organizationId}))`);
}

async function checkpointNow(
  cp: ControlPlane,
  change: Change,
  organizationId: string,
): Promise<CheckpointRecord | null> {
  const { tx } = change;
  const [head] = await tx.select().from(auditHeads).where(eq(auditHeads.organizationId, organizationId));
  const [last] = await tx
    .select()
    .from(auditCheckpoints)
    .where(eq(auditCheckpoints.organizationId, organizationId))
    .orderBy(desc(auditCheckpoints.seq))
    .limit(1);
  if (head === undefined || head.seq <= (last?.seq ?? 0)) return null;
  const key = await auditKeyOf(cp, tx, organizationId);
  const [time] = await tx.execute<{ ms: string }>(
    sql`SELECT trunc(extract(epoch FROM clock_timestamp()) * 1000)::text AS ms`,
  );
  const at = new Date(Number(time?.ms));
  const previous =
    last === undefined
      ? null
      : createHash("sha256").update(checkpointRecord(cp.id, last).statement).digest("hex");
  const { seq, hash } = head;
  const statement = formatCheckpoint({
    controlPlane: cp.id,
    organization: organizationId,
    seq,
    hash,
    at: at.toISOString(),
    previous,
  });
  const publicKey = key.name;
  const signature = key.sign(statement);
  await tx.insert(auditCheckpoints).values({
    organizationId,
    seq,
    hash,
    at,
    previous,
    publicKey: publicKey.slice("ed25519:".length),
    signature,
  });
  const signed = { statement, publicKey, signature };
  change.emit({ organizationId, type: "audit.checkpoint", payload: { seq, hash, ...signed } });
  return { seq, hash, at, ...signed };
}
