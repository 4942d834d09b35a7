import type { JobDefinition } from "@syncline/jobs";

/** Whether a run of the job begins with a plan that cuts it into slices, or is done whole by one worker. */
export function firstUnitOf(_definition: JobDefinition): "whole" | "plan" {
  return "whole";
}
