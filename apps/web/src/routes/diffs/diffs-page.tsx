import { Group, SegmentedControl, Stack, Text, TextInput, Title } from "@mantine/core";
import { isFinalState, type RunAnswer } from "@syncline/api";
import { IconArrowsDiff, IconPlus, IconSearch } from "@tabler/icons-react";
import { getRouteApi } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { useMe } from "../../api/me.ts";
import { actorText } from "../../components/actor-text.ts";
import { Ago } from "../../components/ago.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { KindCounts } from "../../components/kind-counts.tsx";
import { type ListColumn, ListTable } from "../../components/list-table.tsx";
import { PageButton } from "../../components/page-button.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { PageLink } from "../../components/page-link.tsx";
import { PagesBoundary } from "../../components/pages-boundary.tsx";
import { PlaceText } from "../../components/place-text.tsx";
import { commandOf } from "../../components/shell-quote.ts";
import { StateBadge } from "../../components/state-badge.tsx";
import { comparisonText, outcomeOf } from "./comparison-words.ts";
import { useComparisons } from "./comparisons-query.ts";
import { RunningComparison } from "./running-comparison.tsx";

const route = getRouteApi("/shell/diffs");
const TYPED_MS = 300;

/** Comparisons: those that run first, then what came of the others, newest first. */
export function DiffsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const me = useMe();
  const query = useComparisons(search);
  const { kind = "diff", text = "" } = search;
  return (
    <>
      <PageHeader
        title="Comparisons"
        description="What two places differ in. Nothing is written by comparing."
        command={commandOf(["syncline", "diff", "server:tenant:*", "server:tenant:*", "--format", "summary"])}
        actions={
          me.can("rows:diff") || Object.keys(me.environments).length > 0 ? (
            <PageButton to="/diffs/new" leftSection={<IconPlus size={16} aria-hidden />}>
              Compare two places
            </PageButton>
          ) : undefined
        }
      />
      <Group gap="sm" mb="sm">
        <SegmentedControl
          size="xs"
          aria-label="Which comparisons"
          value={kind}
          onChange={(next) =>
            void navigate({
              search: (now) => ({ ...now, kind: next === "watch" ? "watch" : undefined }),
              replace: true,
            })
          }
          data={[
            { value: "diff", label: "Comparisons" },
            { value: "watch", label: "Of watches" },
          ]}
        />
        <PlaceSearch
          value={text}
          onChange={(next) =>
            void navigate({
              search: (now) => ({ ...now, text: next === "" ? undefined : next }),
              replace: true,
            })
          }
        />
      </Group>
      <PagesBoundary query={query} failed="The comparisons could not be read">
        {(runs, more) => {
          const running = runs.filter(({ state }) => !isFinalState(state));
          const ended = runs.filter(({ state }) => isFinalState(state));
          return (
            <Stack gap="md">
              {running.length > 0 && (
                <section aria-label="Not ended yet">
                  <Title order={2} size="h3" mb={6}>
                    Not ended yet
                  </Title>
                  <Stack gap="xs">
                    {running.map((run) => (
                      <RunningComparison key={run.id} run={run} />
                    ))}
                  </Stack>
                </section>
              )}
              {(ended.length > 0 || running.length === 0) && (
                <ListTable
                  label="Comparisons"
                  rows={ended}
                  rowKey={({ id }) => id}
                  columns={COLUMNS}
                  empty={text === "" ? <NoComparisons kind={kind} /> : <NothingFound />}
                  {...(more === undefined ? {} : { more })}
                />
              )}
            </Stack>
          );
        }}
      </PagesBoundary>
    </>
  );
}

