const plain = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 6 });

/** A measured number, with a sign that says which way; no more digits than it has. */
export function numberText(value: number): string {
  const text = Math.abs(value) >= 1e12 ? value.toExponential(3) : plain.format(value);
  return value > 0 ? `+${text}` : text.replace("-", "−");
}
