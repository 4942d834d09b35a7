import type { JobStatus } from "@syncline/server/service";
import type { ExitReason } from "../../exit-codes.ts";
import { formatColumns } from "../../render/text-table.ts";
import type { Session } from "../../session.ts";
import type { StatusOptions } from "../service.ts";
import { deskInput } from "./service-input.ts";

export async function runStatus(session: Session, options: StatusOptions): Promise<ExitReason> {
  const { openDesk } = await import("@syncline/server/service");
  const desk = await openDesk(await deskInput(session, options));
  try {
    const jobs = await desk.status();
    if (options.json === true) await session.output.json({ jobs: jobs.map(document) });
    else await print(session, jobs);
    return "ok";
  } finally {
    await desk.close();
  }
}

function document({ name, kind, enabled, nextFireAt, lastRun }: JobStatus) {
  return {
    name,
    kind,
    enabled,
    next_run_at: nextFireAt?.toISOString() ?? null,
    last_run:
      lastRun === null
        ? null
        : {
            id: lastRun.id,
            state: lastRun.state,
            started_at: lastRun.startedAt?.toISOString() ?? null,
            finished_at: lastRun.finishedAt?.toISOString() ?? null,
            error: lastRun.error,
          },
  };
}

async function print({ output, people }: Session, jobs: readonly JobStatus[]): Promise<void> {
  if (jobs.length === 0) return people.say("There are no jobs.");
  const rows = jobs.map(({ name, kind, enabled, nextFireAt, lastRun }) => [
    name,
    kind,
    enabled ? (nextFireAt === null ? "on demand" : time(nextFireAt)) : "disabled",
    lastRun === null
      ? "never"
      : `${lastRun.state}${lastRun.finishedAt === null ? "" : ` ${time(lastRun.finishedAt)}`}`,
  ]);
  const lines = formatColumns(
    [["job", "kind", "next run", "last run"], ...rows],
    ["left", "left", "left", "left"],
  );
  for (const line of lines) await output.line(line.trimEnd());
  for (const { name, lastRun } of jobs) if (lastRun?.error) people.warn(`${name}: ${lastRun.error.message}`);
}

function time(date: Date): string {
  return date
    .toISOString()
    .replace("T", " ")
    .replace(/\.\d+Z$/, "Z");
}
