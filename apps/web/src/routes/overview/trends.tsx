import { SimpleGrid, Stack, Text, Title } from "@mantine/core";
import { countText } from "../../components/number-text.ts";
import type { Overview } from "./overview-query.ts";
import { barHeights, roundTop } from "./trend-bars.ts";

type Day = Overview["trends"][number];

interface Series {
  readonly label: string;
  readonly color: string;
  readonly of: (day: Day) => number;
}

interface Trend {
  readonly title: string;
  readonly series: readonly Series[];
}

const TRENDS: readonly Trend[] = [
  {
    title: "Runs",
    series: [
      { label: "succeeded", color: "var(--sl-insert)", of: ({ succeeded }) => succeeded },
      { label: "failed", color: "var(--sl-delete)", of: ({ failed }) => failed },
    ],
  },
  {
    title: "Rows written",
    series: [
      { label: "inserted", color: "var(--sl-insert)", of: ({ inserted }) => inserted },
      { label: "updated", color: "var(--sl-update)", of: ({ updated }) => updated },
      { label: "deleted", color: "var(--sl-delete)", of: ({ deleted }) => deleted },
    ],
  },
  {
    title: "Conflicts",
    series: [
      { label: "opened", color: "var(--sl-update)", of: ({ conflictsOpened }) => conflictsOpened },
      { label: "closed", color: "var(--sl-insert)", of: ({ conflictsClosed }) => conflictsClosed },
    ],
  },
];

const WIDTH = 280;
const HEIGHT = 72;
const GAP = 4;
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

/** The last two weeks, by day. */
export function Trends({ days }: { readonly days: Overview["trends"] }) {
  return (
    <Stack component="section" gap="xs" aria-labelledby="trends">
      <Title order={2} id="trends">
        Last 14 days
      </Title>
      <SimpleGrid cols={{ base: 1, sm: 3 }} spacing="sm">
        {TRENDS.map((trend) => (
          <TrendChart key={trend.title} trend={trend} days={days} />
        ))}
      </SimpleGrid>
    </Stack>
  );
}

function TrendChart({
  trend: { title, series },
  days,
}: {
  readonly trend: Trend;
  readonly days: readonly Day[];
}) {
  const totals = series.map(({ of }) => days.reduce((sum, each) => sum + of(each), 0));
  const top = roundTop(Math.max(...days.map((each) => series.reduce((sum, { of }) => sum + of(each), 0))));
  const width = WIDTH / days.length - GAP;
  return (
    <Stack className="sl-card" p="sm" gap={6} component="figure" m={0}>
      <figcaption>
        <Text fw={600} size="sm">
          {title}
        </Text>
        <Text size="xs" c="dimmed">
          {series.map(({ label, color }, at) => (
            <span key={label} style={{ marginRight: "0.75rem", whiteSpace: "nowrap" }}>
              <span className="sl-swatch" style={{ background: color }} aria-hidden />{" "}
              <span className="sl-mono">{countText(totals[at] ?? 0)}</span> {label}
            </span>
          ))}
        </Text>
      </figcaption>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT + 14}`}
        width="100%"
        role="img"
        aria-label={`${title} by day: ${series.map(({ label }, at) => `${countText(totals[at] ?? 0)} ${label}`).join(", ")}`}
      >
        <line x1="0" x2={WIDTH} y1={HEIGHT + 0.5} y2={HEIGHT + 0.5} stroke="var(--sl-border)" />
        {days.map((each, at) => (
          <Bar key={each.day} day={each} series={series} x={at * (width + GAP)} width={width} top={top} />
        ))}
        <text x="0" y={HEIGHT + 12} fontSize="9" fill="var(--sl-muted)">
          {day.format(new Date(days[0]?.day ?? 0))}
        </text>
        <text x={WIDTH} y={HEIGHT + 12} fontSize="9" fill="var(--sl-muted)" textAnchor="end">
          today
        </text>
      </svg>
    </Stack>
  );
}

interface BarProps {
  readonly day: Day;
  readonly series: readonly Series[];
  readonly x: number;
  readonly width: number;
  readonly top: number;
}

function Bar({ day: shown, series, x, width, top }: BarProps) {
  const heights = barHeights(
    series.map(({ of }) => of(shown)),
    { top, height: HEIGHT - 4 },
  );
  let y = HEIGHT;
  const words = series.map(({ label, of }) => `${countText(of(shown))} ${label}`).join(", ");
  return (
    <g>
      <title>{`${day.format(new Date(shown.day))}: ${words}`}</title>
      <rect x={x} y={0} width={width} height={HEIGHT} fill="transparent" />
      {series.map(({ label, color }, at) => {
        const height = heights[at] ?? 0;
        y -= height;
        return <rect key={label} x={x} y={y} width={width} height={height} fill={color} />;
      })}
    </g>
  );
}
