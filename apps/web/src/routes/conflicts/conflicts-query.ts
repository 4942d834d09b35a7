import type { AnswerOf, conflicts } from "@syncline/api";
import { queryOptions, useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { pagesOf } from "../../api/pages.ts";
import type { InboxFilter } from "./conflict-search.ts";

export type ListedConflict = AnswerOf<typeof conflicts.listConflicts>["items"][number];
export type ConflictCounts = AnswerOf<typeof conflicts.countConflicts>;
export type ConflictGroup = ConflictCounts["groups"][number];
export type WholeConflict = AnswerOf<typeof conflicts.getConflict>;
export type ConflictSides = WholeConflict["sides"];

const PAGE = 500;

/** Those of one job together, then by table and key. */
export function inboxQuery(filter: InboxFilter) {
  return pagesOf<ListedConflict>({
    queryKey: ["conflicts", "list", filter],
    read: ({ query, signal }) =>
      api.conflicts.listConflicts({ query: { ...filter, ...query, order: "place", limit: PAGE }, signal }),
  });
}

export function useInbox(filter: InboxFilter) {
  return useInfiniteQuery(inboxQuery(filter));
}

export function countsQuery(filter: InboxFilter) {
  return queryOptions({
    queryKey: ["conflicts", "counts", filter],
    queryFn: ({ signal }) => api.conflicts.countConflicts({ query: filter, signal }),
    // Numbers beside a filter stay while the next ones are read.
    placeholderData: (before) => before,
  });
}

export function useCounts(filter: InboxFilter) {
  return useQuery(countsQuery(filter));
}

export function conflictQuery(id: string) {
  return queryOptions({
    queryKey: ["conflicts", "one", id],
    queryFn: ({ signal }) => api.conflicts.getConflict({ params: { id }, signal }),
  });
}

export function useConflict(id: string) {
  return useQuery(conflictQuery(id));
}
