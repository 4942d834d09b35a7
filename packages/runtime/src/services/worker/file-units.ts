import { parseSize } from "@syncline/config";
import { parseDuration } from "@syncline/jobs";
import { DumpFolder, projectDumps, runExportJob, runImportJob } from "../../operations/index.ts";
import { wasDoneBefore } from "./merge-unit.ts";
import { hooksOf, openMoveInbox, withMoveConflicts } from "./move-conflicts.ts";
import type { UnitResult, UnitWork } from "./unit-executor.ts";
import { jobOf, summarized } from "./unit-job.ts";

/** Exports go into the dump folder, named by the run's instant, which stays when the unit is done again. */
export async function exportUnit(work: UnitWork): Promise<UnitResult> {
  const folder = await folderOf(work);
  const at = work.claim.run.createdAt;
  return summarized(await runExportJob(work.setting, { job: jobOf(work, "export"), folder, at }));
}

/** Conflicts go to the inbox. */
export async function importUnit(work: UnitWork): Promise<UnitResult> {
  const job = jobOf(work, "import");
  const folder = await folderOf(work);
  const inbox = await openMoveInbox(work);
  const report = await runImportJob(work.setting, { job, folder }, hooksOf(inbox));
  const result = summarized(report);
  const { method } = report;
  if (job.dryRun || method.kind !== "rows" || wasDoneBefore(method)) return result;
  return withMoveConflicts(work, result, {
    inbox,
    tables: method.result.tables.map(({ name }) => name),
    written: method.result.outcome !== "conflicts",
  });
}

function folderOf({ claim, tools, setting }: UnitWork): Promise<DumpFolder> {
  const { defaultScope } = tools.controlPlane;
  const { maxAge, maxSize, minFree } = setting.workspace.config.limits.dumps;
  return DumpFolder.open({
    path: projectDumps(tools.dumpFolder, claim.run, defaultScope),
    limits: {
      maxAgeMs: parseDuration(maxAge) ?? 0,
      maxBytes: parseSize(maxSize) ?? 0,
      minFreeBytes: parseSize(minFree) ?? 0,
    },
    // By the control database's clock: when the unit was claimed.
    now: () => new Date(claim.leaseUntil.getTime() - claim.leaseMs),
  });
}
