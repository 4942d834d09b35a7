export { durationSchema, parseDuration } from "./duration.ts";
export { JOB_KINDS, type JobKind, WRITING_KINDS } from "./job-kinds.ts";
export * from "./job-schema.ts";
export { type RetryPolicy, retrySchema } from "./retry-schema.ts";
export { scheduleProblem } from "./schedule-problem.ts";
export { MISSED_POLICIES, type MissedPolicy, type Schedule, scheduleSchema } from "./schedule-schema.ts";
