import { eq } from "drizzle-orm";
import type { Change } from "../database/change.ts";
import type { Run } from "../records.ts";
import { reviews } from "../schema/index.ts";
import { endReview } from "./end-review.ts";

const WROTE: ReadonlySet<Run["state"]> = new Set(["succeeded", "partial"]);

/** A run that succeeded uses up the review it wrote under, if that is of no job. */
export async function settleReview(change: Change, run: Run): Promise<void> {
  if (run.reviewId === null || !WROTE.has(run.state)) return;
  const [review] = await change.tx.select().from(reviews).where(eq(reviews.id, run.reviewId)).for("update");
  if (review === undefined || review.jobId !== null || review.runId !== run.id) return;
  const { organizationId, projectId, requestedBy: actor, userId } = run;
  const call = { scope: { organizationId, projectId }, actor, userId };
  await endReview(change, call, { review, state: "applied", reason: null });
}
