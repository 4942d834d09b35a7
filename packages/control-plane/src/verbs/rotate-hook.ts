import { and, eq } from "drizzle-orm";
import type { Call, ControlPlane } from "../control-plane.ts";
import { transact } from "../database/transact.ts";
import { HOOK_PURPOSE } from "../jobs/hook-token.ts";
import { lockJob } from "../jobs/lock-job.ts";
import { jobs } from "../schema/index.ts";
import { newSecret } from "../sealing/credentials.ts";

/**
 * A new token for a job's incoming webhook; the one before ends. Shown this once.
 * @throws CodedError `resource.not_found`
 */
export async function rotateHook(
  cp: ControlPlane,
  call: Call,
  { jobId }: { readonly jobId: string },
): Promise<{ readonly token: string }> {
  const token = `slh_${newSecret()}`;
  return transact(cp, call.scope.organizationId, async (change) => {
    const job = await lockJob(change.tx, { jobId, scope: call.scope });
    await change.tx
      .update(jobs)
      .set({ hookDigest: cp.credentials.digest(HOOK_PURPOSE, token) })
      .where(and(eq(jobs.id, job.id)));
    change.audit(call, {
      action: "job.rotate_hook",
      subjectKind: "job",
      subjectId: job.id,
      detail: { name: job.name, replaced: job.hookDigest !== null },
    });
    return { token };
  });
}

/** Ends a job's incoming webhook. @throws CodedError `resource.not_found` */
export async function removeHook(
  cp: ControlPlane,
  call: Call,
  { jobId }: { readonly jobId: string },
): Promise<void> {
  await transact(cp, call.scope.organizationId, async (change) => {
    const job = await lockJob(change.tx, { jobId, scope: call.scope });
    await change.tx.update(jobs).set({ hookDigest: null }).where(eq(jobs.id, job.id));
    change.audit(call, {
      action: "job.remove_hook",
      subjectKind: "job",
      subjectId: job.id,
      detail: { name: job.name },
    });
  });
}
