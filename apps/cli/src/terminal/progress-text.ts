import type { ProgressEvent } from "@syncline/engine";

export interface ProgressState {
  readonly event: ProgressEvent;
  readonly rowsPerSecond: number | null;
  readonly elapsedMs: number;
}

/** `compare orders: 120,000 of about 180,000 rows, 12.3 MB, 85,000 rows/s, ETA 0:02`. */
export function formatProgress({ event, rowsPerSecond, elapsedMs }: ProgressState): string {
  const about = event.estimatedRows !== null && event.estimatedRows > event.rows ? event.estimatedRows : null;
  const left =
    about !== null && rowsPerSecond !== null && rowsPerSecond > 0
      ? (about - event.rows) / rowsPerSecond
      : null;
  const parts = [
    about === null
      ? `${formatCount(event.rows)} rows`
      : `${formatCount(event.rows)} of about ${formatCount(about)} rows`,
    event.bytes > 0 ? formatBytes(event.bytes) : null,
    rowsPerSecond === null ? null : `${formatCount(Math.round(rowsPerSecond))} rows/s`,
    left === null ? formatSeconds(elapsedMs / 1000) : `ETA ${formatSeconds(left)}`,
  ];
  const subject = event.table === null ? event.phase : `${event.phase} ${event.table}`;
  return `${subject}: ${parts.filter((part) => part !== null).join(", ")}`;
}

export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}

const UNITS = ["B", "kB", "MB", "GB", "TB"];

/** Decimal units, three digits at most before the point. */
export function formatBytes(bytes: number): string {
  let unit = 0;
  let amount = bytes;
  while (amount >= 1000 && unit < UNITS.length - 1) {
    amount /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? amount : amount.toFixed(1)} ${UNITS[unit]}`;
}

/** `0:07`, `12:30`, `1:02:03`. */
export function formatSeconds(seconds: number): string {
  const total = Math.max(0, Math.round(seconds));
  const two = (part: number) => String(part).padStart(2, "0");
  const hours = Math.floor(total / 3600);
  const minutes = Math.floor((total % 3600) / 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(total % 60)}` : `${minutes}:${two(total % 60)}`;
}
