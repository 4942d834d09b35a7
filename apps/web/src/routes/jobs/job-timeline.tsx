import { Button, Group, SegmentedControl, Stack, Text, Title } from "@mantine/core";
import type { TimelineEntry } from "@syncline/api";
import { useInfiniteQuery } from "@tanstack/react-query";
import { getRouteApi, useNavigate } from "@tanstack/react-router";
import { EmptyState } from "../../components/empty-state.tsx";
import { PagesBoundary } from "../../components/pages-boundary.tsx";
import type { JobDialog } from "./job-dialogs.tsx";
import { type Job, timelineQuery } from "./job-queries.ts";
import { TIMELINE_FILTERS } from "./timeline-filters.ts";
import { TimelineLine } from "./timeline-line.tsx";
import { FILTER_WORDS } from "./timeline-words.ts";

const route = getRouteApi("/shell/jobs/$jobId");

interface JobTimelineProps {
  readonly job: Job;
  readonly onDialog: (dialog: JobDialog) => void;
}

/** Everything that happened to a job, newest first. */
export function JobTimeline({ job, onDialog }: JobTimelineProps) {
  const { show, run: chosen } = route.useSearch();
  const navigate = useNavigate({ from: "/jobs/$jobId" });
  const query = useInfiniteQuery(timelineQuery(job.id, show));
  const choose = (runId: string) => {
    if (chosen === undefined || chosen === runId)
      return void navigate({
        search: (before) => ({ ...before, run: chosen === runId ? undefined : runId }),
        replace: true,
        resetScroll: false,
      });
    void navigate({ to: "/runs/compare", search: { a: chosen, b: runId } });
  };
  return (
    <section aria-label="Timeline">
      <Group justify="space-between" mb="xs" gap="xs">
        <Title order={2}>Timeline</Title>
        <SegmentedControl
          size="xs"
          aria-label="What of the timeline"
          data={[
            { value: "all", label: "All" },
            ...TIMELINE_FILTERS.filter((each) => each !== "pair" || job.kind === "bi-sync").map((value) => ({
              value,
              label: FILTER_WORDS[value],
            })),
          ]}
          value={show ?? "all"}
          onChange={(value) =>
            void navigate({
              search: (before) => ({ ...before, show: TIMELINE_FILTERS.find((each) => each === value) }),
              replace: true,
              resetScroll: false,
            })
          }
        />
      </Group>
      {chosen !== undefined && (
        <Group className="sl-card sl-tint-info" px="sm" py={6} mb="xs" justify="space-between" role="status">
          <Text size="sm">Choose another run to compare the marked one with.</Text>
          <Button size="compact-xs" variant="default" onClick={() => choose(chosen)}>
            Compare none
          </Button>
        </Group>
      )}
      <PagesBoundary query={query} failed="The timeline could not be read">
        {(entries, more) =>
          entries.length === 0 ? (
            <div className="sl-card">
              <EmptyState title="Nothing of this kind has happened yet">
                {show === undefined || show === "run"
                  ? "Run it now, or wait for its schedule: each run, edit and decision gets a line here."
                  : "Choose All to see everything that has happened to this job."}
              </EmptyState>
            </div>
          ) : (
            <Stack gap="xs">
              {daysOf(entries).map(([day, lines]) => (
                <div key={day}>
                  <Text size="xs" c="dimmed" component="h3" fw={500} my={6}>
                    {day}
                  </Text>
                  <ol className="sl-card" style={{ listStyle: "none", margin: 0, padding: 0 }}>
                    {lines.map((entry) => (
                      <TimelineLine
                        key={entry.id}
                        entry={entry}
                        job={job}
                        newest={entry.kind === "run" && entry.run.id === job.lastRun?.id}
                        chosen={chosen}
                        onChoose={choose}
                        onDialog={onDialog}
                      />
                    ))}
                  </ol>
                </div>
              ))}
              {more !== undefined && (
                <Group justify="center">
                  <Button variant="default" size="xs" onClick={more.load} loading={more.loading}>
                    Show earlier
                  </Button>
                </Group>
              )}
            </Stack>
          )
        }
      </PagesBoundary>
    </section>
  );
}

const dayText = new Intl.DateTimeFormat("en-GB", {
  weekday: "long",
  day: "numeric",
  month: "long",
  year: "numeric",
});

function daysOf(entries: readonly TimelineEntry[]): readonly (readonly [string, readonly TimelineEntry[]])[] {
  const days = new Map<string, TimelineEntry[]>();
  for (const entry of entries) {
    const day = dayText.format(new Date(entry.at));
    const known = days.get(day);
    if (known === undefined) days.set(day, [entry]);
    else known.push(entry);
  }
  return [...days];
}
