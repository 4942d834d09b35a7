import type { AnswerOf, access, RunAnswer, runs } from "@syncline/api";
import { isFinalState } from "@syncline/api";
import { queryOptions, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { pagesOf } from "../../api/pages.ts";
import type { RunsSearch } from "./runs-search.ts";
import { instantOf } from "./since.ts";

export type Run = RunAnswer;
export type Unit = AnswerOf<typeof runs.listUnits>["items"][number];
export type Attempt = AnswerOf<typeof runs.listAttempts>["items"][number];
export type Worker = AnswerOf<typeof access.listWorkers>["items"][number];

/** What no event tells: that a run waits, that a unit was taken by another worker. */
const LIVE_MS = 2_000;
const LIST_LIVE_MS = 5_000;
const PAGE = 50;
const MOST_UNITS = 500;

export function runsQuery({ state, kind, job, text, since }: RunsSearch) {
  return pagesOf({
    queryKey: ["runs", "list", { state, kind, job, text, since }],
    read: ({ query, signal }) => {
      const from = since === undefined ? undefined : instantOf(since, Date.now());
      return api.runs.listRuns({
        query: { ...query, limit: PAGE, state, kind, jobId: job, text, since: from },
        signal,
      });
    },
  });
}

export const useRuns = (search: RunsSearch) =>
  useInfiniteQuery({
    ...runsQuery(search),
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ items }) => items.some((run) => !isFinalState(run.state))) === true
        ? LIST_LIVE_MS
        : false,
  });

export const runQuery = (runId: string) =>
  queryOptions({
    queryKey: ["runs", "one", runId],
    queryFn: ({ signal }) => api.runs.getRun({ params: { id: runId }, signal }),
    refetchInterval: ({ state }) =>
      state.data !== undefined && isFinalState(state.data.state) ? false : LIVE_MS,
  });

export const useRun = (runId: string) => useQuery(runQuery(runId));

/** The first five hundred, which is more than a page is looked through for. */
export const useUnits = ({ id, state }: Pick<Run, "id" | "state">) =>
  useQuery({
    queryKey: ["runs", "units", id],
    queryFn: ({ signal }) => api.runs.listUnits({ params: { id }, query: { limit: MOST_UNITS }, signal }),
    refetchInterval: isFinalState(state) ? false : LIVE_MS,
  });

export const useAttempts = ({ id }: Pick<Run, "id">) =>
  useQuery({
    queryKey: ["runs", "attempts", id],
    queryFn: ({ signal }) => api.runs.listAttempts({ params: { id }, signal }),
  });

/** Who works, by id. Nobody is known to who may not see workers. */
export const useWorkers = ({ live, allowed }: { readonly live: boolean; readonly allowed: boolean }) =>
  useQuery({
    queryKey: ["workers"],
    queryFn: ({ signal }) => api.access.listWorkers({ signal }),
    enabled: allowed,
    refetchInterval: live ? LIVE_MS : false,
    select: ({ items }) => new Map(items.map((worker) => [worker.id, worker])),
  });
