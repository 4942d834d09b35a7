import { CodedError } from "../errors/coded-error.ts";
import { isWithin, parseDecimal } from "./exact-decimal.ts";
import { instantMicros, intervalMicros, spanMicros, timeMicros } from "./temporal-distance.ts";

/** The greatest distance at which two values of a column count as equal. */
export interface Tolerance {
  /** Both texts are PostgreSQL's output under the pinned settings. */
  accepts(a: string, b: string): boolean;
}

const NUMBERS = ["smallint", "integer", "bigint", "numeric", "real", "double precision", "money"];
const MEASURES: Readonly<Record<string, (text: string) => bigint | null>> = {
  date: instantMicros,
  "timestamp without time zone": instantMicros,
  "timestamp with time zone": instantMicros,
  "time without time zone": timeMicros,
  interval: intervalMicros,
};

/** `type.base` is its name without modifiers. */
export interface ToleranceColumn {
  readonly name: string;
  readonly type: { readonly name: string; readonly base: string };
}

/** Reads a tolerance for a column of numbers (`0.01`) or of times (`2 seconds`). Never compares through floats. */
export function parseTolerance(column: ToleranceColumn, text: string): Tolerance {
  if (NUMBERS.includes(column.type.base)) return decimalTolerance(column, text);
  const measure = MEASURES[column.type.base];
  if (measure !== undefined) return spanTolerance(column, text, measure);
  throw new CodedError(
    "usage.invalid",
    `A tolerance for column "${column.name}" has no meaning: its type is ${column.type.name}.`,
    {
      hint: "Tolerances are for numbers, dates, times and intervals.",
    },
  );
}

function decimalTolerance(column: ToleranceColumn, text: string): Tolerance {
  const limit = parseDecimal(text);
  if (limit === null || limit.units < 0n) throw malformed(column, text, "a number such as 0.01");
  const read = (value: string) =>
    parseDecimal(column.type.base === "money" ? value.replace(/[$,]/g, "") : value);
  return {
    accepts(a, b) {
      const [x, y] = [read(a), read(b)];
      return x !== null && y !== null && isWithin(x, y, limit);
    },
  };
}

function spanTolerance(
  column: ToleranceColumn,
  text: string,
  measure: (text: string) => bigint | null,
): Tolerance {
  const limit = spanMicros(text);
  if (limit === null) throw malformed(column, text, 'a span such as "2 seconds" or 00:00:02');
  return {
    accepts(a, b) {
      const [x, y] = [measure(a), measure(b)];
      if (x === null || y === null) return false;
      return (x > y ? x - y : y - x) <= limit;
    },
  };
}

function malformed(column: ToleranceColumn, text: string, expected: string): CodedError {
  return new CodedError(
    "usage.invalid",
    `The tolerance "${text}" of column "${column.name}" (${column.type.name}) is not ${expected}.`,
  );
}
