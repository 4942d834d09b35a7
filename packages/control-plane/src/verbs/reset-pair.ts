import { CodedError } from "@syncline/core";
import { and, eq, inArray, sql } from "drizzle-orm";
import { now } from "../clock.ts";
import type { Call, ControlPlane } from "../control-plane.ts";
import { asLogin, transact } from "../database/transact.ts";
import { found } from "../ids.ts";
import { lockJob } from "../jobs/lock-job.ts";
import { conflicts, pairs, runs } from "../schema/index.ts";

/**
 * Forgets what the two places of a job agreed on. The next cycle is a first contact: equal rows are agreed on, others
 * are in conflict, and a row that only one side has goes to the other one, also where that had deleted it.
 * @throws CodedError `resource.not_found`, `run.state_refused` while a run of the job is at work
 */
export async function resetPair(
  cp: ControlPlane,
  call: Call,
  { jobId }: { readonly jobId: string },
): Promise<void> {
  await transact(cp, call.scope.organizationId, async (change) => {
    const { tx } = change;
    const job = await lockJob(tx, { jobId, scope: call.scope });
    const [row] = await tx.select().from(pairs).where(eq(pairs.jobId, job.id)).for("update");
    const pair = found(row, "pair of job", job.id);
    const live = await tx
      .select({ id: runs.id })
      .from(runs)
      .where(and(eq(runs.jobId, job.id), inArray(runs.state, ["running", "pausing", "cancelling"])));
    if (live.length > 0)
      throw new CodedError("run.state_refused", `Run ${live[0]?.id} of job "${job.name}" is at work.`, {
        hint: "Cancel it or wait for its end.",
      });
    await asLogin(change, () =>
      tx.execute(sql`DROP SCHEMA IF EXISTS ${sql.identifier(pair.baseSchema)} CASCADE`),
    );
    await tx.delete(pairs).where(eq(pairs.id, pair.id));
    await tx
      .update(conflicts)
      .set({ state: "superseded", closedAt: now })
      .where(and(eq(conflicts.jobId, job.id), inArray(conflicts.state, ["open", "resolved"])));
    change.audit(call, {
      action: "pair.reset",
      subjectKind: "job",
      subjectId: job.id,
      detail: { cycle: pair.cycle },
    });
    const { organizationId, projectId } = call.scope;
    change.emit({ organizationId, type: "pair.reset", payload: { jobId: job.id, projectId } });
  });
}
