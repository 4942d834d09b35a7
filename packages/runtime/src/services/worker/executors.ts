import { CodedError } from "@syncline/core";
import type { JobDefinition, JobKind, JobOf } from "@syncline/jobs";
import { runUndo, runWatch, undoOfJob } from "../../operations/index.ts";
import type { Executors, UnitExecutor, UnitResult, UnitWork } from "./unit-executor.ts";

/** What each kind of job does, as the command line does it. */
export const EXECUTORS: Executors = {
  watch: async (work) => summarized(await runWatch(work.setting, jobOf(work, "watch"))),
  undo: async (work) => summarized(await runUndo(work.setting, undoOfJob(jobOf(work, "undo")))),
};

/** Picks by the run's kind. */
export function executorOf(executors: Executors): UnitExecutor {
  return (work) => {
    const execute = executors[work.claim.run.kind];
    if (execute === undefined)
      throw new CodedError(
        "feature.missing",
        `This server does not run jobs of the kind "${work.claim.run.kind}".`,
      );
    return execute(work);
  };
}

/** @throws TypeError when the run's kind and its definition differ, which no verb writes */
export function jobOf<Kind extends JobKind>({ claim }: UnitWork, kind: Kind): JobOf<Kind> {
  const definition: JobDefinition = claim.run.definition;
  if (definition.kind !== kind)
    throw new TypeError(`a run of kind ${kind} has a definition of ${definition.kind}`);
  return definition as JobOf<Kind>;
}

/** The report without what is the operation's own. */
export function summarized(report: NonNullable<UnitResult["summary"]>): UnitResult {
  const { outcome, counts, tables, bytes, ledgerIds, patchId, files, notes } = report;
  return {
    summary: { outcome, counts, tables, bytes, ledgerIds, patchId, files, notes },
    rows: counts.inserted + counts.updated + counts.deleted + counts.unchanged,
    bytes,
  };
}
