import type { Config } from "@syncline/config";
import { type JobDefinition, nextSlot } from "@syncline/jobs";
import { formatColumns } from "../../render/text-table.ts";

/** The jobs of the file with the next slot of their schedules. */
export function jobDocuments({ jobs }: Pick<Config, "jobs">, now: Date) {
  return jobs.map((job) => ({
    name: job.name,
    kind: job.kind,
    enabled: job.enabled,
    next_run_at: next(job, now)?.toISOString() ?? null,
  }));
}

export function jobLines({ jobs }: Pick<Config, "jobs">, now: Date): string[] {
  if (jobs.length === 0) return [];
  const rows = jobs.map((job) => [`    ${job.name}`, job.kind, when(job, now)]);
  return ["  Jobs:", ...formatColumns(rows, ["left", "left", "left"]).map((line) => line.trimEnd())];
}

function when(job: JobDefinition, now: Date): string {
  if (!job.enabled) return "disabled";
  if (job.schedule !== undefined && "listen" in job.schedule)
    return `on notification ${job.schedule.listen.server}/${job.schedule.listen.channel}`;
  const slot = next(job, now);
  return slot === null ? "on demand" : `next ${slot.toISOString().replace(".000Z", "Z").replace("T", " ")}`;
}

function next({ enabled, schedule }: JobDefinition, now: Date): Date | null {
  return enabled && schedule !== undefined ? nextSlot(schedule, now) : null;
}
