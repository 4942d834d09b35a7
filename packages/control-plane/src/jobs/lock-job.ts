import { CodedError } from "@syncline/core";
import { and, eq, isNull } from "drizzle-orm";
import type { Scope } from "../control-plane.ts";
import type { Transaction } from "../database/open-database.ts";
import { assertId, found } from "../ids.ts";
import type { Job } from "../records.ts";
import { jobs } from "../schema/index.ts";

/** @throws CodedError `resource.not_found` */
export async function lockJob(
  tx: Transaction,
  { jobId, scope }: { readonly jobId: string; readonly scope: Scope },
): Promise<Job> {
  assertId("job", jobId);
  const [job] = await tx
    .select()
    .from(jobs)
    .where(
      and(
        eq(jobs.id, jobId),
        eq(jobs.organizationId, scope.organizationId),
        eq(jobs.projectId, scope.projectId),
        isNull(jobs.deletedAt),
      ),
    )
    .for("update");
  return found(job, "job", jobId);
}

/** @throws CodedError `resource.changed` */
export function assertEditable(job: Job, version: number | undefined): void {
  if (job.origin === "config")
    throw new CodedError("auth.denied", `Job "${job.name}" follows the config file.`, {
      hint: "Change it there; the service takes it over when it reloads.",
    });
  if (version !== undefined && version !== job.version)
    throw new CodedError(
      "resource.changed",
      `Job "${job.name}" was changed: version ${version} was given, ${job.version} was found.`,
      { hint: "Read it again and repeat the change.", details: { version: job.version } },
    );
}
