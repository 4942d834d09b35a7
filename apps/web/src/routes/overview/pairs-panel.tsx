import { Button, Group, ScrollArea, Stack, Table, Text, Title } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { Ago } from "../../components/ago.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { EnvironmentBadge } from "../../components/environment-badge.tsx";
import { KindCounts } from "../../components/kind-counts.tsx";
import { countText } from "../../components/number-text.ts";
import { PageButton } from "../../components/page-button.tsx";
import { PageLink } from "../../components/page-link.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { kindName } from "../jobs/kind-words.ts";
import { groupPairs, healthCounts, type PairGroup } from "./group-pairs.ts";
import type { Pair } from "./overview-query.ts";

const SHOWN = 25;
const COLUMNS = 5;
const LABELS: Readonly<Record<Pair["health"], string>> = {
  failing: "failing",
  conflicting: "conflicting",
  drifting: "drifting",
  running: "running",
  unknown: "not known",
  "in-step": "in step",
};

interface PairsPanelProps {
  readonly pairs: readonly Pair[];
  /** Only those that stand so. */
  readonly health: Pair["health"] | undefined;
}

/** Which places are in step, by the jobs about them; the worst first. */
export function PairsPanel({ pairs, health }: PairsPanelProps) {
  const [shown, setShown] = useState(SHOWN);
  const groups = groupPairs(health === undefined ? pairs : pairs.filter((pair) => pair.health === health));
  return (
    <Stack component="section" gap="xs" aria-labelledby="pairs">
      <Group justify="space-between" gap="xs">
        <Title order={2} id="pairs">
          Pairs
        </Title>
        <HealthFilter pairs={pairs} health={health} />
      </Group>
      <div className="sl-card">
        {groups.length === 0 ? (
          <NoPairs filtered={health !== undefined} />
        ) : (
          <ScrollArea scrollbars="x" type="auto">
            <Table className="sl-table sl-pairs" aria-label="Pairs of places and the jobs about them">
              <Table.Thead>
                <Table.Tr>
                  <Table.Th>Job</Table.Th>
                  <Table.Th>Health</Table.Th>
                  <Table.Th>Last comparison</Table.Th>
                  <Table.Th>Last run</Table.Th>
                  <Table.Th>Next</Table.Th>
                </Table.Tr>
              </Table.Thead>
              {groups.slice(0, shown).map((group) => (
                <GroupRows key={`${group.source}\n${group.target}`} group={group} />
              ))}
            </Table>
          </ScrollArea>
        )}
        {groups.length > shown && (
          <Group justify="center" p="xs">
            <Button variant="default" size="xs" onClick={() => setShown(groups.length)}>
              Show all {countText(groups.length)} pairs
            </Button>
          </Group>
        )}
      </div>
    </Stack>
  );
}

function HealthFilter({ pairs, health }: PairsPanelProps) {
  const navigate = useNavigate({ from: "/" });
  const choose = (next: Pair["health"] | undefined) =>
    void navigate({ search: next === undefined ? {} : { health: next }, replace: true });
  return (
    <Group gap={4} role="group" aria-label="Filter by health">
      {healthCounts(pairs).map(({ health: each, count }) => (
        <Button
          key={each}
          size="compact-xs"
          variant={health === each ? "light" : "subtle"}
          color="gray"
          c="var(--mantine-color-text)"
          aria-pressed={health === each}
          onClick={() => choose(health === each ? undefined : each)}
        >
          {countText(count)} {LABELS[each]}
        </Button>
      ))}
      {health !== undefined && (
        <Button size="compact-xs" variant="subtle" onClick={() => choose(undefined)}>
          Show all
        </Button>
      )}
    </Group>
  );
}

function GroupRows({ group: { source, target, environments, pairs } }: { readonly group: PairGroup }) {
  return (
    <Table.Tbody>
      <Table.Tr>
        <Table.Th scope="rowgroup" colSpan={COLUMNS}>
          <Group gap={6} wrap="wrap">
            <Place place={source} environment={environments.source} />
            <span aria-hidden>→</span>
            <span className="sl-visually-hidden">to</span>
            <Place place={target} environment={environments.target} />
          </Group>
        </Table.Th>
      </Table.Tr>
      {pairs.map((pair) => (
        <PairRow key={pair.jobId} pair={pair} />
      ))}
    </Table.Tbody>
  );
}

function Place({ place, environment }: { readonly place: string; readonly environment: string | null }) {
  return (
    <Group gap={6} wrap="nowrap" component="span">
      <span className="sl-mono">{place}</span>
      {environment !== null && <EnvironmentBadge name={environment} />}
    </Group>
  );
}

function PairRow({ pair }: { readonly pair: Pair }) {
  const { jobId, name, kind, enabled, health, reason, lastRun, nextFireAt, liveRunId } = pair;
  return (
    <Table.Tr data-job={name}>
      <Table.Td>
        <PageLink to="/jobs/$jobId" params={{ jobId }} fw={600} className="sl-pair-name" title={name}>
          {name}
        </PageLink>
        <Text size="xs" c="dimmed">
          {kindName(kind)}
          {!enabled && ", switched off"}
        </Text>
      </Table.Td>
      <Table.Td>
        <Group gap={6} wrap="nowrap" align="flex-start">
          <StateBadge state={health} label={LABELS[health]} />
          <Text size="sm" miw={160} style={{ overflowWrap: "anywhere" }} lineClamp={3}>
            {reason}
          </Text>
        </Group>
      </Table.Td>
      <Table.Td>
        <LastComparison pair={pair} />
      </Table.Td>
      <Table.Td>
        {lastRun === null ? (
          <Text component="span" c="dimmed">
            —
          </Text>
        ) : (
          <PageLink to="/runs/$runId" params={{ runId: lastRun.id }}>
            {liveRunId === null ? <Ago at={lastRun.finishedAt ?? lastRun.createdAt} /> : lastRun.state}
          </PageLink>
        )}
      </Table.Td>
      <Table.Td>
        <Ago at={nextFireAt} />
      </Table.Td>
    </Table.Tr>
  );
}

function LastComparison({ pair: { differences, openConflicts, jobId } }: { readonly pair: Pair }) {
  if (openConflicts > 0)
    return (
      <PageLink to="/conflicts" search={{ job: jobId }}>
        {countText(openConflicts)} to decide
      </PageLink>
    );
  if (differences === null)
    return (
      <Text component="span" c="dimmed">
        —
      </Text>
    );
  const { inserted, updated, deleted, patchId } = differences;
  const counts = <KindCounts inserts={inserted} updates={updated} deletes={deleted} />;
  if (patchId === null || inserted + updated + deleted === 0) return counts;
  return (
    <PageLink to="/diffs/$patchId" params={{ patchId }} title="Look at the differences">
      {counts}
    </PageLink>
  );
}

function NoPairs({ filtered }: { readonly filtered: boolean }) {
  if (filtered) return <EmptyState title="No pair stands so now" />;
  return (
    <EmptyState
      title="No saved job about two places"
      action={<PageButton to="/jobs/new">Make a job</PageButton>}
    >
      A job that compares, copies or keeps two places in step shows here how they stand.
    </EmptyState>
  );
}
