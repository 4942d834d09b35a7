import type { Call } from "../control-plane.ts";
import type { Change } from "../database/change.ts";
import type { Job } from "../records.ts";
import { contentHashOf } from "./content-hash.ts";
import { voidReviewsOfJob } from "./end-review.ts";

/** When a job would write something else than before, what was approved of it holds no longer. */
export async function voidIfOther(
  change: Change,
  call: Call,
  { job, next }: { readonly job: Job; readonly next: Job },
): Promise<void> {
  const content = ({ definition }: Job) => contentHashOf({ definition, patchHash: null });
  if (content(job) === content(next)) return;
  await voidReviewsOfJob(change, call, { jobId: job.id, reason: "the job was changed" });
}
