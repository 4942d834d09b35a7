import "./runs.css";
import { Group, Skeleton, Stack } from "@mantine/core";
import { isCodedError } from "@syncline/core";
import { useParams } from "@tanstack/react-router";
import { definitionCommand } from "../../components/definition-command.ts";
import { EmptyState } from "../../components/empty-state.tsx";
import { PageButton } from "../../components/page-button.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { PageLink } from "../../components/page-link.tsx";
import { QueryBoundary } from "../../components/query-boundary.tsx";
import { StateBadge } from "../../components/state-badge.tsx";
import { kindName } from "../jobs/kind-words.ts";
import { LiveChip } from "./live-chip.tsx";
import { RunAbout } from "./run-about.tsx";
import { RunAttempts } from "./run-attempts.tsx";
import { RunControls } from "./run-controls.tsx";
import { RunFailure } from "./run-failure.tsx";
import { RunLog } from "./run-log.tsx";
import { RunOutcome } from "./run-outcome.tsx";
import { RunProgress } from "./run-progress.tsx";
import { RunTables } from "./run-tables.tsx";
import { RunUnits } from "./run-units.tsx";
import { isLive, placesOf } from "./run-words.ts";
import { type Run, useRun } from "./runs-query.ts";
import { useRunEvents } from "./use-run-events.ts";

/** One run: live while it goes on, then what came of it. */
export function RunPage() {
  const { runId } = useParams({ from: "/shell/runs/$runId" });
  const run = useRun(runId);
  if (isCodedError(run.error) && run.error.code === "resource.not_found")
    return (
      <>
        <PageHeader title="Run" />
        <div className="sl-card">
          <EmptyState title="There is no such run" action={<PageButton to="/runs">To the runs</PageButton>}>
            It may be of another project, or older than the history that is kept.
          </EmptyState>
        </div>
      </>
    );
  return (
    <>
      {run.data === undefined && <PageHeader title="Run" />}
      <QueryBoundary live query={run} failed="The run could not be read" skeleton={<RunSkeleton />}>
        {(found) => <ShownRun run={found} />}
      </QueryBoundary>
    </>
  );
}

function ShownRun({ run }: { readonly run: Run }) {
  const { events, connection, heardAt } = useRunEvents(run.id, run.state);
  const { definition, kind, jobId } = run;
  const command = definitionCommand(definition, { saved: jobId !== null });
  return (
    <>
      <PageHeader
        title={jobId === null ? kindName(kind) : definition.name}
        badges={
          <Group gap="xs" data-run-state={run.state}>
            <StateBadge state={run.state} />
            <LiveChip connection={connection} heardAt={heardAt} />
          </Group>
        }
        trail={[
          <PageLink key="runs" to="/runs" size="sm">
            Runs
          </PageLink>,
          <span key="id" className="sl-mono">
            {run.id.slice(0, 8)}
          </span>,
        ]}
        actions={<RunControls run={run} />}
        places={placesOf(definition)}
        {...(command === null ? {} : { command })}
      />
      <div className="sl-run-columns">
        <Stack gap="lg" style={{ minWidth: 0 }}>
          <RunFailure run={run} />
          {isLive(run) ? <RunProgress run={run} stale={connection === "lost"} /> : <RunOutcome run={run} />}
          <RunTables run={run} />
          <RunUnits run={run} />
          <RunAttempts run={run} />
        </Stack>
        <Stack gap="lg" style={{ minWidth: 0 }}>
          <RunLog events={events} />
          <RunAbout run={run} />
        </Stack>
      </div>
    </>
  );
}

function RunSkeleton() {
  return (
    <Stack gap="lg" aria-busy="true" aria-label="Loading">
      <Skeleton height={132} />
      <Skeleton height={240} />
      <Skeleton height={180} />
    </Stack>
  );
}
