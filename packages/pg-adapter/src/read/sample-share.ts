const DIGITS = 8;

/** A percentage for TABLESAMPLE, never in exponent form, within (0, 100]. */
export function formatDecimal(share: number): string {
  return Math.min(100, Math.max(share, 10 ** -DIGITS)).toFixed(DIGITS);
}
