const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const UNITS: readonly (readonly [number, Intl.RelativeTimeFormatUnit])[] = [
  [DAY, "day"],
  [HOUR, "hour"],
  [MINUTE, "minute"],
  [SECOND, "second"],
];
const MONTH_DAYS = 45;

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" });
const exact = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "long" });
const day = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium" });

/** "3 min ago", "in 2 hr", a date when it is long ago. */
export function agoText(at: string, now: number): string {
  const distance = Date.parse(at) - now;
  if (Math.abs(distance) > MONTH_DAYS * DAY) return day.format(new Date(at));
  if (Math.abs(distance) < 2 * SECOND) return "now";
  const [size, unit] = UNITS.find(([least]) => Math.abs(distance) >= least) ?? [SECOND, "second"];
  return relative.format(Math.round(distance / size), unit);
}

export function exactTime(at: string): string {
  return exact.format(new Date(at));
}

/** "850 ms", "12.4 s", "3 min 20 s", "2 h 5 min". */
export function durationText(ms: number): string {
  if (ms < SECOND) return `${Math.round(ms)} ms`;
  if (ms < MINUTE) return `${(ms / SECOND).toFixed(1)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min ${Math.round((ms % MINUTE) / SECOND)} s`;
  return `${Math.floor(ms / HOUR)} h ${Math.round((ms % HOUR) / MINUTE)} min`;
}
