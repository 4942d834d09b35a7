import type { AnswerOf, JobKind, jobs, Schedule } from "@syncline/api";
import { queryOptions } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { pagesOf } from "../../api/pages.ts";
import { type JobState, STATE_FILTERS } from "./job-states.ts";
import type { TimelineFilter } from "./timeline-filters.ts";

export type Job = AnswerOf<typeof jobs.getJob>;

export interface JobFilter {
  readonly kind?: JobKind | undefined;
  readonly state?: JobState | undefined;
  readonly text?: string | undefined;
}

export function jobsQuery({ kind, state, text }: JobFilter) {
  return pagesOf({
    queryKey: ["jobs", "list", kind, state, text],
    read: ({ query, signal }) =>
      api.jobs.listJobs({
        query: {
          ...query,
          ...(kind === undefined ? {} : { kind }),
          ...(text === undefined || text === "" ? {} : { text }),
          ...(state === undefined ? {} : STATE_FILTERS[state].query),
        },
        signal,
      }),
  });
}

export function jobQuery(jobId: string) {
  return queryOptions({
    queryKey: ["jobs", "one", jobId],
    queryFn: ({ signal }) => api.jobs.getJob({ params: { id: jobId }, signal }),
  });
}

export function jobScheduleQuery(jobId: string, version: number) {
  return queryOptions({
    queryKey: ["jobs", "schedule", jobId, version],
    queryFn: ({ signal }) => api.jobs.previewJobSchedule({ params: { id: jobId }, signal }),
  });
}

/** The next times of a schedule that is not saved; its error says what is wrong with it. */
export function schedulePreviewQuery(schedule: Schedule) {
  return queryOptions({
    queryKey: ["jobs", "preview", schedule],
    queryFn: ({ signal }) => api.jobs.previewSchedule({ body: { schedule }, signal }),
    staleTime: 30_000,
  });
}

/** What a bi-sync job keeps in step; null: it has not run yet. */
export function pairQuery(jobId: string) {
  return queryOptions({
    queryKey: ["jobs", "pair", jobId],
    queryFn: ({ signal }) => api.conflicts.getPair({ params: { id: jobId }, signal }),
  });
}

export function timelineQuery(jobId: string, show: TimelineFilter | undefined) {
  return pagesOf({
    queryKey: ["timeline", jobId, show],
    read: ({ query, signal }) =>
      api.jobs.jobTimeline({
        params: { id: jobId },
        query: { ...query, limit: 50, ...(show === undefined ? {} : { kind: [show] }) },
        signal,
      }),
  });
}

/** Names of masks and datasets of the config, for forms. */
export const settingsQuery = queryOptions({
  queryKey: ["settings"],
  queryFn: ({ signal }) => api.settings.getSettings({ signal }),
  staleTime: 60_000,
});
