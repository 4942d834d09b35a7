const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** After each failed try but the last: eight tries within a day. */
const PAUSES_MS = [
  10 * SECOND_MS,
  2 * MINUTE_MS,
  10 * MINUTE_MS,
  HOUR_MS,
  3 * HOUR_MS,
  7 * HOUR_MS,
  12 * HOUR_MS,
];

export const MOST_TRIES = PAUSES_MS.length + 1;

/**
 * How long to wait after a failed try, up to a sixth less at random, so that receivers that come back are not met by
 * all at once. Null after the last. `askedForMs`: what the receiver asked for, which is kept to up to an hour.
 */
export function pauseAfter(
  tries: number,
  { random, askedForMs = 0 }: { readonly random: () => number; readonly askedForMs?: number },
): number | null {
  const pause = PAUSES_MS[tries - 1];
  if (pause === undefined) return null;
  return Math.round(Math.max(pause * (1 - random() / 6), Math.min(askedForMs, HOUR_MS)));
}
