import { CodedError } from "@syncline/core";
import type { JobDefinition } from "@syncline/jobs";
import { eq, sql } from "drizzle-orm";
import { now } from "../clock.ts";
import type { Call, ControlPlane } from "../control-plane.ts";
import { transact } from "../database/transact.ts";
import { sqlStateOf } from "../database/translate-database-error.ts";
import { changedFields } from "../jobs/changed-fields.ts";
import { assertEditable, lockJob } from "../jobs/lock-job.ts";
import { writeSchedule } from "../jobs/write-schedule.ts";
import type { Job } from "../records.ts";
import { voidIfOther } from "../reviews/void-if-other.ts";
import { jobs } from "../schema/index.ts";

export interface UpdateJobInput {
  readonly jobId: string;
  readonly definition: JobDefinition;
  /** The version that the change was made from; left out: whatever is there is replaced. */
  readonly version?: number;
  /** Why, for the audit log. */
  readonly reason?: string | undefined;
}

const UNIQUE_VIOLATION = "23505";

/** @throws CodedError `resource.not_found`, `resource.changed`, `resource.exists`, `auth.denied` for a job of the config */
export async function updateJob(cp: ControlPlane, call: Call, input: UpdateJobInput): Promise<Job> {
  const { name, kind, enabled } = input.definition;
  return transact(cp, call.scope.organizationId, async (change) => {
    const job = await lockJob(change.tx, { jobId: input.jobId, scope: call.scope });
    assertEditable(job, input.version);
    const [next] = await change.tx
      .update(jobs)
      .set({
        name,
        kind,
        enabled,
        definition: input.definition,
        userId: call.userId ?? null,
        version: sql`${jobs.version} + 1`,
        updatedAt: now,
      })
      .where(eq(jobs.id, job.id))
      .returning()
      .catch((error: unknown) => {
        if (sqlStateOf(error) !== UNIQUE_VIOLATION) throw error;
        throw new CodedError("resource.exists", `There is a job "${name}" already.`);
      });
    if (next === undefined) throw new Error(`job ${job.id} vanished under its lock`);
    await writeSchedule(change.tx, next);
    await voidIfOther(change, call, { job, next });
    const { organizationId, projectId } = call.scope;
    change.audit(call, {
      action: "job.update",
      subjectKind: "job",
      subjectId: job.id,
      detail: {
        name,
        kind,
        version: next.version,
        fields: changedFields(job.definition, next.definition),
        ...(input.reason === undefined ? {} : { reason: input.reason }),
      },
    });
    change.emit({ organizationId, type: "job.updated", payload: { jobId: job.id, projectId, name, kind } });
    return next;
  });
}
