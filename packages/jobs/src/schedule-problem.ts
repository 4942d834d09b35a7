import { Cron } from "croner";
import { parseDuration } from "./duration.ts";
import type { Schedule } from "./schedule-schema.ts";

const MINUTE_MS = 60_000;
const FIELDS = [
  ["minute", "0-59"],
  ["hour", "0-23"],
  ["day of month", "1-31, L"],
  ["month", "1-12, JAN-DEC"],
  ["day of week", "0-7, SUN-SAT"],
] as const;

/** What is wrong with a schedule that the schema lets through, as a clause; null when it can be kept. */
export function scheduleProblem(schedule: Schedule): string | null {
  if ("listen" in schedule) return null;
  if ("every" in schedule)
    return (parseDuration(schedule.every) ?? 0) < MINUTE_MS
      ? `expected an interval of at least 1m, found ${schedule.every}`
      : null;
  return cronProblem(schedule);
}

function cronProblem({
  cron,
  timeZone,
}: {
  readonly cron: string;
  readonly timeZone: string;
}): string | null {
  if (cron.trim().split(/\s+/).length !== 5)
    return "expected five fields of cron: minute, hour, day of month, month, day of week";
  if (!isTimeZone(timeZone))
    return `there is no time zone "${timeZone}"; write an IANA name like Europe/Berlin`;
  try {
    const next = new Cron(cron, { timezone: timeZone, paused: true }).nextRun(new Date());
    return next === null ? "no date ever fits this cron expression" : null;
  } catch {
    return wrongField(cron);
  }
}

/** The first field that is wrong by itself. */
function wrongField(cron: string): string {
  const fields = cron.trim().split(/\s+/);
  for (const [at, field] of fields.entries()) {
    try {
      new Cron(fields.map((_, place) => (place === at ? field : "*")).join(" "), { paused: true });
    } catch {
      const [name, range] = FIELDS[at] ?? [];
      return `the ${name} is "${field}"; expected ${range}`;
    }
  }
  return `"${cron}" is no cron expression`;
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
