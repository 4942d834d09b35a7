import { isDeepStrictEqual } from "node:util";
import { eq } from "drizzle-orm";
import type { Transaction } from "../database/open-database.ts";
import type { Job } from "../records.ts";
import { schedules } from "../schema/index.ts";

/**
 * Makes the job's schedule what its definition says. One that did not change keeps its next slot, so that slots which
 * passed meanwhile are still dealt with.
 */
export async function writeSchedule(tx: Transaction, job: Job): Promise<void> {
  const { schedule } = job.definition;
  if (schedule === undefined || !job.enabled || job.deletedAt !== null) {
    await tx.delete(schedules).where(eq(schedules.jobId, job.id));
    return;
  }
  const [before] = await tx.select().from(schedules).where(eq(schedules.jobId, job.id)).for("update");
  if (before !== undefined && isDeepStrictEqual(before.schedule, JSON.parse(JSON.stringify(schedule))))
    return;
  const fresh = { schedule, nextFireAt: null, plannedAt: null };
  await tx
    .insert(schedules)
    .values({ organizationId: job.organizationId, jobId: job.id, ...fresh })
    .onConflictDoUpdate({ target: schedules.jobId, set: fresh });
}
