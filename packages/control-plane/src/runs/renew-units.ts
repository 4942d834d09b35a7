import { and, eq, inArray, sql } from "drizzle-orm";
import type { Change } from "../database/change.ts";
import type { Run, WorkUnit } from "../records.ts";
import { snapshotHolders, workUnits } from "../schema/index.ts";

const UNTAKEN = {
  state: "ready",
  worker: null,
  leaseUntil: null,
  losses: 0,
  error: null,
  dispatchedAt: null,
  startedAt: null,
  finishedAt: null,
} as const;

/**
 * Makes the units of a locked run ready for another try. What is done stays; units keep their ids, by which a target's
 * ledger knows them. A cut run whose instant nobody holds any more, or of which a unit says so, is planned anew: its slices are removed, for they
 * would not fit to those of another instant.
 */
export async function renewUnits(
  change: Change,
  { run, units, attempt }: { run: Run; units: readonly WorkUnit[]; attempt: number },
): Promise<void> {
  const { tx } = change;
  const cut = units.filter((unit) => unit.kind === "slice" || unit.kind === "finish");
  const slicesLeft = units.some((unit) => unit.kind === "slice" && unit.state !== "done");
  // A unit that says so may have more to lose than an instant: rows that others had taken back.
  const lost = units.some((unit) => unit.state === "failed" && unit.error?.code === "run.instant_lost");
  const replan = lost || (slicesLeft && !(await isHeld(change, run)));
  if (replan) {
    await tx.delete(workUnits).where(
      inArray(
        workUnits.id,
        cut.map((unit) => unit.id),
      ),
    );
    await tx.delete(snapshotHolders).where(eq(snapshotHolders.runId, run.id));
    await tx
      .update(workUnits)
      .set({ ...UNTAKEN, output: null })
      .where(and(eq(workUnits.runId, run.id), eq(workUnits.kind, "plan")));
    change.emit({
      organizationId: run.organizationId,
      runId: run.id,
      type: "run.replanned",
      payload: { runId: run.id, attempt, slices: cut.filter((unit) => unit.kind === "slice").length },
    });
  }
  await tx.update(workUnits).set({ attempt }).where(eq(workUnits.runId, run.id));
  await tx
    .update(workUnits)
    .set({ ...UNTAKEN, unsettled: sql`${workUnits.unsettled} OR ${workUnits.state} = 'running'` })
    .where(
      and(eq(workUnits.runId, run.id), inArray(workUnits.state, ["ready", "running", "failed", "cancelled"])),
    );
}

/** Every side that was held still is. */
async function isHeld({ tx }: Change, run: Run): Promise<boolean> {
  const sides = await tx
    .select({ held: sql<boolean>`bool_or(${snapshotHolders.heldUntil} > now())` })
    .from(snapshotHolders)
    .where(eq(snapshotHolders.runId, run.id))
    .groupBy(snapshotHolders.side);
  return sides.length > 0 && sides.every(({ held }) => held);
}
