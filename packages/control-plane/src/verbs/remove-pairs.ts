import { and, eq, isNotNull, isNull, notExists, sql } from "drizzle-orm";
import type { ControlPlane } from "../control-plane.ts";
import { asLogin, read, SERVICE, transact } from "../database/transact.ts";
import { conflicts, jobs, pairs, runs } from "../schema/index.ts";

const PAIRS_A_TIME = 20;

/** Removes bases and conflicts of jobs that were deleted and that no run works on: they hold customers' rows. */
export async function removePairsOfDeletedJobs(cp: ControlPlane): Promise<number> {
  const gone = await read(cp, SERVICE, (db) =>
    db
      .select({ id: pairs.id, jobId: pairs.jobId, baseSchema: pairs.baseSchema })
      .from(pairs)
      .innerJoin(jobs, eq(jobs.id, pairs.jobId))
      .where(
        and(
          isNotNull(jobs.deletedAt),
          notExists(
            db
              .select({ one: sql`1` })
              .from(runs)
              .where(and(eq(runs.jobId, pairs.jobId), isNull(runs.finishedAt))),
          ),
        ),
      )
      .limit(PAIRS_A_TIME),
  );
  for (const { id, jobId, baseSchema } of gone)
    await transact(cp, SERVICE, async (change) => {
      const { tx } = change;
      await asLogin(change, () =>
        tx.execute(sql`DROP SCHEMA IF EXISTS ${sql.identifier(baseSchema)} CASCADE`),
      );
      await tx.delete(conflicts).where(eq(conflicts.jobId, jobId));
      await tx.delete(pairs).where(eq(pairs.id, id));
    });
  return gone.length;
}
