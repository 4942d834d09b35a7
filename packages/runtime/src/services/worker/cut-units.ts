import { planUnits, readUnits, type UnitOutput } from "@syncline/control-plane";
import { CodedError } from "@syncline/core";
import {
  ControlBoard,
  type CutPlan,
  type SliceResult,
  type SliceWork,
} from "../../operations/slices/index.ts";
import { NOTHING } from "../../operations/slices/slice-work.ts";
import type { UnitExecutor, UnitResult, UnitWork } from "./unit-executor.ts";

/** How runs of a kind are cut, done in slices and put together; see docs/run-SPEC.md. */
export interface CutSteps {
  /** The run in one piece: where nothing is to be cut, and for runs that begin so. */
  readonly whole: UnitExecutor;
  /** Null: not to be cut, and nothing was begun. */
  readonly plan: (work: UnitWork) => Promise<CutPlan | null>;
  readonly slice: (work: UnitWork) => Promise<SliceResult>;
  /** `parts` are the slices' data in their order. */
  readonly finish: (work: UnitWork, parts: readonly unknown[]) => Promise<UnitResult>;
}

/** An executor for kinds of runs that several workers may do together. */
export function cutUnits(steps: CutSteps): UnitExecutor {
  return async (work) => {
    switch (work.claim.unit.kind) {
      case "whole":
        return steps.whole(work);
      case "plan": {
        const cut = await steps.plan(work);
        return cut === null ? steps.whole(work) : plan(work, cut);
      }
      case "slice":
        return steps.slice(work);
      case "finish":
        return steps.finish(work, await partsOf(work));
    }
  };
}

async function plan({ claim, tools, setting }: UnitWork, cut: CutPlan): Promise<UnitResult> {
  const planned = await planUnits(tools.controlPlane, {
    unitId: claim.unit.id,
    token: claim.token,
    slices: cut.slices,
    finish: { slice: cut.finish },
    output: { summary: { ...NOTHING, notes: cut.notes }, data: cut.data },
  });
  if (planned.kind === "refused")
    throw new CodedError("interrupted", "Somebody else has taken over the plan of the run.");
  setting.reached?.("slices-planned");
  return { summary: null, finished: true };
}

async function partsOf({ claim, tools }: UnitWork): Promise<unknown[]> {
  const units = await readUnits(tools.controlPlane, {
    organizationId: claim.run.organizationId,
    runId: claim.run.id,
  });
  return units
    .filter(({ kind }) => kind === "slice")
    .map(({ output }) => (output as UnitOutput | null)?.data ?? null);
}

/** A claimed unit as the slices see it. */
export function sliceWork({ claim, tools, setting }: UnitWork): SliceWork {
  const { run, unit, token } = claim;
  const { controlPlane, workerId, held } = tools;
  return {
    setting,
    unit: { id: unit.id, token, slice: unit.slice },
    held,
    board: (planId) => new ControlBoard(controlPlane, { run, workerId, planId }),
  };
}
