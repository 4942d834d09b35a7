/** An exact decimal: `sign × digits × 10^exponent`, without leading or trailing zeros; zero has no digits. */
export interface Decimal {
  readonly negative: boolean;
  readonly digits: string;
  readonly exponent: number;
}

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,9}))?$/;

/** Null when the text is no decimal number (or has an exponent of ten digits and more). */
export function parseDecimal(text: string): Decimal | null {
  const match = DECIMAL.exec(text);
  if (match === null) return null;
  const [, sign, whole = "", fraction = "", power = "0"] = match;
  if (whole === "" && fraction === "") return null;
  const digits = (whole + fraction).replace(/^0+/, "");
  const trimmed = digits.replace(/0+$/, "");
  if (trimmed === "") return { negative: false, digits: "", exponent: 0 };
  const exponent = Number(power) - fraction.length + (digits.length - trimmed.length);
  return { negative: sign === "-", digits: trimmed, exponent };
}

export function sameDecimal(a: Decimal | null, b: Decimal | null): boolean {
  return (
    a !== null &&
    b !== null &&
    a.negative === b.negative &&
    a.digits === b.digits &&
    a.exponent === b.exponent
  );
}

/** Digits before the decimal point; 0 for numbers below 1. */
export function wholeDigits(value: Decimal): number {
  return Math.max(0, value.digits.length + value.exponent);
}

/** Digits after the decimal point. */
export function fractionDigits(value: Decimal): number {
  return value.digits === "" ? 0 : Math.max(0, -value.exponent);
}

const MAX_INTEGER_DIGITS = 40;

/** Null when it is not a whole number, or one of more than 40 digits. */
export function toInteger(value: Decimal): bigint | null {
  if (value.digits === "") return 0n;
  if (value.exponent < 0 || wholeDigits(value) > MAX_INTEGER_DIGITS) return null;
  const magnitude = BigInt(value.digits) * 10n ** BigInt(value.exponent);
  return value.negative ? -magnitude : magnitude;
}
