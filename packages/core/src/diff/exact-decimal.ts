/** A decimal number, exactly: `units` × 10^-`scale`. */
export interface ExactDecimal {
  readonly units: bigint;
  readonly scale: number;
}

const DECIMAL = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/;

/** Null for anything that is not a finite decimal number. */
export function parseDecimal(text: string): ExactDecimal | null {
  const found = DECIMAL.exec(text.trim());
  if (found === null) return null;
  const [, sign, whole = "", fraction = "", exponent = "0"] = found;
  if (whole === "" && fraction === "") return null;
  const units = BigInt(`${whole}${fraction}`) * (sign === "-" ? -1n : 1n);
  const scale = fraction.length - Number(exponent);
  return scale >= 0 ? { units, scale } : { units: units * 10n ** BigInt(-scale), scale: 0 };
}

/** The distance of two decimals, compared with a limit. */
export function isWithin(a: ExactDecimal, b: ExactDecimal, limit: ExactDecimal): boolean {
  const scale = Math.max(a.scale, b.scale, limit.scale);
  const at = (value: ExactDecimal) => value.units * 10n ** BigInt(scale - value.scale);
  const distance = at(a) - at(b);
  return (distance < 0n ? -distance : distance) <= at(limit);
}
