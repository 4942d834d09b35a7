/** One bar: parts on top of each other, in this order from the ground. */
export interface BarInput {
  readonly parts: readonly { readonly kind: string; readonly count: number }[];
}

export interface BarPart {
  readonly kind: string;
  readonly y: number;
  readonly height: number;
}

export interface Bar {
  readonly x: number;
  readonly width: number;
  readonly parts: readonly BarPart[];
}

export interface BarArea {
  readonly width: number;
  readonly height: number;
}

const GAP = 0.12;
/** What is there at all is seen. */
const LEAST = 1.5;

/** Rectangles of stacked bars that fill an area; the highest reaches its top. */
export function barLayout(bars: readonly BarInput[], { width, height }: BarArea): readonly Bar[] {
  const sums = bars.map(({ parts }) => parts.reduce((sum, { count }) => sum + count, 0));
  const highest = Math.max(1, ...sums);
  const step = width / Math.max(1, bars.length);
  return bars.map(({ parts }, at) => {
    let top = height;
    const placed = parts.flatMap(({ kind, count }) => {
      if (count === 0) return [];
      const size = Math.max(LEAST, (count / highest) * height);
      top = Math.max(0, top - size);
      return [{ kind, y: top, height: size }];
    });
    return { x: at * step, width: step * (1 - GAP), parts: placed };
  });
}
