import { queryOptions } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { type ChangeFilter, queryOfFilter } from "./change-filter.ts";
import { type ChangeRow, changeRow } from "./change-row.ts";

/** Of a search that goes on. */
const ASK_AGAIN_MS = 100;
/** What a patch holds never changes. */
const FOREVER = Number.POSITIVE_INFINITY;

export function patchQuery(patchId: string) {
  return queryOptions({
    queryKey: ["patches", patchId],
    queryFn: ({ signal }) => api.diffs.getPatch({ params: { id: patchId }, signal }),
  });
}

export function patchTablesQuery(patchId: string) {
  return queryOptions({
    queryKey: ["patch-content", patchId, "tables"],
    queryFn: ({ signal }) => api.diffs.listPatchTables({ params: { id: patchId }, signal }),
    staleTime: FOREVER,
  });
}

/** Counted again and again while a search has not come to its end. */
export function changeCountQuery(patchId: string, filter: ChangeFilter) {
  return queryOptions({
    queryKey: ["patch-content", patchId, "count", filter],
    queryFn: ({ signal }) =>
      api.diffs.countChanges({ params: { id: patchId }, query: queryOfFilter(filter), signal }),
    staleTime: FOREVER,
    refetchInterval: ({ state }) => (state.data?.exact === false ? ASK_AGAIN_MS : false),
  });
}

/** One row with long values cut, as lists have it. */
export function changeQuery(patchId: string, n: number) {
  return queryOptions({
    queryKey: ["patch-content", patchId, "row", n],
    queryFn: async ({ signal }): Promise<ChangeRow> => {
      // Of all changes in order the number is the place.
      const { items } = await api.diffs.listChanges({
        params: { id: patchId },
        query: { offset: n, limit: 1 },
        signal,
      });
      const [item] = items;
      if (item?.n === n) return changeRow(item);
      return changeRow(await api.diffs.getChange({ params: { id: patchId, n }, signal }));
    },
    staleTime: FOREVER,
  });
}

/** One row with all of its values, however long. */
export function wholeChangeQuery(patchId: string, n: number) {
  return queryOptions({
    queryKey: ["patch-content", patchId, "whole", n],
    queryFn: async ({ signal }): Promise<ChangeRow> =>
      changeRow(await api.diffs.getChange({ params: { id: patchId, n }, signal })),
    staleTime: FOREVER,
    gcTime: 60_000,
  });
}

interface FindRow {
  readonly table: string;
  readonly row: readonly string[];
  readonly filter: ChangeFilter;
}

/** The number of a row, and its place among what the filter chooses. */
export function findChangeQuery(patchId: string, { table, row, filter }: FindRow) {
  return queryOptions({
    queryKey: ["patch-content", patchId, "find", table, row, filter],
    queryFn: ({ signal }) =>
      api.diffs.findChange({
        params: { id: patchId },
        query: { ...queryOfFilter(filter), table, row: [...row] },
        signal,
      }),
    staleTime: FOREVER,
  });
}

export function runOfPatchQuery(runId: string) {
  return queryOptions({
    queryKey: ["runs", runId],
    queryFn: ({ signal }) => api.runs.getRun({ params: { id: runId }, signal }),
  });
}
