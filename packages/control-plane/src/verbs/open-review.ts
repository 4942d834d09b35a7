import { CodedError } from "@syncline/core";
import type { JobDefinition } from "@syncline/jobs";
import { and, eq, sql } from "drizzle-orm";
import { nowPlus } from "../clock.ts";
import type { Call, ControlPlane } from "../control-plane.ts";
import { joining, transact } from "../database/transact.ts";
import { lockJob } from "../jobs/lock-job.ts";
import { getPatch } from "../queries/list-patches.ts";
import { authorsOf } from "../reviews/authors-of.ts";
import { canonical, contentHashOf } from "../reviews/content-hash.ts";
import type { Review } from "../reviews/review-record.ts";
import { reviews } from "../schema/index.ts";

export interface OpenReviewInput {
  readonly title: string;
  readonly description?: string;
  /** The run that is asked for. */
  readonly definition: JobDefinition;
  /** Of a saved job: the review stands for all of its runs. */
  readonly jobId?: string | null;
  readonly materials?: readonly string[];
  /** Printed locator. */
  readonly target: string;
  readonly environment: string | null;
  readonly targetFingerprint: string;
  readonly required: number;
  readonly expiresInMs: number;
}

/** First half of the advisory lock under which reviews are numbered. */
const NUMBER_LOCK = 0x53594e52;

/** @throws CodedError `resource.not_found`, `resource.changed` when the job is another by now */
export async function openReview(cp: ControlPlane, call: Call, input: OpenReviewInput): Promise<Review> {
  const { organizationId, projectId } = call.scope;
  const { definition, jobId = null, materials = [], expiresInMs, description = "", ...columns } = input;
  return transact(cp, organizationId, async (change) => {
    const { tx } = change;
    const job = jobId === null ? null : await lockJob(tx, { jobId, scope: call.scope });
    if (job !== null && canonical(job.definition) !== canonical(definition))
      throw new CodedError("resource.changed", `Job "${job.name}" was changed while its review was opened.`, {
        hint: "Open it again.",
      });
    const patch =
      definition.kind === "apply"
        ? await getPatch(joining(cp, change), call.scope, { patchId: definition.patch })
        : null;
    await tx.execute(sql`SELECT pg_advisory_xact_lock(${NUMBER_LOCK}::int, hashtext(${organizationId}))`);
    const [last] = await tx
      .select({ number: sql<number>`coalesce(max(${reviews.number}), 0)`.mapWith(Number) })
      .from(reviews)
      .where(and(eq(reviews.organizationId, organizationId)));
    const [review] = await tx
      .insert(reviews)
      .values({
        ...columns,
        description,
        definition,
        jobId,
        organizationId,
        projectId,
        number: (last?.number ?? 0) + 1,
        patchId: patch?.id ?? null,
        contentHash: contentHashOf({ definition, patchHash: patch?.hash ?? null, materials }),
        authors: await authorsOf(tx, { call, patch, job }),
        createdBy: call.actor,
        expiresAt: nowPlus(expiresInMs),
      })
      .returning();
    if (review === undefined) throw new Error("an inserted review was not returned");
    const { id, number, required, environment, contentHash, targetFingerprint, target } = review;
    change.audit(call, {
      action: "review.open",
      subjectKind: "review",
      subjectId: id,
      detail: {
        number,
        kind: definition.kind,
        target,
        environment,
        required,
        contentHash,
        targetFingerprint,
        jobId,
      },
    });
    change.emit({
      organizationId,
      type: "review.opened",
      payload: {
        reviewId: id,
        projectId,
        number,
        title: review.title,
        environment,
        required,
        state: review.state,
      },
    });
    return review;
  });
}
