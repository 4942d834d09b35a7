import { and, eq, isNull } from "drizzle-orm";
import { now } from "../clock.ts";
import type { Call, ControlPlane } from "../control-plane.ts";
import type { Change } from "../database/change.ts";
import { transact } from "../database/transact.ts";
import { assertEditable, lockJob } from "../jobs/lock-job.ts";
import type { Job } from "../records.ts";
import { voidReviewsOfJob } from "../reviews/end-review.ts";
import { jobs, schedules } from "../schema/index.ts";

/** Its runs stay; ones that are under way go on. @throws CodedError `resource.not_found`, `resource.changed`, `auth.denied` */
export async function deleteJob(
  cp: ControlPlane,
  call: Call,
  { jobId, version }: { readonly jobId: string; readonly version?: number },
): Promise<void> {
  await transact(cp, call.scope.organizationId, async (change) => {
    const job = await lockJob(change.tx, { jobId, scope: call.scope });
    assertEditable(job, version);
    await endJob(change, call, job);
  });
}

export async function endJob(change: Change, call: Call, job: Job): Promise<void> {
  await change.tx
    .update(jobs)
    .set({ deletedAt: now, hookDigest: null })
    .where(and(eq(jobs.id, job.id), isNull(jobs.deletedAt)));
  await change.tx.delete(schedules).where(eq(schedules.jobId, job.id));
  await voidReviewsOfJob(change, call, { jobId: job.id, reason: "the job was deleted" });
  const { organizationId, projectId, name, kind } = job;
  change.audit(call, { action: "job.delete", subjectKind: "job", subjectId: job.id, detail: { name, kind } });
  change.emit({ organizationId, type: "job.deleted", payload: { jobId: job.id, projectId, name, kind } });
}
