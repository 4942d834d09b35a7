import { randomUUID } from "node:crypto";
import { CodedError } from "@syncline/core";
import { eq } from "drizzle-orm";
import type { ControlPlane } from "../control-plane.ts";
import { transact } from "../database/transact.ts";
import type { Pair } from "../queries/get-pair.ts";
import { pairs } from "../schema/index.ts";

export interface UpsertPairInput {
  readonly organizationId: string;
  readonly jobId: string;
  /** Locators of the job. */
  readonly source: string;
  readonly target: string;
}

/**
 * The pair of a job, made when there is none.
 * @throws CodedError `resource.changed` when the job names other places than those whose base is kept
 */
export async function upsertPair(cp: ControlPlane, input: UpsertPairInput): Promise<Pair> {
  return transact(cp, input.organizationId, async ({ tx }) => {
    const id = randomUUID();
    const baseSchema = `syncline_base_${id.replaceAll("-", "")}`;
    await tx
      .insert(pairs)
      .values({ id, baseSchema, ...input })
      .onConflictDoNothing();
    const [pair] = await tx.select().from(pairs).where(eq(pairs.jobId, input.jobId));
    if (pair === undefined) throw new Error(`the pair of job ${input.jobId} is gone`);
    if (pair.source !== input.source || pair.target !== input.target)
      throw new CodedError(
        "resource.changed",
        `The base of this job is about "${pair.source}" and "${pair.target}", and the job names "${input.source}" and "${input.target}" now.`,
        {
          hint: "Make a job of its own for the other places, or reset the pair: its next cycle is a first contact.",
        },
      );
    return pair;
  });
}
