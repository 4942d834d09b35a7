import { and, asc, eq } from "drizzle-orm";
import type { Transaction } from "../database/open-database.ts";
import { assertId, found } from "../ids.ts";
import type { Run, WorkUnit } from "../records.ts";
import { runs, workUnits } from "../schema/index.ts";

/**
 * Every transaction about a run starts here. Locks are taken in this order: run, its targets, servers, units, and the
 * events at last.
 */
export async function lockRun(tx: Transaction, runId: string): Promise<Run | undefined> {
  const [run] = await tx.select().from(runs).where(eq(runs.id, runId)).for("update");
  return run;
}

/** @throws CodedError `resource.not_found`, also for another organization's or project's */
export async function lockOwnRun(
  tx: Transaction,
  { runId, scope }: { runId: string; scope: { organizationId: string; projectId: string } },
): Promise<Run> {
  assertId("run", runId);
  const [run] = await tx
    .select()
    .from(runs)
    .where(
      and(
        eq(runs.id, runId),
        eq(runs.organizationId, scope.organizationId),
        eq(runs.projectId, scope.projectId),
      ),
    )
    .for("update");
  return found(run, "run", runId);
}

/** All units of a run, locked in order. */
export async function lockUnits(tx: Transaction, runId: string): Promise<WorkUnit[]> {
  return tx
    .select()
    .from(workUnits)
    .where(eq(workUnits.runId, runId))
    .orderBy(asc(workUnits.id))
    .for("update");
}
