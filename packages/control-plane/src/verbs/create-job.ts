import { CodedError } from "@syncline/core";
import type { JobDefinition } from "@syncline/jobs";
import type { Call, ControlPlane } from "../control-plane.ts";
import { transact } from "../database/transact.ts";
import { writeSchedule } from "../jobs/write-schedule.ts";
import type { Job } from "../records.ts";
import { jobs } from "../schema/index.ts";

/** @throws CodedError `resource.exists` when the project has a job of that name */
export async function createJob(
  cp: ControlPlane,
  call: Call,
  { definition }: { readonly definition: JobDefinition },
): Promise<Job> {
  const { organizationId, projectId } = call.scope;
  const { name, kind, enabled } = definition;
  return transact(cp, call.scope.organizationId, async (change) => {
    const [job] = await change.tx
      .insert(jobs)
      .values({
        organizationId,
        projectId,
        name,
        kind,
        definition,
        enabled,
        origin: "api",
        userId: call.userId ?? null,
      })
      .onConflictDoNothing()
      .returning();
    if (job === undefined) throw new CodedError("resource.exists", `There is a job "${name}" already.`);
    await writeSchedule(change.tx, job);
    change.audit(call, {
      action: "job.create",
      subjectKind: "job",
      subjectId: job.id,
      detail: { name, kind },
    });
    change.emit({ organizationId, type: "job.created", payload: { jobId: job.id, projectId, name, kind } });
    return job;
  });
}
