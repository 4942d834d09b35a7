import { setTimeout as sleep } from "node:timers/promises";
import { isFinalState, type RunAnswer } from "@syncline/api";
import { type Call, type ControlPlane, createRun, getRun, type Run } from "@syncline/control-plane";
import type { JobDefinition } from "@syncline/jobs";
import { firstUnitOf, placesOfRun } from "@syncline/runtime/services";
import { presentRun } from "../routes/present.ts";
import type { ServiceParts } from "../service-parts.ts";
import { checkDefinition } from "./check-definition.ts";

export interface StartRun {
  readonly cp: ControlPlane;
  readonly call: Call;
  readonly definition: JobDefinition;
  readonly jobId?: string;
  readonly trigger: "manual" | "hook" | "once";
  /** From the config: its places may be anything. */
  readonly trusted?: boolean;
  /** The review under which it is to write, and without which it writes nothing. */
  readonly reviewId?: string;
}

/** Creates a run with the places and the first unit that its project's servers make of it. */
export async function startRun(
  { workspaces }: Pick<ServiceParts, "workspaces">,
  { cp, call, definition, jobId, trigger, trusted = false, reviewId }: StartRun,
): Promise<Run> {
  const workspace = await workspaces.of(call.scope, cp);
  if (!trusted) checkDefinition(definition, workspace);
  return createRun(cp, call, {
    ...(jobId === undefined ? {} : { jobId }),
    ...(reviewId === undefined ? {} : { reviewId }),
    definition,
    trigger,
    places: await placesOfRun(definition, workspace),
    firstUnit: firstUnitOf(definition),
  });
}

const FIRST_LOOK_MS = 50;
const LONGEST_LOOK_MS = 500;

export interface Waiting {
  readonly cp: ControlPlane;
  readonly call: Call;
  readonly seconds: number;
  readonly signal: AbortSignal;
}

/** The run as it is when it ends, or after the time. */
export async function waitForRun(run: RunAnswer, { cp, call, seconds, signal }: Waiting): Promise<RunAnswer> {
  const deadline = performance.now() + seconds * 1000;
  let found = run;
  for (
    let pause = FIRST_LOOK_MS;
    !isFinalState(found.state);
    pause = Math.min(pause * 1.5, LONGEST_LOOK_MS)
  ) {
    const left = deadline - performance.now();
    if (left <= 0 || signal.aborted) break;
    await sleep(Math.min(pause, left), undefined, { signal }).catch(() => {});
    found = presentRun(await getRun(cp, call.scope, { runId: run.id }));
  }
  return found;
}
