import type { Config, ServiceSettings } from "@syncline/config";
import { CodedError } from "@syncline/core";
import { type JobDefinition, scheduleProblem } from "@syncline/jobs";

/**
 * The jobs of the config as this process is told to run them: of one kind, on one interval, or once without a schedule.
 * @throws CodedError `usage.invalid` for an interval that no schedule has
 */
export function configJobs({ jobs }: Config, { mode, intervalMs, once }: ServiceSettings): JobDefinition[] {
  const schedule = intervalMs === null ? null : ({ every: everyOf(intervalMs), missed: "once" } as const);
  const wrong = schedule === null ? null : scheduleProblem(schedule);
  if (wrong !== null)
    throw new CodedError("usage.invalid", `--interval (SYNCLINE_INTERVAL) cannot be used: ${wrong}.`);
  return jobs
    .filter(({ kind }) => mode === null || kind === mode)
    .map((job) => {
      if (!once && schedule === null) return job;
      const { schedule: _, ...rest } = job;
      return once || schedule === null ? rest : { ...rest, schedule };
    });
}

/** In whole seconds or minutes, as people write it. */
function everyOf(ms: number): string {
  if (ms % 60_000 === 0) return `${ms / 60_000}m`;
  return ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`;
}
