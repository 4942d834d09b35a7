import { isFinalState } from "@syncline/api";
import { useInfiniteQuery } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { pagesOf } from "../../api/pages.ts";
import type { DiffsSearch } from "./diffs-search.ts";

const PAGE = 50;
/** What no event tells, as that a run waits. */
const LIVE_MS = 5_000;

/** Comparisons are runs: they are there before they have a result, and when they never get one. */
function comparisonsQuery({ kind = "diff", text }: DiffsSearch) {
  return pagesOf({
    queryKey: ["runs", "comparisons", kind, text ?? ""],
    read: ({ query, signal }) =>
      api.runs.listRuns({
        query: { ...query, limit: PAGE, kind, ...(text === undefined ? {} : { text }) },
        signal,
      }),
  });
}

export const useComparisons = (search: DiffsSearch) =>
  useInfiniteQuery({
    ...comparisonsQuery(search),
    refetchInterval: ({ state }) =>
      state.data?.pages.some(({ items }) => items.some((run) => !isFinalState(run.state))) === true
        ? LIVE_MS
        : false,
  });
