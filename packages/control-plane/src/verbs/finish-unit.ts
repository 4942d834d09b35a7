import { and, eq, inArray } from "drizzle-orm";
import { now } from "../clock.ts";
import type { ControlPlane } from "../control-plane.ts";
import { SERVICE, transact } from "../database/transact.ts";
import { isUuid } from "../ids.ts";
import type { Run, WorkUnit } from "../records.ts";
import { FINAL_STATES, type RunState } from "../run-machine/run-states.ts";
import type { StoredError } from "../run-records.ts";
import { callNext } from "../runs/call-next.ts";
import { lockRun, lockUnits } from "../runs/lock-run.ts";
import { settleRun, type UnitOutput } from "../runs/settle-run.ts";
import { workUnits } from "../schema/index.ts";

export type UnitOutcome =
  | {
      readonly kind: "done";
      readonly output: UnitOutput;
      readonly rows?: number;
      readonly bytes?: number;
      readonly checksum?: string | null;
    }
  /** `unsettled`: its rows may have been committed all the same. */
  | { readonly kind: "failed"; readonly error: StoredError; readonly unsettled?: boolean }
  /** Given back unfinished, because of a pause, a cancel or the worker's own end. */
  | { readonly kind: "stopped" };

export interface FinishInput {
  readonly unitId: string;
  readonly token: bigint;
  readonly outcome: UnitOutcome;
  /** In [0, 1); spreads the next tries. */
  readonly random?: () => number;
}

export type FinishResult =
  | { readonly kind: "finished"; readonly runState: RunState; readonly run: Run }
  /** Somebody else has the unit, or its run is over: nothing was changed. */
  | { readonly kind: "refused" };

/** Ends a worker's turn at a unit and advances the run by it, in one transaction. Only the newest token may. */
export async function finishUnit(cp: ControlPlane, input: FinishInput): Promise<FinishResult> {
  const { unitId, token, outcome, random = Math.random } = input;
  if (!isUuid(unitId)) return { kind: "refused" };
  return transact(cp, SERVICE, async (change) => {
    const [place] = await change.tx
      .select({ runId: workUnits.runId })
      .from(workUnits)
      .where(eq(workUnits.id, unitId));
    const run = place === undefined ? undefined : await lockRun(change.tx, place.runId);
    if (run === undefined) return { kind: "refused" };
    const units = await lockUnits(change.tx, run.id);
    const unit = units.find(({ id }) => id === unitId);
    if (unit?.state !== "running" || unit.fencingToken !== token) return { kind: "refused" };
    const [ended] = await change.tx
      .update(workUnits)
      .set({ worker: null, leaseUntil: null, ...endOf(outcome, { run, unit }) })
      .where(eq(workUnits.id, unitId))
      .returning();
    if (ended === undefined) throw new Error(`unit ${unitId} vanished under its lock`);
    let all = units.map((each) => (each.id === unitId ? ended : each));
    if (ended.kind === "slice" && ended.state === "done") all = await release(change.tx, all);
    if (all.some((each, at) => each.state === "ready" && units[at]?.state !== "ready")) change.wake();
    const next = await settleRun(change, { run, units: all, random });
    if (!FINAL_STATES.has(next.state)) await callNext(change, next);
    return { kind: "finished", runState: next.state, run: next };
  });
}

function endOf(outcome: UnitOutcome, { run, unit }: { run: Run; unit: WorkUnit }) {
  switch (outcome.kind) {
    case "done":
      return {
        state: "done",
        unsettled: false,
        error: null,
        output: outcome.output,
        rows: outcome.rows ?? unit.rows,
        bytes: outcome.bytes ?? unit.bytes,
        checksum: outcome.checksum ?? null,
        finishedAt: now,
      } as const;
    case "failed": {
      const unsettled = run.targetKeys.length > 0 && (outcome.unsettled ?? false);
      // Looked into before the run is called cancelled.
      const inspect = unsettled && run.state === "cancelling";
      return {
        state: inspect ? "ready" : "failed",
        error: outcome.error,
        unsettled,
        dispatchedAt: null,
        finishedAt: inspect ? null : now,
      } as const;
    }
    case "stopped":
      return {
        state: run.state === "cancelling" ? "cancelled" : "ready",
        unsettled: false,
        dispatchedAt: null,
        finishedAt: run.state === "cancelling" ? now : null,
      } as const;
  }
}

/** What waited for the last slice becomes ready. */
async function release(tx: Parameters<typeof lockUnits>[0], units: readonly WorkUnit[]): Promise<WorkUnit[]> {
  const waiting = units.filter((unit) => unit.state === "pending");
  if (waiting.length === 0 || units.some((unit) => unit.kind === "slice" && unit.state !== "done"))
    return [...units];
  const ids = waiting.map((unit) => unit.id);
  await tx
    .update(workUnits)
    .set({ state: "ready" })
    .where(and(inArray(workUnits.id, ids), eq(workUnits.state, "pending")));
  return units.map((unit) => (ids.includes(unit.id) ? { ...unit, state: "ready" as const } : unit));
}
