import type { UnitOutcome } from "@syncline/control-plane";
import { openTarget } from "../../endpoint-registry.ts";
import { copyOfJob } from "../../operations/index.ts";
import { giveUpCopy } from "../../operations/slices/index.ts";
import { resolvePlace } from "../../place.ts";
import { sliceWork } from "./cut-units.ts";
import type { UnitWork } from "./unit-executor.ts";
import { jobOf } from "./unit-job.ts";

/**
 * Of a run that is being cancelled: whether whoever had the unit before has committed it. What was committed is reported
 * as done, never as cancelled; the slices of a copy that will not be finished are removed.
 */
export async function inspectUnit(work: UnitWork): Promise<UnitOutcome> {
  const outcome = await lookForUnit(work);
  const { run, unit } = work.claim;
  if (outcome.kind === "stopped" && run.kind === "copy" && unit.kind === "finish")
    await giveUpCopy(sliceWork(work), copyOfJob(jobOf(work, "copy")));
  return outcome;
}

async function lookForUnit({ claim, setting }: UnitWork): Promise<UnitOutcome> {
  const { definition } = claim.run;
  if (!("target" in definition)) return { kind: "stopped" };
  const { signal } = setting.context;
  const place = await resolvePlace(setting.workspace, definition.target, signal);
  const target = await openTarget(place, signal);
  try {
    const entry = await target.findApplication(claim.unit.id);
    if (entry === null) return { kind: "stopped" };
    const { inserted, updated, deleted, skipped, alreadyApplied } = entry.counts;
    const counts = { inserted, updated, deleted, skipped, unchanged: alreadyApplied, conflicts: 0 };
    const summary = {
      outcome: "succeeded",
      counts,
      tables: entry.tables.map((table) => ({
        name: table.name,
        inserted: table.inserted,
        updated: table.updated,
        deleted: table.deleted,
        skipped: table.skipped,
      })),
      bytes: 0,
      ledgerIds: [entry.id],
      patchId: null,
      files: [],
      notes: ["It was committed before the cancel arrived."],
    } as const;
    return { kind: "done", output: { summary } };
  } finally {
    await target.close();
  }
}
