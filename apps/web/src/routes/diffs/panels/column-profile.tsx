import { Stack, Text, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Count } from "../../../components/count.tsx";
import { counted, countText, shareText } from "../../../components/number-text.ts";
import { LinesSkeleton, QueryBoundary } from "../../../components/query-boundary.tsx";
import { ValueView } from "../../../components/value-view.tsx";
import type { ChangeFilter } from "../change-filter.ts";
import { numberText } from "./number-label.ts";
import { type ColumnProfile, histogramQuery } from "./panel-queries.ts";
import { StackedBars } from "./stacked-bars.tsx";

/** Pairs that are shown where none is more frequent than another. */
const SOME = 5;

interface ColumnProfileViewProps {
  readonly patchId: string;
  readonly table: string;
  readonly column: string;
  readonly filter: ChangeFilter;
}

/** What updates do to one column: what became what, and how far numbers moved. */
export function ColumnProfileView({ patchId, table, column, filter }: ColumnProfileViewProps) {
  const query = useQuery(histogramQuery(patchId, { table, column, filter }));
  return (
    <QueryBoundary
      query={query}
      failed="What the column became could not be read"
      skeleton={<LinesSkeleton lines={6} height={22} />}
    >
      {({ column: profile }) => (profile === null ? null : <Profile profile={profile} />)}
    </QueryBoundary>
  );
}

function Profile({ profile }: { readonly profile: ColumnProfile }) {
  const { name, updates, sampled, pairs, numeric } = profile;
  if (updates === 0)
    return (
      <Text size="sm" c="dimmed">
        No update that is chosen changes <span className="sl-mono">{name}</span>.
      </Text>
    );
  const alone = updates > 1 && pairs.every(({ count }) => count === 1);
  const part = (count: number) => `${countText(count)} (${shareText(sampled === 0 ? 0 : count / sampled)})`;
  return (
    <Stack gap="md">
      <Text size="sm" c="dimmed">
        {sampled < updates
          ? `From ${countText(sampled)} of ${counted(updates, "update")}, evenly spread.`
          : `All ${counted(updates, "update")}.`}
      </Text>
      <dl className="dp-figures">
        <Figure label="Became NULL" value={part(profile.becameNull)} />
        <Figure label="Was NULL" value={part(profile.wasNull)} />
        <Figure label="Only whitespace" value={part(profile.whitespaceOnly)} />
        <Figure label="Only letter case" value={part(profile.caseOnly)} />
      </dl>
      {profile.whitespaceOnly + profile.caseOnly > sampled / 2 && (
        <Text size="sm" className="sl-tint-neutral" p="xs" style={{ borderRadius: 4 }}>
          Most of these differ only in whitespace or letter case.
        </Text>
      )}
      {numeric !== null && <Differences name={name} numeric={numeric} />}
      <section aria-label={`What ${name} became`}>
        <Title order={3} size="h3" mb={4}>
          {alone ? "No two are alike; some of them" : "Most frequent"}
        </Title>
        {pairs.slice(0, alone ? SOME : undefined).map((pair) => (
          <div key={JSON.stringify([pair.old, pair.new])} className="dp-pair">
            <bdi>
              <ValueView value={pair.old} limit={80} />
            </bdi>
            <span aria-hidden>→</span>
            <bdi>
              <ValueView value={pair.new} limit={80} />
            </bdi>
            <Count value={pair.count} />
          </div>
        ))}
      </section>
    </Stack>
  );
}

function Figure({ label, value }: { readonly label: string; readonly value: string }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd className="sl-mono">{value}</dd>
    </div>
  );
}

function Differences({
  name,
  numeric,
}: {
  readonly name: string;
  readonly numeric: NonNullable<ColumnProfile["numeric"]>;
}) {
  const { min, median, max, buckets } = numeric;
  return (
    <section aria-label={`Differences of ${name}`}>
      <Title order={3} size="h3" mb={4}>
        Differences, new less old
      </Title>
      <dl className="dp-figures" style={{ marginBottom: 12 }}>
        <Figure label="Least" value={numberText(min)} />
        <Figure label="Median" value={numberText(median)} />
        <Figure label="Greatest" value={numberText(max)} />
      </dl>
      {buckets.length > 1 && (
        <StackedBars
          label={`Differences from ${numberText(min)} to ${numberText(max)}, median ${numberText(median)}`}
          ends={[numberText(min), numberText(max)]}
          bars={buckets.map(({ from, to, count }) => ({
            parts: [{ kind: "plain", count }],
            title: `${numberText(from)} to ${numberText(to)}: ${countText(count)}`,
          }))}
        />
      )}
    </section>
  );
}
