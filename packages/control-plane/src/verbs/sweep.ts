import { and, eq, inArray, isNotNull, lte, sql } from "drizzle-orm";
import { now } from "../clock.ts";
import type { ControlPlane } from "../control-plane.ts";
import type { Change } from "../database/change.ts";
import { read, SERVICE, transact } from "../database/transact.ts";
import type { Run, WorkUnit } from "../records.ts";
import { FINAL_STATES } from "../run-machine/run-states.ts";
import type { StoredError } from "../run-records.ts";
import { advanceRun } from "../runs/advance-run.ts";
import { DISPATCH_AGAIN_MS, MAX_LOSSES } from "../runs/lease.ts";
import { lockRun, lockUnits } from "../runs/lock-run.ts";
import { renewUnits } from "../runs/renew-units.ts";
import { settleRun } from "../runs/settle-run.ts";
import { runs, workUnits } from "../schema/index.ts";

export interface SweepInput {
  readonly random?: () => number;
  /** Messages to send at most. */
  readonly limit?: number;
}

export interface SweepResult {
  /** Units to send messages for; they count as sent. */
  readonly dispatch: readonly { readonly unitId: string; readonly runId: string }[];
  /** Units whose lease had run out. */
  readonly lost: number;
  /** Runs whose next try is due. */
  readonly due: number;
  /** Runs that were moved on because nobody works on them any more. */
  readonly settled: number;
  /** Runs that came to their end here. */
  readonly ended: readonly Run[];
}

const RUNS_A_SWEEP = 200;
const DISPATCHES = 500;

const LOST: StoredError = {
  code: "interrupted",
  message: `A work unit was given up by its workers ${MAX_LOSSES} times.`,
  hint: "Its workers may have run out of memory; see their logs.",
  retryable: true,
};

/**
 * Repairs what processes that died left behind, and lists what has to be sent to the queue. Any replica may do so at
 * any time; each run is handled in a transaction of its own.
 */
export async function sweep(cp: ControlPlane, input: SweepInput = {}): Promise<SweepResult> {
  const { random = Math.random, limit = DISPATCHES } = input;
  const { lost, settled: afterLoss } = await sweepLost(cp, random);
  const due = await sweepDue(cp);
  const stopped = await sweepStopped(cp, random);
  const ended = [...afterLoss, ...stopped].filter(({ state }) => FINAL_STATES.has(state));
  await tellWaiting(cp);
  return { dispatch: await dispatchUnits(cp, limit), lost, due, settled: stopped.length, ended };
}

async function sweepLost(
  cp: ControlPlane,
  random: () => number,
): Promise<{ readonly lost: number; readonly settled: readonly Run[] }> {
  const expired = and(eq(workUnits.state, "running"), lte(workUnits.leaseUntil, now));
  const rows = await read(cp, SERVICE, (db) =>
    db.selectDistinct({ runId: workUnits.runId }).from(workUnits).where(expired).limit(RUNS_A_SWEEP),
  );
  let lost = 0;
  const settled: Run[] = [];
  for (const { runId } of rows) {
    const swept = await transact(cp, SERVICE, async (change) => {
      const { tx } = change;
      const run = await lockRun(tx, runId);
      if (run === undefined) return null;
      await lockUnits(tx, runId);
      const writes = run.targetKeys.length > 0;
      const given = await tx
        .update(workUnits)
        .set({
          state: sql`CASE WHEN ${workUnits.losses} + 1 >= ${MAX_LOSSES}::int THEN 'failed' ELSE 'ready' END`,
          error: sql`CASE WHEN ${workUnits.losses} + 1 >= ${MAX_LOSSES}::int THEN ${JSON.stringify(LOST)}::jsonb END`,
          losses: sql`${workUnits.losses} + 1`,
          unsettled: writes,
          worker: null,
          leaseUntil: null,
          dispatchedAt: null,
        })
        .where(and(eq(workUnits.runId, runId), expired))
        .returning({ id: workUnits.id });
      if (given.length === 0) return null;
      change.emit({
        organizationId: run.organizationId,
        runId,
        type: "run.units_lost",
        payload: { runId, units: given.length, attempt: run.attempt },
      });
      const next = await settleRun(change, { run, units: await lockUnits(tx, runId), random });
      return { run: next, units: given.length };
    });
    if (swept === null) continue;
    lost += swept.units;
    settled.push(swept.run);
  }
  return { lost, settled };
}

