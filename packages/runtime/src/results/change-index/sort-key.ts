/**
 * A key as text whose code points sort as the key does: numbers by size, all else as COLLATE "C" does. Rows without a
 * key come after all others.
 */
export type SortKey = string;

export const NO_KEY: SortKey = "~";
/** Sort before and after every continuation. */
const END = "\0";
const LAST = "\u{10FFFF}";
const WHOLE = 6;
const MOST = 10 ** WHOLE - 1;
const DECIMAL = /^(-?)(\d+)(?:\.(\d*))?$/;
const NUMBERS = /^(smallint|integer|bigint|oid|xid8|numeric|decimal)\b/;

export function isNumber(type: string): boolean {
  return NUMBERS.test(type) && !type.endsWith("]");
}

/** `numbers` tells by key column whether it sorts by size. */
export function sortKey(values: readonly string[], numbers: readonly boolean[]): SortKey {
  if (values.length === 0) return NO_KEY;
  let key = "k";
  for (const [place, value] of values.entries())
    key += numbers[place] === true ? numberKey(value) : value + END;
  return key;
}

function numberKey(value: string): string {
  const [, sign, whole = "", fraction] = DECIMAL.exec(value) ?? [];
  if (sign === undefined) return specialKey(value);
  const digits = whole.replace(/^0+(?=\d)/, "");
  const size = String(sign === "-" ? MOST - digits.length : digits.length).padStart(WHOLE, "0");
  const text = fraction === undefined ? digits : `${digits}.${fraction}`;
  return sign === "-" ? `n${size}${complement(text)}${LAST}` : `p${size}${text}${END}`;
}

function specialKey(value: string): string {
  if (value === "-Infinity") return `m${END}`;
  return value === "Infinity" ? `q${END}` : `r${value}${END}`;
}

function complement(digits: string): string {
  return digits.replace(/\d/g, (digit) => String(9 - Number(digit)));
}

export interface KeyStartInput {
  /** Values of the first key columns. */
  readonly values: readonly string[];
  /** What the text of the next key column starts with. */
  readonly prefix: string | undefined;
  readonly numbers: readonly boolean[];
  /** Digits before the point that a number has here at most: as many starts are looked up. */
  readonly mostDigits: number;
}

/** What the sort keys of the wanted rows start with, in order. */
export function keyStarts({ values, prefix, numbers, mostDigits }: KeyStartInput): readonly SortKey[] {
  const start = values.length === 0 ? "k" : sortKey(values, numbers);
  if (prefix === undefined || prefix === "") return [start];
  if (numbers[values.length] !== true) return [start + prefix];
  return numberStarts(prefix, mostDigits).map((number) => start + number);
}

const PREFIX = /^(-?)(\d*)(\.\d*)?$/;

/** Numbers whose text starts with `12`: 12 and its fractions, 120 to 129, 1200 to 1299, … */
function numberStarts(prefix: string, mostDigits: number): string[] {
  const [, sign, whole = "", fraction] = PREFIX.exec(prefix) ?? [];
  if (sign === undefined)
    return ["Infinity", "NaN", "-Infinity"]
      .filter((name) => name.startsWith(prefix))
      .map((name) => specialKey(name).slice(0, -1));
  if (whole === "") return prefix === "-" ? ["m", "n"] : [];
  // No number is written with zeros before its first digit.
  if (whole.length > 1 && whole.startsWith("0")) return [];
  const more = fraction === undefined && whole !== "0" ? Math.max(0, mostDigits - whole.length) : 0;
  const lengths = Array.from({ length: more + 1 }, (_, each) => whole.length + each);
  const starts = lengths.map((length) => startOfLength(sign, whole + (fraction ?? ""), length));
  return sign === "-" ? starts.reverse() : starts;
}

function startOfLength(sign: string, text: string, length: number): string {
  const size = String(sign === "-" ? MOST - length : length).padStart(WHOLE, "0");
  return sign === "-" ? `n${size}${complement(text)}` : `p${size}${text}`;
}
