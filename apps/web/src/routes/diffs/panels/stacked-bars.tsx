import { type BarInput, barLayout } from "./bar-layout.ts";
import "./panels.css";

const AREA = { width: 600, height: 120 };

interface StackedBarsProps {
  /** What the picture shows, in words. */
  readonly label: string;
  readonly bars: readonly (BarInput & { readonly title: string })[];
  /** At both ends of the axis. */
  readonly ends: readonly [string, string];
}

/** Bars along an axis. The numbers are told by titles, and in words beside the picture. */
export function StackedBars({ label, bars, ends }: StackedBarsProps) {
  const placed = barLayout(bars, AREA);
  const step = AREA.width / Math.max(1, bars.length);
  return (
    <figure style={{ margin: 0 }}>
      <svg
        className="dp-bars"
        viewBox={`0 0 ${AREA.width} ${AREA.height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={label}
      >
        {placed.map(({ x, width, parts }, at) => (
          <g key={at}>
            {parts.map(({ kind, y, height }) => (
              <rect key={kind} className={`dp-bar-${kind}`} x={x} y={y} width={width} height={height} />
            ))}
            <rect className="dp-bar-hit" x={x} y={0} width={step} height={AREA.height}>
              <title>{bars[at]?.title}</title>
            </rect>
          </g>
        ))}
      </svg>
      <figcaption className="dp-axis sl-mono">
        <bdi>{ends[0]}</bdi>
        <bdi>{ends[1]}</bdi>
      </figcaption>
    </figure>
  );
}
