import type { Overview, ServerEvent } from "@syncline/api";
import { queryOptions, useQuery, useQueryClient } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { useLiveEvents } from "../../api/live-events.ts";
import { afterEvent } from "./after-event.ts";

export type { Overview };
export type Pair = Overview["pairs"][number];
export type LiveRun = Overview["running"][number];
export type Needs = Overview["needs"];

/** What no event tells: that a run waits for something else, that a day has begun. */
const AGAIN_MS = 60_000;

export const overviewQuery = queryOptions({
  queryKey: ["overview"],
  queryFn: ({ signal }) => api.overview.getOverview({ signal }),
  refetchInterval: AGAIN_MS,
});

/** How everything stands, kept true by events. */
export function useOverview() {
  const queryClient = useQueryClient();
  useLiveEvents((event: ServerEvent) => {
    queryClient.setQueryData(overviewQuery.queryKey, (known) => known && afterEvent(known, event));
  });
  return useQuery(overviewQuery);
}
