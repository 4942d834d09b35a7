const STEPS = [1, 2, 5, 10];
const LEAST = 1.5;

/** The least of 1, 2, 5, 10, 20, … that is not below. */
export function roundTop(most: number): number {
  if (most <= 1) return 1;
  const power = 10 ** Math.floor(Math.log10(most));
  return (STEPS.find((step) => step * power >= most) ?? 10) * power;
}

/** Of parts that stand on each other. A part that is there is never too low to be seen. */
export function barHeights(
  parts: readonly number[],
  { top, height }: { readonly top: number; readonly height: number },
): readonly number[] {
  return parts.map((part) => (part === 0 ? 0 : Math.max(LEAST, (part / top) * height)));
}
