import type { JobDefinition } from "@syncline/jobs";
import type { Call, ControlPlane } from "../control-plane.ts";
import { transact } from "../database/transact.ts";
import type { Run } from "../records.ts";
import { transition } from "../run-machine/transition.ts";
import { refused } from "../runs/advance-run.ts";
import { insertRun } from "../runs/insert-run.ts";
import { lockOwnRun } from "../runs/lock-run.ts";

/**
 * A new run with the definition of one that ended, limited to the tables that failed where some did not.
 * @throws CodedError `resource.not_found`, `run.state_refused`
 */
export async function retryRun(
  cp: ControlPlane,
  call: Call,
  { runId }: { readonly runId: string },
): Promise<Run> {
  return transact(cp, async (change) => {
    const run = await lockOwnRun(change.tx, { runId, scope: call.scope });
    if (transition(run.state, { name: "retry" }).kind !== "new-run") throw refused(run, "retry");
    const { targetKeys, serverKeys } = run;
    return insertRun(change, call, {
      jobId: run.jobId,
      definition: limitToFailed(run),
      trigger: "retry",
      retryOf: run.id,
      places: { targetKeys, serverKeys },
    });
  });
}

/** Tables are named by their patterns, so a name with a pattern's characters cannot be singled out: then all are done. */
export function limitToFailed({
  state,
  definition,
  summary,
}: Pick<Run, "state" | "definition" | "summary">): JobDefinition {
  if (state !== "partial" || summary === null || !("schema" in definition)) return definition;
  const failed = summary.tables.filter((table) => table.error != null).map((table) => table.name);
  if (failed.length === 0 || failed.some((name) => /[*?"\\]/.test(name))) return definition;
  return { ...definition, schema: failed };
}
