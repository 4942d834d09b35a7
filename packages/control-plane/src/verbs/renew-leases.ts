import { parseDuration } from "@syncline/jobs";
import { and, eq, inArray, sql } from "drizzle-orm";
import { nowPlus } from "../clock.ts";
import type { ControlPlane } from "../control-plane.ts";
import type { Change } from "../database/change.ts";
import { SERVICE, transact } from "../database/transact.ts";
import type { Run } from "../records.ts";
import type { RunProgress } from "../run-records.ts";
import { countUnits, etaOfSlices } from "../runs/keep-progress.ts";
import { LEASE_MS } from "../runs/lease.ts";
import { runs, workUnits } from "../schema/index.ts";

export interface RenewedUnit {
  readonly unitId: string;
  readonly token: bigint;
  readonly rows?: number;
  readonly bytes?: number;
  /** What this unit knows; rows, bytes and units of the whole run are added up here. */
  readonly progress?: RunProgress;
}

export interface RenewInput {
  readonly workerId: string;
  readonly units: readonly RenewedUnit[];
  readonly leaseMs?: number;
}

/** Why a worker is to stop a unit that it still holds. `failed`: another unit ended the attempt. */
export type StopReason = "pausing" | "cancelling" | "failed" | "timeout";

export interface Renewal {
  readonly unitId: string;
  /** False: the unit is somebody else's, or its run is over; nothing may be written for it any more. */
  readonly kept: boolean;
  readonly stop: StopReason | null;
  readonly leaseUntil: Date | null;
}

/** Renews what a worker holds, stores how far it is, and says what to stop. */
export async function renewLeases(cp: ControlPlane, input: RenewInput): Promise<readonly Renewal[]> {
  const { units, leaseMs = LEASE_MS } = input;
  if (units.length === 0) return [];
  const ids = units.map(({ unitId }) => unitId);
  return transact(cp, SERVICE, async (change) => {
    const { tx } = change;
    const of = await tx.select({ runId: workUnits.runId }).from(workUnits).where(inArray(workUnits.id, ids));
    const runIds = [...new Set(of.map(({ runId }) => runId))].sort();
    if (runIds.length === 0) return units.map(({ unitId }) => lost(unitId));
    // Shared: renewing does not wait for other renewals, but for whoever moves the run.
    const locked = await tx
      .select({ run: runs, elapsed: elapsedMs() })
      .from(runs)
      .where(inArray(runs.id, runIds))
      .orderBy(runs.id)
      .for("no key update");
    const renewed: Renewal[] = [];
    for (const unit of [...units].sort((one, other) => (one.unitId < other.unitId ? -1 : 1)))
      renewed.push(await renewOne(change, { unit, workerId: input.workerId, leaseMs, locked }));
    await storeProgress(change, { units, renewed, locked });
    return units.map(({ unitId }) => renewed.find((each) => each.unitId === unitId) ?? lost(unitId));
  });
}

const lost = (unitId: string): Renewal => ({ unitId, kept: false, stop: null, leaseUntil: null });

/** Milliseconds since a run started, by the clock of the database. */
function elapsedMs() {
  return sql<number | null>`extract(epoch FROM now() - ${runs.startedAt}) * 1000`;
}

interface LockedRun {
  readonly run: Run;
  /** Null before it started. */
  readonly elapsed: number | null;
}

async function renewOne(
  { tx }: Change,
  options: { unit: RenewedUnit; workerId: string; leaseMs: number; locked: readonly LockedRun[] },
): Promise<Renewal> {
  const { unit, workerId, leaseMs, locked } = options;
  const [row] = await tx
    .update(workUnits)
    .set({
      leaseUntil: nowPlus(leaseMs),
      // The columns hold whole numbers, and no lease is lost over a half.
      ...(unit.rows === undefined ? {} : { rows: Math.floor(unit.rows) }),
      ...(unit.bytes === undefined ? {} : { bytes: Math.floor(unit.bytes) }),
    })
    .where(
      and(
        eq(workUnits.id, unit.unitId),
        eq(workUnits.state, "running"),
        eq(workUnits.worker, workerId),
        eq(workUnits.fencingToken, unit.token),
      ),
    )
    .returning({ runId: workUnits.runId, leaseUntil: workUnits.leaseUntil });
  const found = locked.find(({ run }) => run.id === row?.runId);
  if (row === undefined || found === undefined) return lost(unit.unitId);
  return {
    unitId: unit.unitId,
    kept: true,
    stop: await stopOf({ tx } as Change, found),
    leaseUntil: row.leaseUntil,
  };
}

async function stopOf({ tx }: Change, { run, elapsed }: LockedRun): Promise<StopReason | null> {
  if (run.state === "pausing" || run.state === "cancelling") return run.state;
  const limit = run.definition.timeout === undefined ? null : parseDuration(run.definition.timeout);
  if (limit !== null && Number(elapsed) > limit) return "timeout";
  const failed = await tx
    .select({ error: workUnits.error })
    .from(workUnits)
    .where(and(eq(workUnits.runId, run.id), eq(workUnits.state, "failed")));
  return failed.some(({ error }) => error?.retryable !== true) ? "failed" : null;
}

async function storeProgress(
  change: Change,
  {
    units,
    renewed,
    locked,
  }: { units: readonly RenewedUnit[]; renewed: readonly Renewal[]; locked: readonly LockedRun[] },
): Promise<void> {
  const kept = new Set(renewed.filter((each) => each.kept).map((each) => each.unitId));
  for (const { unitId, progress } of units) {
    if (progress === undefined || !kept.has(unitId)) continue;
    const all = await change.tx
      .select({
        runId: workUnits.runId,
        kind: workUnits.kind,
        state: workUnits.state,
        rows: workUnits.rows,
        bytes: workUnits.bytes,
      })
      .from(workUnits)
      .where(
        sql`${workUnits.runId} = (SELECT run_id FROM syncline_control.work_units WHERE id = ${unitId}::uuid)`,
      );
    const of = locked.find(({ run }) => run.id === all[0]?.runId);
    if (of === undefined) continue;
    const { run, elapsed } = of;
    const counted = countUnits(all);
    const whole: RunProgress =
      all.length > 1
        ? { ...progress, ...counted, etaSeconds: etaOfSlices(all, elapsed) }
        : { ...progress, unitsDone: counted.unitsDone, unitsTotal: counted.unitsTotal };
    await change.tx.update(runs).set({ progress: whole }).where(eq(runs.id, run.id));
    change.emit({
      organizationId: run.organizationId,
      runId: run.id,
      type: "run.progress",
      payload: { runId: run.id, unitId, ...whole },
    });
  }
}
