export { FINAL_STATES, RUN_STATES, RUN_TRIGGERS, type RunState, type RunTrigger } from "@syncline/jobs";
