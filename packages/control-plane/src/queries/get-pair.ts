import { and, eq } from "drizzle-orm";
import type { ControlPlane, Scope } from "../control-plane.ts";
import { read } from "../database/transact.ts";
import { assertId, found } from "../ids.ts";
import { jobs, pairs } from "../schema/index.ts";

export type Pair = typeof pairs.$inferSelect;

/** The two places of a job; there is none before its first cycle. @throws CodedError `resource.not_found` */
export async function getPair(
  cp: ControlPlane,
  scope: Scope,
  { jobId }: { readonly jobId: string },
): Promise<Pair> {
  assertId("job", jobId);
  const [row] = await read(cp, scope.organizationId, (db) =>
    db
      .select({ pair: pairs })
      .from(pairs)
      .innerJoin(jobs, eq(jobs.id, pairs.jobId))
      .where(
        and(
          eq(pairs.jobId, jobId),
          eq(pairs.organizationId, scope.organizationId),
          eq(jobs.projectId, scope.projectId),
        ),
      ),
  );
  return found(row, "pair of job", jobId).pair;
}
