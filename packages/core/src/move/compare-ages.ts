import { parseDecimal } from "../diff/exact-decimal.ts";
import { instantMicros } from "../diff/temporal-distance.ts";
import type { RowValue } from "../values/row-value.ts";

/** Which of two rows was changed later. `tie` within the skew; null when one of the values does not say. */
export type Newer = "source" | "target" | "tie" | null;

/** Types whose values can say when a row was changed: an instant, or a number that only grows. */
const INSTANTS = new Set(["timestamp with time zone", "timestamp without time zone", "date"]);
const NUMBERS = new Set(["smallint", "integer", "bigint", "numeric"]);

export function isAgeType(type: string): boolean {
  const base = type.replace(/\(\d+(,-?\d+)?\)/, "");
  return INSTANTS.has(base) || NUMBERS.has(base);
}

/** Compares values of a column such as `updated_at`, both as PostgreSQL's text output under the pinned settings. */
export function compareAges(
  { source, target }: { readonly source: RowValue; readonly target: RowValue },
  type: string,
  skewMs: number,
): Newer {
  if (source === null || target === null) return null;
  if (source === target) return "tie";
  return NUMBERS.has(type.replace(/\(\d+(,-?\d+)?\)/, ""))
    ? compareNumbers(source, target)
    : compareInstants(source, target, skewMs);
}

function compareInstants(source: string, target: string, skewMs: number): Newer {
  const [a, b] = [instantMicros(source), instantMicros(target)];
  if (a === null || b === null) return compareEndless(source, target);
  const distance = a > b ? a - b : b - a;
  if (distance <= BigInt(Math.round(skewMs * 1000))) return "tie";
  return a > b ? "source" : "target";
}

/** `infinity` is later and `-infinity` earlier than every instant. */
function compareEndless(source: string, target: string): Newer {
  const rank = (text: string) => (text === "infinity" ? 1 : text === "-infinity" ? -1 : 0);
  if (rank(source) === rank(target)) return null;
  return rank(source) > rank(target) ? "source" : "target";
}

/** A revision number has no skew. */
function compareNumbers(source: string, target: string): Newer {
  const [a, b] = [parseDecimal(source), parseDecimal(target)];
  if (a === null || b === null) return null;
  const scale = Math.max(a.scale, b.scale);
  const [x, y] = [a, b].map((number) => number.units * 10n ** BigInt(scale - number.scale)) as [
    bigint,
    bigint,
  ];
  return x === y ? "tie" : x > y ? "source" : "target";
}
