import { type JobOf, parseDuration } from "@syncline/jobs";
import { DEFAULT_CHOICES, type MoveChoices } from "./move-choices.ts";

/** What the kinds that move rows have in common. */
export function choicesOfJob(
  job: Pick<JobOf<"copy">, "dryRun" | "triggers" | "includeCascades" | "lockTimeout">,
): MoveChoices {
  return {
    ...DEFAULT_CHOICES,
    dryRun: job.dryRun,
    triggers: job.triggers,
    includeCascades: job.includeCascades,
    lockTimeoutMs: parseDuration(job.lockTimeout) ?? DEFAULT_CHOICES.lockTimeoutMs,
  };
}
