import { CodedError } from "@syncline/core";
import type { JobDefinition } from "@syncline/jobs";
import { and, eq, isNull } from "drizzle-orm";
import type { Call, ControlPlane } from "../control-plane.ts";
import type { Change } from "../database/change.ts";
import { transact } from "../database/transact.ts";
import { assertId, found } from "../ids.ts";
import type { Job, Run } from "../records.ts";
import type { RunTrigger } from "../run-machine/run-states.ts";
import { insertRun, type NewRun } from "../runs/insert-run.ts";
import { jobs } from "../schema/index.ts";

export interface CreateRunInput extends Pick<NewRun, "places" | "firstUnit" | "reviewId"> {
  /** Runs the job's definition; a definition given too replaces it for this run, as for a dry run of the job. */
  readonly jobId?: string | null;
  readonly definition?: JobDefinition;
  readonly trigger: RunTrigger;
}

/** Repeats of one request are told by `withIdempotency` around it. @throws CodedError `resource.not_found` */
export async function createRun(cp: ControlPlane, call: Call, input: CreateRunInput): Promise<Run> {
  return transact(cp, call.scope.organizationId, async (change) =>
    insertRun(change, call, await resolve(change, call, input)),
  );
}

async function resolve({ tx }: Change, { scope }: Call, input: CreateRunInput): Promise<NewRun> {
  const { jobId = null, definition, ...rest } = input;
  if (jobId === null) {
    if (definition === undefined)
      throw new CodedError("request.invalid", "A run needs a job or a definition; neither was given.");
    return { ...rest, jobId, definition };
  }
  assertId("job", jobId);
  const [row] = await tx
    .select()
    .from(jobs)
    .where(
      and(
        eq(jobs.id, jobId),
        eq(jobs.organizationId, scope.organizationId),
        eq(jobs.projectId, scope.projectId),
        isNull(jobs.deletedAt),
      ),
    );
  const job: Job = found(row, "job", jobId);
  return { ...rest, jobId, definition: definition ?? job.definition };
}
