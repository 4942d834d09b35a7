import type { Call, ControlPlane } from "../control-plane.ts";
import { transact } from "../database/transact.ts";
import type { Run } from "../records.ts";
import { advanceRun } from "../runs/advance-run.ts";
import { lockOwnRun, lockUnits } from "../runs/lock-run.ts";
import { renewUnits } from "../runs/renew-units.ts";
import { settleRun } from "../runs/settle-run.ts";

/** Gives out no further units; running ones stop. @throws CodedError `resource.not_found`, `run.state_refused` */
export async function pauseRun(
  cp: ControlPlane,
  call: Call,
  { runId }: { readonly runId: string },
): Promise<Run> {
  return transact(cp, call.scope.organizationId, async (change) => {
    const run = await lockOwnRun(change.tx, { runId, scope: call.scope });
    const next = await advanceRun(change, run, { name: "pause" });
    change.audit(call, {
      action: "run.pause",
      subjectKind: "run",
      subjectId: run.id,
      detail: { from: run.state },
    });
    const units = await lockUnits(change.tx, run.id);
    return settleRun(change, { run: next, units, random: Math.random });
  });
}

/**
 * Goes on with what is not done. A cut run whose instant is gone is planned anew.
 * @throws CodedError `resource.not_found`, `run.state_refused`
 */
export async function resumeRun(
  cp: ControlPlane,
  call: Call,
  { runId }: { readonly runId: string },
): Promise<Run> {
  return transact(cp, call.scope.organizationId, async (change) => {
    const run = await lockOwnRun(change.tx, { runId, scope: call.scope });
    const next = await advanceRun(change, run, { name: "resume" });
    change.audit(call, {
      action: "run.resume",
      subjectKind: "run",
      subjectId: run.id,
      detail: { from: run.state },
    });
    const units = await lockUnits(change.tx, run.id);
    if (next.state === "queued") await renewUnits(change, { run, units, attempt: run.attempt });
    return next;
  });
}
