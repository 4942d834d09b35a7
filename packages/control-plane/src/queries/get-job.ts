import { and, eq, isNull } from "drizzle-orm";
import type { ControlPlane, Scope } from "../control-plane.ts";
import { read } from "../database/transact.ts";
import { assertId, found } from "../ids.ts";
import type { Job } from "../records.ts";
import { jobs } from "../schema/index.ts";

/** @throws CodedError `resource.not_found` */
export async function getJob(
  cp: ControlPlane,
  scope: Scope,
  { jobId }: { readonly jobId: string },
): Promise<Job> {
  assertId("job", jobId);
  const [job] = await read(cp, scope.organizationId, (db) =>
    db
      .select()
      .from(jobs)
      .where(
        and(
          eq(jobs.id, jobId),
          eq(jobs.organizationId, scope.organizationId),
          eq(jobs.projectId, scope.projectId),
          isNull(jobs.deletedAt),
        ),
      ),
  );
  return found(job, "job", jobId);
}
