import { parseDecimal } from "../diff/exact-decimal.ts";
import { instantMicros, intervalMicros, timeMicros } from "../diff/temporal-distance.ts";
import type { RowValue } from "../values/row-value.ts";
import type { FieldPolicy } from "./move-rules.ts";

export interface FieldChoice {
  readonly source: RowValue;
  readonly target: RowValue;
  /** Which row was changed later; null when nothing says. */
  readonly sourceNewer: boolean | null;
  /** `TypeSpec.name` or `base`, modifiers allowed. */
  readonly type: string;
}

/**
 * Whose value a column gets. NULL counts as no value: `coalesce`, `max` and `min` take the other side's, and only
 * `source`, `target`, `never` and `newest` can bring or keep a NULL. `coalesce` prefers the source. `newest` without a
 * known age, and `max` and `min` between values that are equal or have no order here, leave the target's.
 */
export function resolveField(policy: FieldPolicy, choice: FieldChoice): "source" | "target" {
  const { source, target, sourceNewer, type } = choice;
  switch (policy) {
    case "source":
      return "source";
    case "target":
    case "never":
      return "target";
    case "newest":
      return sourceNewer === true ? "source" : "target";
    case "coalesce":
      return source === null ? "target" : "source";
    case "max":
    case "min": {
      if (source === null) return "target";
      if (target === null) return "source";
      const order = compareValues(source, target, type) * (policy === "max" ? 1 : -1);
      return order > 0 ? "source" : "target";
    }
  }
}

/**
 * The order of two values of one type, exactly: numbers, dates, times, timestamps, intervals and booleans as
 * PostgreSQL orders them, other types by the code points of their text.
 */
export function compareValues(a: string, b: string, type: string): number {
  const base = type.replace(/\(\d+(?:,\s*-?\d+)?\)/, "");
  if (NUMBERS.has(base)) return compareWith(a, b, numberRank, compareDecimals);
  const micros = MICROS.get(base);
  if (micros !== undefined) return compareWith(a, b, temporalRank, (x, y) => compareMicros(x, y, micros));
  return compareText(a, b);
}

const NUMBERS = new Set(["smallint", "integer", "bigint", "numeric", "real", "double precision", "oid"]);

const MICROS: ReadonlyMap<string, (text: string) => bigint | null> = new Map([
  ["timestamp with time zone", instantMicros],
  ["timestamp without time zone", instantMicros],
  ["date", instantMicros],
  ["time without time zone", timeMicros],
  ["interval", intervalMicros],
]);

/** Ends of the order that are no number of their own: -1 before all, 0 in between, 1 and 2 after. */
type Rank = (text: string) => number;

const numberRank: Rank = (text) =>
  text === "NaN" ? 2 : text === "Infinity" ? 1 : text === "-Infinity" ? -1 : 0;
const temporalRank: Rank = (text) => (text === "infinity" ? 1 : text === "-infinity" ? -1 : 0);

function compareWith(a: string, b: string, rank: Rank, finite: (a: string, b: string) => number): number {
  const [first, second] = [rank(a), rank(b)];
  return first === 0 && second === 0 ? finite(a, b) : first - second;
}

function compareDecimals(a: string, b: string): number {
  const [first, second] = [parseDecimal(a), parseDecimal(b)];
  if (first === null || second === null) return compareText(a, b);
  const scale = Math.max(first.scale, second.scale);
  return compareBig(
    first.units * 10n ** BigInt(scale - first.scale),
    second.units * 10n ** BigInt(scale - second.scale),
  );
}

function compareMicros(a: string, b: string, micros: (text: string) => bigint | null): number {
  const [first, second] = [micros(a), micros(b)];
  return first === null || second === null ? compareText(a, b) : compareBig(first, second);
}

function compareBig(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** By code points, not by UTF-16 units, in which an astral character would sort before U+E000. */
function compareText(a: string, b: string): number {
  const first = a[Symbol.iterator]();
  const second = b[Symbol.iterator]();
  for (;;) {
    const [x, y] = [first.next(), second.next()];
    if (x.done === true || y.done === true) return x.done === y.done ? 0 : x.done === true ? -1 : 1;
    const order = (x.value.codePointAt(0) ?? 0) - (y.value.codePointAt(0) ?? 0);
    if (order !== 0) return order;
  }
}
