import type { Call, ControlPlane } from "../control-plane.ts";
import { transact } from "../database/transact.ts";
import type { Run } from "../records.ts";
import { advanceRun } from "../runs/advance-run.ts";
import { lockOwnRun, lockUnits } from "../runs/lock-run.ts";
import { settleRun } from "../runs/settle-run.ts";

/**
 * Ends a run. Running units are told so with their next renewal; what they committed before is reported as done.
 * @throws CodedError `resource.not_found`, `run.state_refused`
 */
export async function cancelRun(
  cp: ControlPlane,
  call: Call,
  { runId }: { readonly runId: string },
): Promise<Run> {
  return transact(cp, async (change) => {
    const run = await lockOwnRun(change.tx, { runId, scope: call.scope });
    const units = await lockUnits(change.tx, run.id);
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
