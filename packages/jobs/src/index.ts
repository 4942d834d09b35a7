export { durationSchema, parseDuration } from "./duration.ts";
export { JOB_KINDS, type JobKind, WRITING_KINDS } from "./job-kinds.ts";
export * from "./job-schema.ts";
export {
  type DueSlots,
  dueSlots,
  MOST_RUNS_AT_ONCE,
  MOST_SLOTS_AT_ONCE,
  ON_TIME_MS,
} from "./missed-slots.ts";
export { nextSlot } from "./next-slot.ts";
export { type RetryPolicy, retrySchema } from "./retry-schema.ts";
export { JOB_ROW_EFFECTS, type RowEffect } from "./row-effects.ts";
export { FINAL_STATES, RUN_STATES, RUN_TRIGGERS, type RunState, type RunTrigger } from "./run-states.ts";
export { scheduleProblem } from "./schedule-problem.ts";
export { MISSED_POLICIES, type MissedPolicy, type Schedule, scheduleSchema } from "./schedule-schema.ts";
