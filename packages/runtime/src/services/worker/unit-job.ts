import { type JobDefinition, type JobKind, type JobOf, jobSchema } from "@syncline/jobs";
import type { UnitResult, UnitWork } from "./unit-executor.ts";

/** @throws TypeError when the run's kind and its definition differ, which no verb writes */
export function jobOf<Kind extends JobKind>({ claim }: UnitWork, kind: Kind): JobOf<Kind> {
  const definition: JobDefinition = claim.run.definition;
  if (definition.kind !== kind)
    throw new TypeError(`a run of kind ${kind} has a definition of ${definition.kind}`);
  // A definition that an older release stored lacks what was added since.
  const { success, data } = jobSchema.safeParse(definition);
  return (success ? data : definition) as JobOf<Kind>;
}

/** The report without what is the operation's own. */
export function summarized(report: NonNullable<UnitResult["summary"]>): UnitResult {
  const { outcome, counts, tables, bytes, ledgerIds, receipts = [], patchId, files, notes } = report;
  return {
    summary: { outcome, counts, tables, bytes, ledgerIds, receipts, patchId, files, notes },
    rows: counts.inserted + counts.updated + counts.deleted + counts.unchanged,
    bytes,
  };
}
