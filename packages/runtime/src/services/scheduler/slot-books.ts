import {
  type ControlPlane,
  type DueSchedule,
  listDueSchedules,
  planSchedule,
  type TakeSlotInput,
  type TakeSlotResult,
  takeSlot,
} from "@syncline/control-plane";

/** What is known of schedules and slots, and the clock by which they are judged. */
export interface SlotBooks {
  /** Schedules that have a slot to deal with or were never planned. */
  due(): Promise<readonly DueSchedule[]>;
  /** Sets the next slot, unless the schedule was changed or planned since it was seen. */
  plan(due: DueSchedule, next: Date | null): Promise<void>;
  /** Deals with a slot once, whoever comes first. */
  take(input: TakeSlotInput): Promise<TakeSlotResult>;
}

export function controlPlaneBooks(cp: ControlPlane): SlotBooks {
  return {
    due: () => listDueSchedules(cp),
    plan: async ({ schedule: { id: scheduleId, plannedAt } }, nextFireAt) => {
      await planSchedule(cp, { scheduleId, nextFireAt, plannedAt });
    },
    take: (input) => takeSlot(cp, input),
  };
}
