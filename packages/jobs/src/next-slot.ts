import { Cron } from "croner";
import { parseDuration } from "./duration.ts";
import type { Schedule } from "./schedule-schema.ts";
import { firstInstant, offsetChange, zoneOffset } from "./wall-clock.ts";

/** Hours that leave nothing out. */
const EVERY_HOUR: ReadonlySet<string> = new Set(["*", "?", "*/1", "0-23"]);
const crons = new Map<string, Cron>();
const CRONS_KEPT = 1_000;

/**
 * The first slot after an instant, the same whoever asks and whenever; null when there is none (a notification, or no
 * date fits). Slots of an interval are multiples of it since 1970.
 *
 * Where a clock is set forward, the slots that it jumps over are one slot at the jump; where it is set back, a slot is
 * the first of the two times. A cron expression for every hour is about time that passes, and knows neither.
 */
export function nextSlot(schedule: Schedule, after: Date): Date | null {
  if ("listen" in schedule) return null;
  if ("every" in schedule) return nextMultiple(parseDuration(schedule.every) ?? 0, after);
  const cron = cronOf(schedule.cron);
  const everyHour = EVERY_HOUR.has(schedule.cron.trim().split(/\s+/)[1] ?? "");
  const search = { cron, timeZone: schedule.timeZone, after: after.getTime() };
  const found = everyHour ? nextOfPassingTime(search) : nextOfWallTime(search);
  return found === null ? null : new Date(found);
}

function nextMultiple(interval: number, after: Date): Date | null {
  if (interval <= 0) return null;
  return new Date((Math.floor(after.getTime() / interval) + 1) * interval);
}

interface Search {
  readonly cron: Cron;
  readonly timeZone: string;
  readonly after: number;
}

function nextOfWallTime({ cron, timeZone, after }: Search): number | null {
  let wall: number | null = after + zoneOffset(timeZone, after);
  for (;;) {
    wall = nextWall(cron, wall);
    if (wall === null) return null;
    const instant = firstInstant(timeZone, wall);
    if (instant > after) return instant; // else it was before the clock was set back
  }
}

function nextOfPassingTime({ cron, timeZone, after }: Search): number | null {
  let from = after;
  let inclusive = false;
  for (;;) {
    const offset = zoneOffset(timeZone, from);
    const wall = nextWall(cron, from + offset - (inclusive ? 1 : 0));
    if (wall === null) return null;
    const instant = wall - offset;
    if (zoneOffset(timeZone, instant) === offset) return instant;
    from = offsetChange(timeZone, { from, to: instant });
    inclusive = true;
  }
}

/** Wall times are handled as if they were UTC. */
function nextWall(cron: Cron, after: number): number | null {
  return cron.nextRun(new Date(after))?.getTime() ?? null;
}

function cronOf(expression: string): Cron {
  const known = crons.get(expression);
  if (known !== undefined) return known;
  if (crons.size >= CRONS_KEPT) crons.clear();
  const made = new Cron(expression, { timezone: "UTC", paused: true });
  crons.set(expression, made);
  return made;
}
