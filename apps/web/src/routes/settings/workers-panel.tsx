import type { AnswerOf, access } from "@syncline/api";
import { queryOptions, useQuery } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { Ago } from "../../components/ago.tsx";
import { EmptyState } from "../../components/empty-state.tsx";
import { type ListColumn, ListTable } from "../../components/list-table.tsx";
import { QueryBoundary } from "../../components/query-boundary.tsx";
import { StateBadge } from "../../components/state-badge.tsx";

type Worker = AnswerOf<typeof access.listWorkers>["items"][number];

const WATCH_MS = 5_000;
/** A process that was not heard of for so long takes no work any more. */
const SILENT_MS = 30_000;

const workersQuery = queryOptions({
  queryKey: ["workers"],
  queryFn: ({ signal }) => api.access.listWorkers({ signal }),
  refetchInterval: WATCH_MS,
});

const COLUMNS: readonly ListColumn<Worker>[] = [
  { id: "name", header: "Process", cell: ({ name }) => <span className="sl-mono">{name}</span> },
  { id: "id", header: "Id", cell: ({ id }) => <span className="sl-mono">{id.slice(0, 8)}</span> },
  { id: "version", header: "Version", cell: ({ version }) => <span className="sl-mono">{version}</span> },
  {
    id: "state",
    header: "State",
    cell: ({ draining, heartbeatAt }) => {
      if (Date.now() - Date.parse(heartbeatAt) > SILENT_MS)
        return <StateBadge state="failed" label="silent" />;
      return draining ? (
        <StateBadge state="paused" label="ends" />
      ) : (
        <StateBadge state="done" label="works" />
      );
    },
  },
  { id: "started", header: "Started", cell: ({ startedAt }) => <Ago at={startedAt} /> },
  { id: "heard", header: "Heard of", cell: ({ heartbeatAt }) => <Ago at={heartbeatAt} /> },
];

/** Processes that take work units. */
export function WorkersPanel() {
  const workers = useQuery(workersQuery);
  return (
    <QueryBoundary query={workers} failed="The workers could not be read">
      {({ items }) => (
        <ListTable
          label="Workers"
          rows={items}
          rowKey={({ id }) => id}
          columns={COLUMNS}
          empty={
            <EmptyState title="Nobody takes work">
              Runs wait. Start a server or `syncline service run` on this control database.
            </EmptyState>
          }
        />
      )}
    </QueryBoundary>
  );
}