async function sweepDue(cp: ControlPlane): Promise<number> {
  const isDue = and(eq(runs.state, "waiting"), isNotNull(runs.notBefore), lte(runs.notBefore, now));
  const rows = await read(cp, SERVICE, (db) =>
    db.select({ id: runs.id }).from(runs).where(isDue).limit(RUNS_A_SWEEP),
  );
  let due = 0;
  for (const { id } of rows)
    due += await transact(cp, SERVICE, async (change) => {
      const run = await lockRun(change.tx, id);
      if (run?.state !== "waiting") return 0;
      const units = await lockUnits(change.tx, id);
      await startNextAttempt(change, { run, units });
      return 1;
    });
  return due;
}

async function startNextAttempt(
  change: Change,
  { run, units }: { run: NonNullable<Awaited<ReturnType<typeof lockRun>>>; units: readonly WorkUnit[] },
): Promise<void> {
  const attempt = run.attempt + 1;
  await change.tx.update(runs).set({ attempt }).where(eq(runs.id, run.id));
  await advanceRun(change, { ...run, attempt }, { name: "due" });
  await renewUnits(change, { run, units, attempt });
}

async function sweepStopped(cp: ControlPlane, random: () => number): Promise<readonly Run[]> {
  const has = (states: string) =>
    sql.raw(
      `EXISTS (SELECT FROM syncline_control.work_units u WHERE u.run_id = runs.id AND u.state IN (${states}))`,
    );
  const isOver = sql`(${runs.state} IN ('pausing', 'cancelling') OR ${has("'failed'")} OR NOT ${has("'ready', 'pending'")})`;
  const rows = await read(cp, SERVICE, (db) =>
    db
      .select({ id: runs.id })
      .from(runs)
      .where(
        and(inArray(runs.state, ["pausing", "cancelling", "running"]), sql`NOT ${has("'running'")}`, isOver),
      )
      .limit(RUNS_A_SWEEP),
  );
  const settled: Run[] = [];
  for (const { id } of rows) {
    const moved = await transact(cp, SERVICE, async (change) => {
      const run = await lockRun(change.tx, id);
      if (run === undefined) return null;
      const units = await lockUnits(change.tx, id);
      const next = await settleRun(change, { run, units, random });
      return next.state === run.state ? null : next;
    });
    if (moved !== null) settled.push(moved);
  }
  return settled;
}

/** Runs whose target another one writes to are not sent, so nobody else tells what they wait for. */
async function tellWaiting(cp: ControlPlane): Promise<void> {
  await transact(cp, SERVICE, async ({ tx }) => {
    await tx.execute(sql`
      WITH waiting AS (
        SELECT r.id, reason.text FROM syncline_control.runs r, LATERAL (
          SELECT format('target "%s", which run %s writes to', l.target_key, l.run_id) AS text
          FROM syncline_control.target_locks l
          WHERE l.organization_id = r.organization_id AND l.target_key = ANY (r.target_keys) AND l.run_id <> r.id
          ORDER BY l.target_key LIMIT 1) reason
        WHERE r.state = 'queued' AND r.waits_for IS DISTINCT FROM reason.text
        ORDER BY r.id LIMIT ${RUNS_A_SWEEP} FOR UPDATE OF r SKIP LOCKED)
      UPDATE syncline_control.runs r SET waits_for = waiting.text FROM waiting WHERE r.id = waiting.id`);
  });
}

/** Units that somebody could claim now, oldest first; those that wait for a target wait here. */
async function dispatchUnits(cp: ControlPlane, limit: number): Promise<SweepResult["dispatch"]> {
  return transact(cp, SERVICE, async ({ tx }) => {
    const rows = await tx.execute<{ unitId: string; runId: string }>(sql`
      WITH sendable AS (
        SELECT u.id FROM syncline_control.work_units u JOIN syncline_control.runs r ON r.id = u.run_id
        WHERE u.state = 'ready'
          AND (u.dispatched_at IS NULL OR u.dispatched_at <= now() - ${DISPATCH_AGAIN_MS}::int * interval '1 millisecond')
          AND (r.state IN ('queued', 'running') OR (r.state = 'cancelling' AND u.unsettled))
          AND (r.not_before IS NULL OR r.not_before <= now())
          AND NOT EXISTS (
            SELECT FROM syncline_control.target_locks l
            WHERE l.organization_id = r.organization_id AND l.target_key = ANY (r.target_keys) AND l.run_id <> r.id)
        ORDER BY u.dispatched_at NULLS FIRST, r.created_at, u.position
        LIMIT ${limit} FOR UPDATE OF u SKIP LOCKED)
      UPDATE syncline_control.work_units u SET dispatched_at = now() FROM sendable WHERE u.id = sendable.id
      RETURNING u.id AS "unitId", u.run_id AS "runId"`);
    return [...rows];
  });
}
