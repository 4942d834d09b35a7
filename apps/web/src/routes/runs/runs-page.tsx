import { Button, Checkbox, Group } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { ownAddress } from "../../api/own-address.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { type ListColumn, ListTable } from "../../components/list-table.tsx";
import { PageButton } from "../../components/page-button.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { PagesBoundary } from "../../components/pages-boundary.tsx";
import { commandOf } from "../../components/shell-quote.ts";
import { RUN_COLUMNS } from "./run-columns.tsx";
import { RunFilters } from "./run-filters.tsx";
import { type Run, useRuns } from "./runs-query.ts";

const COMPARED = 2;

/** All runs, newest first, as filtered in the address. */
export function RunsPage() {
  const search = useSearch({ from: "/shell/runs" });
  const navigate = useNavigate({ from: "/runs" });
  const query = useRuns(search);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const choose = (id: string) =>
    setChosen((before) =>
      before.includes(id) ? before.filter((each) => each !== id) : [...before, id].slice(-COMPARED),
    );
  const [a, b] = chosen;
  const filtered = Object.values(search).some((value) => value !== undefined);
  return (
    <>
      <PageHeader
        title="Runs"
        description="What jobs and people had done, newest first. Choose two to compare them."
        command={commandOf(["syncline", "audit", "tail", "--follow", "--action", "run.*", ...ownAddress()])}
        actions={
          <Button
            variant="default"
            size="xs"
            disabled={a === undefined || b === undefined}
            onClick={() => void navigate({ to: "/runs/compare", search: { a, b } })}
          >
            Compare {chosen.length} of {COMPARED}
          </Button>
        }
      />
      <RunFilters search={search} onChange={(next) => void navigate({ search: next, replace: true })} />
      <PagesBoundary query={query} failed="The runs could not be read">
        {(runs, more) => (
          <ListTable
            label="Runs"
            rows={runs}
            rowKey={({ id }) => id}
            columns={[choiceColumn(chosen, choose), ...RUN_COLUMNS]}
            empty={filtered ? <NothingFound onAll={() => void navigate({ search: {} })} /> : <NoRuns />}
            {...(more === undefined ? {} : { more })}
          />
        )}
      </PagesBoundary>
    </>
  );
}

function choiceColumn(chosen: readonly string[], choose: (id: string) => void): ListColumn<Run> {
  return {
    id: "choice",
    header: <span className="sl-visually-hidden">To compare</span>,
    width: 36,
    cell: ({ id, definition, createdAt }) => (
      <Checkbox
        size="xs"
        checked={chosen.includes(id)}
        onChange={() => choose(id)}
        aria-label={`Compare ${definition.name} of ${createdAt}`}
      />
    ),
  };
}

function NoRuns() {
  return (
    <EmptyState
      title="Nothing has run yet"
      action={
        <Group gap="xs">
          <PageButton to="/diffs/new">Compare two places</PageButton>
          <PageButton to="/jobs" variant="default">
            To the jobs
          </PageButton>
        </Group>
      }
    >
      A comparison, an applied patch or a job leaves a run here, with its progress while it goes on.
    </EmptyState>
  );
}

function NothingFound({ onAll }: { readonly onAll: () => void }) {
  return (
    <EmptyState
      title="No run is like that"
      action={
        <Button variant="default" onClick={onAll}>
          Show all runs
        </Button>
      }
    >
      Take a filter away, or look at other words: they are looked for in the job's name, the source and the
      target.
    </EmptyState>
  );
}
