import { Group, Progress, Text } from "@mantine/core";
import { actorText } from "../../components/actor-text.ts";
import { Ago } from "../../components/ago.tsx";
import { KindCounts } from "../../components/kind-counts.tsx";
import type { ListColumn } from "../../components/list-table.tsx";
import { countText } from "../../components/number-text.ts";
import { PageLink } from "../../components/page-link.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { kindName } from "../jobs/kind-words.ts";
import { shareOfRun } from "./run-state.ts";
import { isLive, lengthText, placesOf } from "./run-words.ts";
import type { Run } from "./runs-query.ts";

export const RUN_COLUMNS: readonly ListColumn<Run>[] = [
  {
    id: "run",
    header: "Run",
    cell: ({ id, definition, jobId, kind }) => (
      <PageLink to="/runs/$runId" params={{ runId: id }} fw={600}>
        {jobId === null ? `${kindName(kind)}, once` : definition.name}
      </PageLink>
    ),
  },
  { id: "state", header: "State", cell: (run) => <RunState run={run} /> },
  {
    id: "kind",
    header: "Kind",
    cell: ({ kind }) => <span style={{ whiteSpace: "nowrap" }}>{kindName(kind)}</span>,
  },
  {
    id: "places",
    header: "Places",
    cell: ({ definition }) => (
      <Text component="span" className="sl-mono" style={{ overflowWrap: "anywhere" }}>
        {placesOf(definition).join(" → ")}
      </Text>
    ),
  },
  { id: "counts", header: "Rows", cell: (run) => <RunCounts run={run} /> },
  {
    id: "by",
    header: "By",
    cell: ({ trigger, requestedBy }) => (trigger === "schedule" ? "schedule" : actorText(requestedBy)),
  },
  { id: "began", header: "Asked for", cell: ({ createdAt }) => <Ago at={createdAt} /> },
  {
    id: "took",
    header: "Took",
    align: "right",
    cell: (run) => (
      <span className="sl-mono" style={{ whiteSpace: "nowrap" }}>
        {lengthText(run, Date.now()) ?? "—"}
      </span>
    ),
  },
];

function RunState({ run }: { readonly run: Run }) {
  const share = shareOfRun(run);
  return (
    <Group gap={6} wrap="nowrap">
      <StateBadge state={run.state} />
      {isLive(run) && share !== null && (
        <>
          <Progress value={share * 100} size="sm" w={56} aria-label="Share that is done" />
          <span className="sl-mono">{Math.floor(share * 100)}%</span>
        </>
      )}
    </Group>
  );
}

function RunCounts({ run: { summary, progress, error } }: { readonly run: Run }) {
  if (summary !== null) {
    const { inserted, updated, deleted } = summary.counts;
    return <KindCounts inserts={inserted} updates={updated} deletes={deleted} />;
  }
  if (error !== null)
    return (
      <Text component="span" size="sm" c="dimmed" className="sl-mono">
        {error.code}
      </Text>
    );
  return <span className="sl-mono">{progress === null ? "—" : `${countText(progress.rows)} so far`}</span>;
}
