import type { DueSchedule, RunPlaces } from "@syncline/control-plane";
import { dueSlots, type JobDefinition, nextSlot } from "@syncline/jobs";
import type { ReachedPoint } from "../kill-points.ts";
import type { ServiceMetrics } from "../metrics.ts";
import { PollingService } from "../polling-service.ts";
import { brief } from "../run-services.ts";
import type { ServiceLog } from "../service.ts";
import type { SlotBooks } from "./slot-books.ts";

export interface SchedulerOptions {
  readonly books: SlotBooks;
  /** Whether this process does the duty now. Several may at once: a slot is taken once. */
  readonly onDuty: () => boolean;
  /** What a run of the job writes to and uses. */
  readonly placesOf: (
    definition: JobDefinition,
    scope: { readonly organizationId: string; readonly projectId: string },
  ) => Promise<RunPlaces>;
  readonly firstUnitOf: (definition: JobDefinition) => "whole" | "plan";
  readonly log: ServiceLog;
  readonly metrics: ServiceMetrics;
  readonly reached: ReachedPoint;
}

const TICK_MS = 1_000;

/** Makes runs of schedules whose time has come, by the clock of the control database. */
export function createScheduler(options: SchedulerOptions): PollingService {
  return new PollingService({
    name: "scheduler",
    intervalMs: TICK_MS,
    tick: async (signal) => {
      if (options.onDuty()) await scheduleRound(options, signal);
    },
  });
}

/** One look at all schedules. A schedule that fails does not keep others from theirs. */
export async function scheduleRound(options: SchedulerOptions, signal: AbortSignal): Promise<void> {
  for (const due of await options.books.due()) {
    if (signal.aborted) return;
    try {
      await fire(options, due);
    } catch (error) {
      options.log("warn", "a schedule could not be fired", { job: due.job.name, ...brief(error) });
    }
  }
}

async function fire(options: SchedulerOptions, due: DueSchedule): Promise<void> {
  const { books, log } = options;
  const { schedule, job, now } = due;
  const { id: scheduleId, nextFireAt } = schedule;
  if (nextFireAt === null) return books.plan(due, nextSlot(schedule.schedule, now));
  const waits = "missed" in schedule.schedule && schedule.schedule.missed === "all";
  // Its turn comes when the run before has ended. Until then nothing is counted: a long row of slots is dear to find.
  if (waits && due.busy) return;
  const { fire, missed, more, next } = dueSlots(schedule.schedule, nextFireAt, now);
  if (more) log("warn", "more slots passed than are dealt with one by one", { job: job.name });
  const slots = [
    ...missed.map((fireAt) => ({ fireAt, outcome: "missed" as const })),
    ...fire.map((fireAt) => ({ fireAt, outcome: "fired" as const })),
  ].sort((one, other) => one.fireAt.getTime() - other.fireAt.getTime());
  const places = fire.length === 0 ? undefined : await options.placesOf(job.definition, job);
  let occupied = false;
  let taken = 0;
  for (const [at, { fireAt, outcome }] of slots.entries()) {
    if (waits && outcome === "fired" && occupied) return;
    const result = await books.take({
      scheduleId,
      fireAt,
      outcome,
      nextFireAt: slots[at + 1]?.fireAt ?? next,
      firstUnit: options.firstUnitOf(job.definition),
      ...(places === undefined ? {} : { places }),
    });
    if (result.kind === "gone" && waits) return; // somebody else is at it, and makes the run that is waited for
    if (result.kind === "gone") continue;
    taken += 1;
    if (result.outcome !== "missed") options.reached("slot-taken");
    occupied ||= result.run !== null;
    tell(options, { due, fireAt, outcome: result.outcome });
  }
  // Slots that somebody else had taken do not move the schedule on.
  if (taken === 0) await books.plan(due, next);
}

function tell(
  { log, metrics }: SchedulerOptions,
  { due, fireAt, outcome }: { due: DueSchedule; fireAt: Date; outcome: string },
): void {
  const lateSeconds = (due.now.getTime() - fireAt.getTime()) / 1_000;
  metrics.slotFired({ lateSeconds, outcome });
  log("info", "slot", { job: due.job.name, slot: fireAt.toISOString(), outcome, lateSeconds });
}
