import { CodedError } from "@syncline/core";
import { runWatch } from "../../operations/index.ts";
import { applyUnit } from "./apply-unit.ts";
import { executeBiSync } from "./bi-sync-executor.ts";
import { copyUnits } from "./copy-units.ts";
import { diffUnits } from "./diff-units.ts";
import { exportUnit, importUnit } from "./file-units.ts";
import { mergeUnit } from "./merge-unit.ts";
import { undoUnit } from "./undo-unit.ts";
import type { Executors, UnitExecutor } from "./unit-executor.ts";
import { jobOf, summarized } from "./unit-job.ts";

/** What each kind of job does, as the command line does it. */
export const EXECUTORS: Executors = {
  diff: diffUnits,
  watch: async (work) => summarized(await runWatch(work.setting, jobOf(work, "watch"))),
  apply: applyUnit,
  undo: undoUnit,
  copy: copyUnits,
  merge: mergeUnit,
  "bi-sync": executeBiSync,
  export: exportUnit,
  import: importUnit,
};

/** Picks by the run's kind. */
export function executorOf(executors: Executors): UnitExecutor {
  return async (work) => {
    const { kind } = work.claim.run;
    const execute = executors[kind];
    if (execute === undefined)
      throw new CodedError("feature.missing", `This server does not run jobs of the kind "${kind}".`);
    return execute(work);
  };
}
