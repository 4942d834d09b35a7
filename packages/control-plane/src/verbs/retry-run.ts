import { parsePatchTableName } from "@syncline/core";
import type { JobDefinition } from "@syncline/jobs";
import type { Call, ControlPlane } from "../control-plane.ts";
import { transact } from "../database/transact.ts";
import type { Run } from "../records.ts";
import { transition } from "../run-machine/transition.ts";
import { refused } from "../runs/advance-run.ts";
import { insertRun } from "../runs/insert-run.ts";
import { lockOwnRun, lockUnits } from "../runs/lock-run.ts";

/**
 * A new run with the definition of one that ended, limited to the tables that failed where some did not.
 * @throws CodedError `resource.not_found`, `run.state_refused`
 */
export async function retryRun(
  cp: ControlPlane,
  call: Call,
  { runId }: { readonly runId: string },
): Promise<Run> {
  return transact(cp, call.scope.organizationId, async (change) => {
    const run = await lockOwnRun(change.tx, { runId, scope: call.scope });
    if (transition(run.state, { name: "retry" }).kind !== "new-run") throw refused(run, "retry");
    const { targetKeys, serverKeys } = run;
    const units = await lockUnits(change.tx, run.id);
    return insertRun(change, call, {
      jobId: run.jobId,
      definition: limitToFailed(run),
      trigger: "retry",
      retryOf: run.id,
      places: { targetKeys, serverKeys },
      firstUnit: units.some(({ kind }) => kind === "plan") ? "plan" : "whole",
    });
  });
}

/** What a job's list of patterns holds. */
const MOST_PATTERNS = 1_000;

/**
 * Names without a schema, for both sides look at them and their schemas may differ. A name that fits others too, by an
 * asterisk or in another schema, has those done again as well: never less than what failed.
 */
export function limitToFailed({
  state,
  definition,
  summary,
}: Pick<Run, "state" | "definition" | "summary">): JobDefinition {
  if (state !== "partial" || summary === null || !("schema" in definition)) return definition;
  const failed = summary.tables.filter((table) => table.error != null).map((table) => table.name);
  const names = [...new Set(failed.map((name) => parsePatchTableName(name)?.name ?? name))];
  if (names.length === 0 || names.length > MOST_PATTERNS) return definition;
  return { ...definition, schema: names };
}
