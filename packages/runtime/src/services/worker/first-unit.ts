import type { JobDefinition } from "@syncline/jobs";

/**
 * Whether a run of the job begins with a plan, which may cut it into slices, or is done whole by one worker. A plan that
 * finds nothing worth cutting does the run itself.
 */
export function firstUnitOf(definition: JobDefinition): "whole" | "plan" {
  if (definition.kind === "diff") return definition.slices === 1 ? "whole" : "plan";
  if (definition.kind === "copy") return definition.slices === 1 || definition.dryRun ? "whole" : "plan";
  return "whole";
}
