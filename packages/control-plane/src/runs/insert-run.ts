import type { JobDefinition } from "@syncline/jobs";
import type { Call } from "../control-plane.ts";
import type { Change } from "../database/change.ts";
import type { Run } from "../records.ts";
import type { RunTrigger } from "../run-machine/run-states.ts";
import { runs, workUnits } from "../schema/index.ts";
import { placesOf, type RunPlaces } from "./places-of.ts";

export interface NewRun {
  readonly jobId: string | null;
  readonly definition: JobDefinition;
  readonly trigger: RunTrigger;
  readonly retryOf?: string | null;
  /** The review under which it is to write. */
  readonly reviewId?: string | null;
  readonly places?: RunPlaces;
  /** `plan`: the run is cut into slices by whoever takes its first unit. */
  readonly firstUnit?: "whole" | "plan";
}

/** The run, its first unit, the audit entry and the event. */
export async function insertRun(change: Change, call: Call, input: NewRun): Promise<Run> {
  const { jobId, definition, trigger, retryOf = null, reviewId = null, firstUnit = "whole" } = input;
  const { targetKeys, serverKeys } = input.places ?? placesOf(definition);
  const { organizationId, projectId } = call.scope;
  const [run] = await change.tx
    .insert(runs)
    .values({
      organizationId,
      projectId,
      jobId,
      kind: definition.kind,
      definition,
      trigger,
      targetKeys: [...targetKeys].sort(),
      serverKeys: [...serverKeys].sort(),
      requestedBy: call.actor,
      userId: call.userId ?? null,
      retryOf,
      reviewId,
    })
    .returning();
  if (run === undefined) throw new Error("an inserted run was not returned");
  await change.tx
    .insert(workUnits)
    .values({ organizationId, runId: run.id, attempt: 1, position: 0, kind: firstUnit });
  change.audit(call, {
    action: "run.create",
    subjectKind: "run",
    subjectId: run.id,
    detail: { kind: run.kind, name: definition.name, trigger, jobId, retryOf },
  });
  change.emit({
    organizationId,
    runId: run.id,
    type: "run.queued",
    payload: {
      runId: run.id,
      projectId,
      jobId,
      kind: run.kind,
      name: definition.name,
      state: run.state,
      attempt: 1,
      trigger,
    },
  });
  return run;
}
