import { getPatch } from "@syncline/control-plane";
import { CodedError, openPatch } from "@syncline/core";
import { createSha256 } from "../../files/index.ts";
import { applyOfJob, runApply } from "../../operations/index.ts";
import type { UnitResult, UnitWork } from "./unit-executor.ts";
import { jobOf, summarized } from "./unit-job.ts";

/** Applies a stored patch. */
export async function applyUnit(work: UnitWork): Promise<UnitResult> {
  const job = jobOf(work, "apply");
  const { claim, setting, tools } = work;
  const record = await getPatch(tools.controlPlane, claim.run, { patchId: job.patch });
  if (record.removedAt !== null)
    throw new CodedError(
      "patch.not_found",
      `The files of patch "${job.patch}" were removed; they had been kept for long enough.`,
      {
        hint: "Compare again.",
      },
    );
  const patch = await openPatch(tools.results.patchSource(record.objectKey), { createDigest: createSha256 });
  return summarized(await runApply(setting, applyOfJob(job, patch)));
}
