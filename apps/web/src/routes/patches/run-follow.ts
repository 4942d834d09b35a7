import { isFinalState, type RunAnswer } from "@syncline/api";
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { api } from "../../api/client.ts";
import { useLiveEvents } from "../../api/live-events.ts";

/** Events come first; this is for when none do. */
const ASKED_EVERY_MS = 1_500;

const runQuery = (runId: string) =>
  queryOptions({
    queryKey: ["runs", "followed", runId],
    queryFn: ({ signal }) => api.runs.getRun({ params: { id: runId }, signal }),
    refetchInterval: ({ state }) =>
      state.data !== undefined && isFinalState(state.data.state) ? false : ASKED_EVERY_MS,
  });

interface FollowedRun {
  readonly run: RunAnswer | undefined;
  readonly ended: boolean;
  readonly error: unknown;
  readonly retry: () => void;
}

/** A run as it is now, until it has ended. Null: none was started. */
export function useFollowedRun(runId: string | null, onEnd?: (run: RunAnswer) => void): FollowedRun {
  const queryClient = useQueryClient();
  const { data, error, refetch } = useQuery({ ...runQuery(runId ?? ""), enabled: runId !== null });
  const run = runId === null ? undefined : data;
  const ended = run !== undefined && isFinalState(run.state);
  useLiveEvents((event) => {
    if (event.runId === runId && runId !== null && event.type !== "run.progress") void refetch();
  });
  useEffect(() => {
    if (!ended || run === undefined) return;
    for (const key of ["log", "reviews"]) void queryClient.invalidateQueries({ queryKey: [key] });
    onEnd?.(run);
  }, [ended, run?.id]);
  return { run, ended, error, retry: () => void refetch() };
}
