const HOUR = 3600;
const DAY = 24 * HOUR;

/** "7 days", "12 hours", "90 minutes". */
export function daysText(seconds: number): string {
  const [size, unit] =
    seconds % DAY === 0 ? [DAY, "day"] : seconds % HOUR === 0 ? [HOUR, "hour"] : [60, "minute"];
  const count = Math.round(seconds / size);
  return `${count} ${unit}${count === 1 ? "" : "s"}`;
}
