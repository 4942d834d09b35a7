import { and, eq, isNull } from "drizzle-orm";
import { now } from "../clock.ts";
import type { ControlPlane } from "../control-plane.ts";
import { SERVICE, transact } from "../database/transact.ts";
import { isUuid } from "../ids.ts";
import type { Run } from "../records.ts";
import type { RunTrigger } from "../run-machine/run-states.ts";
import { insertRun } from "../runs/insert-run.ts";
import type { RunPlaces } from "../runs/places-of.ts";
import { jobs, runs, scheduleSlots, schedules } from "../schema/index.ts";

export interface TakeSlotInput {
  readonly scheduleId: string;
  readonly fireAt: Date;
  /** `missed`: its time passed while nobody could fire it, and the policy leaves it out. */
  readonly outcome: "fired" | "missed";
  /** The slot after it; null when there is none. */
  readonly nextFireAt: Date | null;
  readonly places?: RunPlaces;
  readonly firstUnit?: "whole" | "plan";
  readonly trigger?: Extract<RunTrigger, "schedule" | "listen">;
}

export type TakeSlotResult =
  | { readonly kind: "taken"; readonly outcome: "fired" | "missed" | "busy"; readonly run: Run | null }
  /** Somebody else has dealt with it. */
  | { readonly kind: "gone" };

/**
 * Deals with a slot once, whoever comes first: its row, the run and the next slot are one transaction. A slot whose
 * job still has an unfinished run is `busy` and makes none.
 */
export async function takeSlot(cp: ControlPlane, input: TakeSlotInput): Promise<TakeSlotResult> {
  const { scheduleId, fireAt, nextFireAt, trigger = "schedule" } = input;
  if (!isUuid(scheduleId)) return { kind: "gone" };
  return transact(cp, SERVICE, async (change) => {
    const { tx } = change;
    const [schedule] = await tx.select().from(schedules).where(eq(schedules.id, scheduleId)).for("update");
    if (schedule === undefined) return { kind: "gone" };
    const [job] = await tx
      .select()
      .from(jobs)
      .where(and(eq(jobs.id, schedule.jobId), isNull(jobs.deletedAt), eq(jobs.enabled, true)));
    if (job === undefined) return { kind: "gone" };
    // The schedule was changed meanwhile, or somebody else is further.
    const passed = schedule.nextFireAt === null || schedule.nextFireAt > fireAt;
    if (trigger === "schedule" && passed) return { kind: "gone" };
    const { organizationId } = schedule;
    const [slot] = await tx
      .insert(scheduleSlots)
      .values({ organizationId, scheduleId, fireAt, outcome: input.outcome })
      .onConflictDoNothing()
      .returning();
    if (slot === undefined) return { kind: "gone" };
    await tx
      .update(schedules)
      .set({ nextFireAt, plannedAt: now, ...(input.outcome === "fired" ? { lastFiredAt: now } : {}) })
      .where(eq(schedules.id, scheduleId));
    if (input.outcome === "missed") return { kind: "taken", outcome: "missed", run: null };
    const ofSlot = and(eq(scheduleSlots.scheduleId, scheduleId), eq(scheduleSlots.fireAt, fireAt));
    const [busy] = await tx
      .select({ id: runs.id })
      .from(runs)
      .where(and(eq(runs.jobId, job.id), isNull(runs.finishedAt)))
      .limit(1);
    if (busy !== undefined) {
      await tx.update(scheduleSlots).set({ outcome: "busy", runId: busy.id }).where(ofSlot);
      return { kind: "taken", outcome: "busy", run: null };
    }
    const call = { scope: { organizationId, projectId: job.projectId }, actor: "scheduler" };
    const run = await insertRun(change, call, {
      jobId: job.id,
      definition: job.definition,
      trigger,
      ...(input.places === undefined ? {} : { places: input.places }),
      ...(input.firstUnit === undefined ? {} : { firstUnit: input.firstUnit }),
    });
    await tx.update(scheduleSlots).set({ runId: run.id }).where(ofSlot);
    return { kind: "taken", outcome: "fired", run };
  });
}
