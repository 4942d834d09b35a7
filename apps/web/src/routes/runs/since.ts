const HOUR_MS = 3_600_000;

/** How far back a list goes, as its address says it: a word stays true when the address is opened again later. */
export const SINCE = {
  hour: { label: "Last hour", ms: HOUR_MS },
  day: { label: "Last 24 hours", ms: 24 * HOUR_MS },
  week: { label: "Last 7 days", ms: 7 * 24 * HOUR_MS },
  month: { label: "Last 30 days", ms: 30 * 24 * HOUR_MS },
} as const;
export type Since = keyof typeof SINCE;

export function sinceOf(word: string): Since | undefined {
  return word in SINCE ? (word as Since) : undefined;
}

/** The instant, at the minute: the same for a while, so that what was read is found again. */
export function instantOf(since: Since, now: number): string {
  const minute = 60_000;
  return new Date(Math.floor((now - SINCE[since].ms) / minute) * minute).toISOString();
}
