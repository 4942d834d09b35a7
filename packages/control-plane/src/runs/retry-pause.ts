import { parseDuration, type RetryPolicy } from "@syncline/jobs";

/**
 * Milliseconds before the try after `attempt`: exponential up to the longest pause, the second half of it by chance, so
 * that runs which failed together do not come back together. `random` is in [0, 1).
 */
export function retryPauseMs(
  policy: RetryPolicy,
  { attempt, random }: { attempt: number; random: number },
): number {
  const first = parseDuration(policy.first) ?? 0;
  const longest = parseDuration(policy.longest) ?? 0;
  const full = Math.min(longest, first * policy.factor ** (attempt - 1));
  return Math.round(full * (0.5 + random / 2));
}
