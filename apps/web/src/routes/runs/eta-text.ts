import { countText } from "../../components/number-text.ts";

const MINUTE = 60;
const HOUR = 3_600;
/** Two ends of a range that say the same to people. */
const CLOSE = 1.25;

/** "about 40 s", "2 to 4 min", "under 5 s", "1 h 10 min to 2 h". Of seconds. */
export function etaText([least, most]: readonly [number, number]): string {
  if (most <= 0) return "no time";
  if (most <= 5) return `under ${Math.max(1, Math.ceil(most))} s`;
  if (most <= least * CLOSE) return `about ${spanText(most)}`;
  const [low, high] = [spanText(least), spanText(most)];
  if (low === high) return `about ${high}`;
  const [lowUnit, highUnit] = [unitOf(low), unitOf(high)];
  return lowUnit === highUnit && !low.includes(" h ")
    ? `${low.slice(0, -lowUnit.length - 1)} to ${high}`
    : `${low} to ${high}`;
}

function spanText(seconds: number): string {
  if (seconds < MINUTE) return `${Math.max(1, Math.round(seconds))} s`;
  if (seconds < HOUR) return `${Math.round(seconds / MINUTE)} min`;
  const minutes = Math.round((seconds % HOUR) / MINUTE);
  const hours = Math.floor(seconds / HOUR);
  return minutes === 0 || minutes === 60
    ? `${hours + (minutes === 60 ? 1 : 0)} h`
    : `${hours} h ${minutes} min`;
}

const unitOf = (text: string) => text.split(" ").at(-1) ?? "";

/** "12,300 rows/s"; nothing while there is no rate. */
export function rateText(rowsPerSecond: number): string | null {
  if (rowsPerSecond <= 0) return null;
  return `${countText(rowsPerSecond < 10 ? Math.round(rowsPerSecond * 10) / 10 : Math.round(rowsPerSecond))} rows/s`;
}

/** Done share of a table or a run; null where nobody can know. Never more than all. */
export function shareDone(rows: number, estimatedRows: number | null): number | null {
  if (estimatedRows === null || estimatedRows <= 0) return null;
  return Math.min(1, rows / estimatedRows);
}
