import { and, eq, ne } from "drizzle-orm";
import type { Call, ControlPlane } from "../control-plane.ts";
import type { Change } from "../database/change.ts";
import { transact } from "../database/transact.ts";
import type { Run, WorkUnit } from "../records.ts";
import { advanceRun } from "../runs/advance-run.ts";
import { lockOwnRun, lockUnits } from "../runs/lock-run.ts";
import { settleRun } from "../runs/settle-run.ts";
import { workUnits } from "../schema/index.ts";

/**
 * Ends a run. Running units are told so with their next renewal; what they committed before is reported as done.
 * @throws CodedError `resource.not_found`, `run.state_refused`
 */
export async function cancelRun(
  cp: ControlPlane,
  call: Call,
  { runId }: { readonly runId: string },
): Promise<Run> {
  return transact(cp, call.scope.organizationId, async (change) => {
    const run = await lockOwnRun(change.tx, { runId, scope: call.scope });
    const units = await inspectFinish(change, run, await lockUnits(change.tx, run.id));
    const unsettled = units.some((unit) => unit.unsettled);
    const next = await advanceRun(change, run, { name: "cancel", unsettled });
    change.audit(call, {
      action: "run.cancel",
      subjectKind: "run",
      subjectId: run.id,
      detail: { from: run.state, to: next.state },
    });
    return settleRun(change, { run: next, units, random: Math.random });
  });
}

/**
 * A cut run that writes has rows in its target before it is complete. Its last unit is given out once more, to be
 * inspected: whoever takes it removes them, whatever became of those who wrote them.
 */
async function inspectFinish(
  { tx }: Change,
  run: Run,
  units: readonly WorkUnit[],
): Promise<readonly WorkUnit[]> {
  const finish = units.find(
    ({ kind, state }) => kind === "finish" && state !== "done" && state !== "running",
  );
  if (finish === undefined || run.targetKeys.length === 0) return units;
  const [inspected] = await tx
    .update(workUnits)
    .set({ state: "ready", unsettled: true, error: null, dispatchedAt: null, finishedAt: null })
    .where(and(eq(workUnits.id, finish.id), ne(workUnits.state, "done")))
    .returning();
  return inspected === undefined ? units : units.map((each) => (each.id === finish.id ? inspected : each));
}
