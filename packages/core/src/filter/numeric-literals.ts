import {
  type Decimal,
  fractionDigits,
  parseDecimal,
  sameDecimal,
  toInteger,
  wholeDigits,
} from "./decimal.ts";
import type { JsonNode } from "./json-reader.ts";
import { type Accepted, accepted, type Refused, refused } from "./literal-result.ts";

/** A JSON number, or digits in a string where the type allows that. */
function readDecimal(node: JsonNode, digitsInText: boolean): Decimal | null {
  if (node.kind === "number") return parseDecimal(node.text);
  return digitsInText && node.kind === "string" && /^[+-]?\d/.test(node.value)
    ? parseDecimal(node.value)
    : null;
}

/** A whole number within the range; a number such as 18.0 or 1e3 is whole too. */
export function integerLiteral(
  node: JsonNode,
  range: { readonly min: bigint; readonly max: bigint; readonly digitsInText: boolean },
): Accepted | Refused {
  const expected = `a whole number from ${range.min} to ${range.max}`;
  const decimal = readDecimal(node, range.digitsInText);
  const value = decimal === null ? null : toInteger(decimal);
  if (value === null || value < range.min || value > range.max) return refused(expected);
  return accepted(value.toString());
}

const MAX_WHOLE_DIGITS = 131_072;
const MAX_FRACTION_DIGITS = 16_383;
const NUMERIC_WORDS = new Set(["NaN", "Infinity", "-Infinity"]);

/** `precision` and `scale` are null for a numeric without them. */
export function numericLiteral(
  node: JsonNode,
  modifier: { readonly precision: number; readonly scale: number } | null,
): Accepted | Refused {
  if (node.kind === "string" && NUMERIC_WORDS.has(node.value)) {
    return modifier !== null && node.value !== "NaN" ? refused("a finite number") : accepted(node.value);
  }
  const decimal = readDecimal(node, true);
  if (decimal === null) return refused("a number, or digits in a string");
  if (modifier !== null && !fits(decimal, modifier)) {
    return refused(
      `a number with at most ${modifier.precision - modifier.scale} digits before and ${modifier.scale} after the point`,
    );
  }
  if (wholeDigits(decimal) > MAX_WHOLE_DIGITS || fractionDigits(decimal) > MAX_FRACTION_DIGITS) {
    return refused("a number within the limits of numeric");
  }
  return accepted(writeDecimal(decimal));
}

/** A negative scale rounds left of the point, one above the precision asks for zeros right of it. */
function fits(
  value: Decimal,
  { precision, scale }: { readonly precision: number; readonly scale: number },
): boolean {
  if (value.digits === "") return true;
  return -value.exponent <= scale && value.digits.length + value.exponent <= precision - scale;
}

function writeDecimal(value: Decimal): string {
  return value.digits === "" ? "0" : `${value.negative ? "-" : ""}${value.digits}e${value.exponent}`;
}

const EXACT_DIGITS = 100;

/** A number that the type can show again: 0.1 is, 0.1000000000000000055 and 16777217 as real are not. */
export function floatLiteral(node: JsonNode, bits: 32 | 64): Accepted | Refused {
  if (node.kind === "string" && NUMERIC_WORDS.has(node.value)) return accepted(node.value);
  const decimal = readDecimal(node, true);
  const name = bits === 32 ? "real" : "double precision";
  if (decimal === null) return refused("a number, or digits in a string");
  const text = writeDecimal(decimal);
  const value = bits === 32 ? Math.fround(Number(text)) : Number(text);
  const exact =
    Number.isFinite(value) &&
    (sameDecimal(parseDecimal(shortest(value, bits)), decimal) ||
      sameDecimal(parseDecimal(value.toPrecision(EXACT_DIGITS)), decimal));
  return exact ? accepted(text) : refused(`a number that ${name} holds without rounding`);
}

/** The shortest digits that read back as the same float. */
function shortest(value: number, bits: 32 | 64): string {
  if (bits === 64) return String(value);
  for (let digits = 1; digits < 9; digits++) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return text;
  }
  return value.toPrecision(9);
}
