import { and, asc, eq, gt, sql } from "drizzle-orm";
import { now, nowPlus } from "../clock.ts";
import type { ControlPlane } from "../control-plane.ts";
import { read, SERVICE, transact } from "../database/transact.ts";
import type { SnapshotHolder } from "../records.ts";
import { LEASE_MS } from "../runs/lease.ts";
import { runs, snapshotHolders } from "../schema/index.ts";

export interface HoldInput {
  readonly runId: string;
  readonly attempt: number;
  readonly side: "source" | "target";
  readonly workerId: string;
  /** What `SET TRANSACTION SNAPSHOT` takes, as this worker's session exported it. */
  readonly snapshotId: string;
  readonly holdMs?: number;
}

/** Says that a session of this worker keeps the run's instant open; repeated to go on. False when the run is over. */
export async function holdSnapshot(cp: ControlPlane, input: HoldInput): Promise<boolean> {
  const { runId, attempt, side, workerId, snapshotId, holdMs = LEASE_MS } = input;
  return transact(cp, SERVICE, async ({ tx }) => {
    const [run] = await tx
      .select({ organizationId: runs.organizationId })
      .from(runs)
      .where(and(eq(runs.id, runId), sql`${runs.finishedAt} IS NULL`))
      .for("key share");
    if (run === undefined) return false;
    const heldUntil = nowPlus(holdMs);
    await tx
      .insert(snapshotHolders)
      .values({
        organizationId: run.organizationId,
        runId,
        attempt,
        side,
        worker: workerId,
        snapshotId,
        heldUntil,
      })
      .onConflictDoUpdate({
        target: [
          snapshotHolders.runId,
          snapshotHolders.attempt,
          snapshotHolders.side,
          snapshotHolders.worker,
        ],
        set: { snapshotId, heldUntil },
      });
    return true;
  });
}

/** Says that it does no more. */
export async function dropSnapshot(
  cp: ControlPlane,
  { runId, attempt, side, workerId }: Omit<HoldInput, "snapshotId" | "holdMs">,
): Promise<void> {
  await transact(cp, SERVICE, async ({ tx }) => {
    await tx
      .delete(snapshotHolders)
      .where(
        and(
          eq(snapshotHolders.runId, runId),
          eq(snapshotHolders.attempt, attempt),
          eq(snapshotHolders.side, side),
          eq(snapshotHolders.worker, workerId),
        ),
      );
  });
}

/** Who keeps a run's instant open now, on one side. */
export async function listHolders(
  cp: ControlPlane,
  { runId, side }: Pick<HoldInput, "runId" | "side">,
): Promise<readonly SnapshotHolder[]> {
  return read(cp, SERVICE, (db) =>
    db
      .select()
      .from(snapshotHolders)
      .where(
        and(
          eq(snapshotHolders.runId, runId),
          eq(snapshotHolders.side, side),
          gt(snapshotHolders.heldUntil, now),
        ),
      )
      .orderBy(asc(snapshotHolders.worker)),
  );
}
