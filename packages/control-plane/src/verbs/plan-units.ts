import { CodedError } from "@syncline/core";
import { and, eq } from "drizzle-orm";
import { now } from "../clock.ts";
import type { ControlPlane } from "../control-plane.ts";
import { SERVICE, transact } from "../database/transact.ts";
import { isUuid } from "../ids.ts";
import type { WorkUnit } from "../records.ts";
import { lockRun, lockUnits } from "../runs/lock-run.ts";
import type { UnitOutput } from "../runs/settle-run.ts";
import { settleRun } from "../runs/settle-run.ts";
import { workUnits } from "../schema/index.ts";
import type { FinishResult } from "./finish-unit.ts";

export interface PlanUnitsInput {
  readonly unitId: string;
  readonly token: bigint;
  /** JSON for each slice; they may be done in any order, by anybody. */
  readonly slices: readonly unknown[];
  /** A last unit that starts when all slices are done, with its own JSON. */
  readonly finish?: { readonly slice: unknown } | null;
  /** What the plan found, for the units after it. */
  readonly output: UnitOutput;
}

const MAX_SLICES = 10_000;
const ROWS_A_STATEMENT = 1_000;

/** Ends a `plan` unit and inserts the units that it planned, in one transaction. Only the newest token may. */
export async function planUnits(
  cp: ControlPlane,
  input: PlanUnitsInput,
): Promise<FinishResult & { readonly units?: readonly WorkUnit[] }> {
  const { unitId, token, slices, finish = null, output } = input;
  if (slices.length > MAX_SLICES)
    throw new CodedError(
      "limit.exceeded",
      `A run was cut into ${slices.length} slices; at most ${MAX_SLICES} fit.`,
    );
  if (!isUuid(unitId)) return { kind: "refused" };
  return transact(cp, SERVICE, async (change) => {
    const { tx } = change;
    const [place] = await tx
      .select({ runId: workUnits.runId })
      .from(workUnits)
      .where(eq(workUnits.id, unitId));
    const run = place === undefined ? undefined : await lockRun(tx, place.runId);
    if (run === undefined) return { kind: "refused" };
    const units = await lockUnits(tx, run.id);
    const unit = units.find(({ id }) => id === unitId);
    if (unit?.kind !== "plan" || unit.state !== "running" || unit.fencingToken !== token)
      return { kind: "refused" };
    const [planned] = await tx
      .update(workUnits)
      .set({
        state: "done",
        worker: null,
        leaseUntil: null,
        unsettled: false,
        error: null,
        output,
        finishedAt: now,
      })
      .where(and(eq(workUnits.id, unitId)))
      .returning();
    if (planned === undefined) throw new Error(`unit ${unitId} vanished under its lock`);
    const common = { organizationId: run.organizationId, runId: run.id, attempt: run.attempt };
    const rows = slices.map((slice, index) => ({
      ...common,
      position: unit.position + 1 + index,
      kind: "slice" as const,
      slice,
    }));
    const last =
      finish === null
        ? []
        : [
            {
              ...common,
              position: unit.position + 1 + slices.length,
              kind: "finish" as const,
              slice: finish.slice,
              state: slices.length === 0 ? ("ready" as const) : ("pending" as const),
            },
          ];
    const inserted: WorkUnit[] = [];
    const wanted = [...rows, ...last];
    for (let start = 0; start < wanted.length; start += ROWS_A_STATEMENT)
      inserted.push(
        ...(await tx
          .insert(workUnits)
          .values(wanted.slice(start, start + ROWS_A_STATEMENT))
          .returning()),
      );
    change.emit({
      organizationId: run.organizationId,
      runId: run.id,
      type: "run.planned",
      payload: { runId: run.id, attempt: run.attempt, slices: slices.length },
    });
    const others = units.filter(({ id }) => id !== unitId);
    const next = await settleRun(change, {
      run,
      units: [...others, planned, ...inserted],
      random: Math.random,
    });
    return { kind: "finished", runState: next.state, run: next, units: inserted };
  });
}
