import { parseSize } from "@syncline/config";
import { parseDuration } from "@syncline/jobs";
import { DumpFolder, runExportJob, runImportJob } from "../../operations/index.ts";
import type { UnitResult, UnitWork } from "./unit-executor.ts";
import { jobOf, summarized } from "./unit-job.ts";

/** Exports go into the dump folder, named by the run's instant, which stays when the unit is done again. */
export async function exportUnit(work: UnitWork): Promise<UnitResult> {
  const folder = await folderOf(work);
  const at = work.claim.run.createdAt;
  return summarized(await runExportJob(work.setting, { job: jobOf(work, "export"), folder, at }));
}

export async function importUnit(work: UnitWork): Promise<UnitResult> {
  const folder = await folderOf(work);
  return summarized(await runImportJob(work.setting, { job: jobOf(work, "import"), folder }));
}

function folderOf({ tools, setting }: UnitWork): Promise<DumpFolder> {
  const { maxAge, maxSize, minFree } = setting.workspace.config.limits.dumps;
  return DumpFolder.open({
    path: tools.dumpFolder,
    limits: {
      maxAgeMs: parseDuration(maxAge) ?? 0,
      maxBytes: parseSize(maxSize) ?? 0,
      minFreeBytes: parseSize(minFree) ?? 0,
    },
    now: setting.context.now,
  });
}
