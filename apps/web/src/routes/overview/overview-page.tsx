import "./overview.css";
import { Skeleton, Stack } from "@mantine/core";
import { useSearch } from "@tanstack/react-router";
import { Ago } from "../../components/ago.tsx";
import { counted } from "../../components/number-text.ts";
import { PageButton } from "../../components/page-button.tsx";
import { PageHeader } from "../../components/page-header.tsx";
import { QueryBoundary } from "../../components/query-boundary.tsx";
import { FirstSteps } from "./first-steps.tsx";
import { NeedsYou } from "./needs-you.tsx";
import { type Overview, useOverview } from "./overview-query.ts";
import { PairsPanel } from "./pairs-panel.tsx";
import { RunningNow } from "./running-now.tsx";
import { Trends } from "./trends.tsx";

/** The start page: how every pair stands, what runs, what waits for somebody. */
export function OverviewPage() {
  const { health } = useSearch({ from: "/shell/" });
  const overview = useOverview();
  return (
    <>
      <PageHeader
        title="Overview"
        command="syncline service status"
        description={
          overview.data === undefined ? (
            "How everything stands."
          ) : (
            <>
              {counted(overview.data.jobs, "job")}, {counted(overview.data.runningCount, "run")} under way. As
              of <Ago at={overview.data.at} />.
            </>
          )
        }
        actions={
          <PageButton to="/diffs/new" size="xs">
            Compare two places
          </PageButton>
        }
      />
      <QueryBoundary
        live
        query={overview}
        failed="The overview could not be read"
        skeleton={<OverviewSkeleton />}
      >
        {(shown) => (
          <Stack gap="lg">
            {isNew(shown) && <FirstSteps />}
            <div className="sl-overview">
              <Stack gap="lg" style={{ minWidth: 0 }}>
                <PairsPanel pairs={shown.pairs} health={health} />
                <Trends days={shown.trends} />
              </Stack>
              <Stack gap="lg" style={{ minWidth: 0 }}>
                <NeedsYou needs={shown.needs} />
                <RunningNow running={shown.running} count={shown.runningCount} />
              </Stack>
            </div>
          </Stack>
        )}
      </QueryBoundary>
    </>
  );
}

/** Nothing has been set up that the page could be about. */
function isNew({ jobs, running, trends }: Overview): boolean {
  return jobs === 0 && running.length === 0 && trends.every(({ succeeded }) => succeeded === 0);
}

function OverviewSkeleton() {
  return (
    <div className="sl-overview" aria-busy="true" role="status" aria-label="Loading">
      <Stack gap="lg">
        <Skeleton height={360} />
        <Skeleton height={140} />
      </Stack>
      <Stack gap="lg">
        <Skeleton height={220} />
        <Skeleton height={160} />
      </Stack>
    </div>
  );
}
