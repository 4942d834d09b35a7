import { z } from "zod";

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Milliseconds of `500ms`, `30s`, `5m`, `2h` or `1d`; null when it is none. */
export function parseDuration(text: string): number | null {
  const found = /^(\d{1,9})(ms|s|m|h|d)$/.exec(text);
  if (found === null) return null;
  return Number(found[1]) * (UNITS[found[2] ?? ""] as number);
}

/** A duration as text; `parseDuration` reads what passed. */
export const durationSchema = z
  .string()
  .refine((text) => parseDuration(text) !== null, "a duration like 500ms, 30s, 5m, 2h or 1d");
