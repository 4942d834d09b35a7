import { CodedError } from "@syncline/core";
import { and, eq, inArray, sql } from "drizzle-orm";
import { now, nowPlus } from "../clock.ts";
import type { Change } from "../database/change.ts";
import type { Run } from "../records.ts";
import { settleReview } from "../reviews/settle-review.ts";
import { FINAL_STATES } from "../run-machine/run-states.ts";
import { type RunEvent, transition } from "../run-machine/transition.ts";
import type { RunSummary, StoredError } from "../run-records.ts";
import { attempts, runs, snapshotHolders, targetLocks, workUnits } from "../schema/index.ts";
import { callNext } from "./call-next.ts";

export interface Advance {
  readonly error?: StoredError | null;
  readonly summary?: RunSummary | null;
  /** Pause before the next try. */
  readonly pauseMs?: number;
}

/**
 * Moves a locked run by the machine, with all that follows from the new state: its times, the attempt, the locks on its
 * targets, units that nobody will do any more, and the event.
 * @throws CodedError `run.state_refused`
 */
export async function advanceRun(
  change: Change,
  run: Run,
  event: RunEvent,
  { error, summary, pauseMs }: Advance = {},
): Promise<Run> {
  const moved = transition(run.state, event);
  if (moved.kind !== "next") throw refused(run, event.name);
  const { state } = moved;
  const final = FINAL_STATES.has(state);
  const [next] = await change.tx
    .update(runs)
    .set({
      state,
      waitsFor: null,
      version: sql`${runs.version} + 1`,
      notBefore: state === "waiting" ? nowPlus(pauseMs ?? 0) : null,
      ...(error === undefined ? {} : { error }),
      ...(summary === undefined ? {} : { summary }),
      ...(state === "running" && run.startedAt === null ? { startedAt: now } : {}),
      ...(final ? { finishedAt: now } : {}),
    })
    .where(eq(runs.id, run.id))
    .returning();
  if (next === undefined) throw new Error(`run ${run.id} vanished under its lock`);
  if (
    event.name !== "start" &&
    event.name !== "pause" &&
    (final || state === "waiting" || state === "paused")
  )
    await endAttempt(change, run, { outcome: state, error: error ?? null });
  if (final) {
    await giveUp(change, run);
    await settleReview(change, next);
  }
  change.emit({
    organizationId: run.organizationId,
    runId: run.id,
    type: `run.${state}`,
    payload: {
      runId: run.id,
      projectId: run.projectId,
      jobId: run.jobId,
      kind: run.kind,
      name: run.definition.name,
      state,
      attempt: next.attempt,
      error: next.error === null ? null : { code: next.error.code, retryable: next.error.retryable },
      counts: summary?.counts ?? null,
    },
  });
  noteDifferences(change, next);
  if (event.name === "start" || final) noteLife(change, next, summary ?? null);
  return next;
}

/** A run's beginning and end in the audit log; who asked for it is told by the entry that made it. */
function noteLife(
  change: Change,
  { id, organizationId, projectId, kind, definition, state, attempt, error }: Run,
  summary: RunSummary | null,
): void {
  const call = { scope: { organizationId, projectId }, actor: "service" };
  const begins = state === "running";
  change.audit(call, {
    action: begins ? "run.start" : "run.end",
    subjectKind: "run",
    subjectId: id,
    detail: {
      kind,
      name: definition.name,
      attempt,
      ...(begins ? {} : { state, error: error?.code ?? null, counts: summary?.counts ?? null }),
    },
  });
}

/** A watching run that found more than its job puts up with. */
function noteDifferences(
  change: Change,
  { id, organizationId, projectId, jobId, definition, summary, finishedAt }: Run,
): void {
  if (definition.kind !== "watch" || finishedAt === null || summary === null) return;
  const { inserted, updated, deleted } = summary.counts;
  const differences = inserted + updated + deleted;
  if (differences <= definition.alertAbove) return;
  change.emit({
    organizationId,
    runId: id,
    type: "watch.differences",
    payload: {
      runId: id,
      projectId,
      jobId,
      name: definition.name,
      differences,
      alertAbove: definition.alertAbove,
    },
  });
}

export function refused(run: Run, event: string): CodedError {
  return new CodedError("run.state_refused", `Run "${run.id}" is ${run.state}: "${event}" is not possible.`, {
    details: { state: run.state, event },
  });
}

async function endAttempt(
  { tx }: Change,
  run: Run,
  { outcome, error }: { outcome: string; error: StoredError | null },
): Promise<void> {
  await tx
    .update(attempts)
    .set({ outcome, error, finishedAt: now })
    .where(and(eq(attempts.runId, run.id), eq(attempts.number, run.attempt)));
}

async function giveUp(change: Change, run: Run): Promise<void> {
  const { tx } = change;
  await tx.delete(targetLocks).where(eq(targetLocks.runId, run.id));
  await tx
    .update(workUnits)
    .set({ state: "cancelled", finishedAt: now, leaseUntil: null })
    .where(and(eq(workUnits.runId, run.id), inArray(workUnits.state, ["pending", "ready", "running"])));
  await tx.delete(snapshotHolders).where(eq(snapshotHolders.runId, run.id));
  await callNext(change, run);
}