const COLUMNS: readonly ListColumn<RunAnswer>[] = [
  { id: "verdict", header: "Verdict", cell: (run) => <VerdictCell run={run} /> },
  {
    id: "rows",
    header: "Rows",
    cell: ({ summary }) =>
      summary === null ? (
        <Text component="span" c="dimmed">
          —
        </Text>
      ) : (
        <KindCounts
          inserts={summary.counts.inserted}
          updates={summary.counts.updated}
          deletes={summary.counts.deleted}
        />
      ),
  },
  { id: "places", header: "Source and target", cell: ({ definition }) => <Places definition={definition} /> },
  {
    id: "by",
    header: "By",
    cell: ({ definition, jobId, trigger, requestedBy }) =>
      jobId === null ? (
        actorText(requestedBy)
      ) : (
        <>
          <PageLink to="/jobs/$jobId" params={{ jobId }} underline="always">
            {definition.name}
          </PageLink>
          <Text component="span" size="xs" c="dimmed">
            {trigger === "schedule" ? " by its schedule" : ` ${actorText(requestedBy)}`}
          </Text>
        </>
      ),
  },
  {
    id: "when",
    header: "When",
    cell: ({ id, createdAt }) => (
      <PageLink to="/runs/$runId" params={{ runId: id }}>
        <span className="sl-visually-hidden">Its run, </span>
        <Ago at={createdAt} />
      </PageLink>
    ),
  },
];

const BADGES = {
  running: { state: "running", label: "Running" },
  equal: { state: "same", label: "Equal" },
  different: { state: "different", label: "Different" },
  failed: { state: "failed", label: "Failed" },
  gone: { state: "cancelled", label: "Cancelled" },
} as const;

function VerdictCell({ run }: { readonly run: RunAnswer }) {
  const { summary, error, id, state } = run;
  const outcome = outcomeOf(run);
  const { state: badge, label } = BADGES[outcome];
  const text = summary === null ? (error?.message ?? "It ended without a result.") : comparisonText(summary);
  const patchId = summary?.patchId ?? null;
  return (
    <Group gap="xs" wrap="nowrap" align="center">
      <StateBadge state={badge} label={outcome === "gone" ? state : label} />
      {patchId === null ? (
        <PageLink to="/runs/$runId" params={{ runId: id }} c="var(--mantine-color-text)" lineClamp={2}>
          {text}
        </PageLink>
      ) : (
        <PageLink to="/diffs/$patchId" params={{ patchId }} fw={600}>
          {text}
        </PageLink>
      )}
    </Group>
  );
}

function Places({ definition }: Pick<RunAnswer, "definition">) {
  const { source, target } = definition as { readonly source?: string; readonly target?: string };
  return (
    <Group gap={6} wrap="wrap">
      {source !== undefined && <PlaceText place={source} />}
      <span aria-hidden>→</span>
      <span className="sl-visually-hidden">to</span>
      {target !== undefined && <PlaceText place={target} />}
    </Group>
  );
}

function NoComparisons({ kind }: { readonly kind: "diff" | "watch" }) {
  return (
    <EmptyState
      icon={<IconArrowsDiff size={30} stroke={1.4} aria-hidden />}
      title={kind === "diff" ? "Nothing was compared yet" : "Nothing is watched yet"}
      action={
        kind === "diff" ? (
          <PageButton to="/diffs/new">Compare two places</PageButton>
        ) : (
          <PageButton to="/jobs/new" search={{ kind: "watch" }}>
            Create a watch
          </PageButton>
        )
      }
    >
      {kind === "diff"
        ? "Choose two databases, or two tenants of one: the result says which rows differ, and can become a patch."
        : "A watch is a job that compares two places by a schedule and says when they drift apart."}
    </EmptyState>
  );
}

function NothingFound() {
  const navigate = route.useNavigate();
  return (
    <EmptyState
      title="No comparison is like that"
      action={
        <PageLink to="/diffs" onClick={() => void navigate({ search: {} })}>
          Show all
        </PageLink>
      }
    >
      The words are looked for in the job's name, the source and the target.
    </EmptyState>
  );
}

function PlaceSearch({
  value,
  onChange,
}: {
  readonly value: string;
  readonly onChange: (text: string) => void;
}) {
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  useEffect(() => {
    if (typed === value) return;
    const timer = setTimeout(() => onChange(typed), TYPED_MS);
    return () => clearTimeout(timer);
  });
  return (
    <TextInput
      size="xs"
      w={260}
      aria-label="Search comparisons"
      placeholder="Job, source or target"
      leftSection={<IconSearch size={14} aria-hidden />}
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
      maxLength={200}
      spellCheck={false}
    />
  );
}
