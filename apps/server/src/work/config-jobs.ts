import type { Config, ServiceSettings } from "@syncline/config";
import type { JobDefinition } from "@syncline/jobs";

const MINUTE_MS = 60_000;

/** The jobs of the config as this process is told to run them: of one kind, on one interval, or once without a schedule. */
export function configJobs({ jobs }: Config, { mode, intervalMs, once }: ServiceSettings): JobDefinition[] {
  return jobs
    .filter(({ kind }) => mode === null || kind === mode)
    .map((job) => {
      if (!once && intervalMs === null) return job;
      const { schedule: _, ...rest } = job;
      if (once || intervalMs === null) return rest;
      const every = `${Math.max(1, Math.round(intervalMs / MINUTE_MS))}m`;
      return { ...rest, schedule: { every, missed: "once" } };
    });
}
