import type { AnswerOf, diffs, transfers } from "@syncline/api";
import { infiniteQueryOptions, queryOptions, useQuery } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { pagesOf } from "../../api/pages.ts";

export type Patch = AnswerOf<typeof diffs.getPatch>;
export type Change = AnswerOf<typeof diffs.getChange>;
export type LedgerEntry = AnswerOf<typeof transfers.readLog>["items"][number];
export type ChangeKind = Change["kind"];
export type Direction = "forward" | "undo";

export const patchesQuery = pagesOf<Patch>({
  queryKey: ["patches", "list"],
  read: ({ query, signal }) => api.diffs.listPatches({ query: { ...query, limit: 50 }, signal }),
});

export const patchQuery = (patchId: string) =>
  queryOptions({
    queryKey: ["patches", "one", patchId],
    queryFn: ({ signal }) => api.diffs.getPatch({ params: { id: patchId }, signal }),
  });

interface ChangesWanted {
  readonly patchId: string;
  readonly table?: string | undefined;
  readonly kind?: ChangeKind | undefined;
  /** What the key starts with. */
  readonly key?: string | undefined;
  readonly text?: string | undefined;
}

const CHANGES = 50;

/** Changes never change: what was read stays. */
export const changesQuery = ({ patchId, table, kind, key, text }: ChangesWanted) =>
  infiniteQueryOptions({
    queryKey: ["patches", "changes", patchId, table ?? null, kind ?? null, key ?? null, text ?? null],
    queryFn: ({ pageParam, signal }) =>
      api.diffs.listChanges({
        params: { id: patchId },
        query: {
          limit: CHANGES,
          ...(table === undefined ? {} : { table }),
          ...(kind === undefined ? {} : { kind: [kind] }),
          ...(key === undefined ? {} : { key }),
          ...(text === undefined ? {} : { text }),
          ...(pageParam === undefined ? {} : { after: pageParam }),
        },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    staleTime: Number.POSITIVE_INFINITY,
  });

const STATEMENTS = 100;

export const statementsQuery = (patchId: string, direction: Direction) =>
  infiniteQueryOptions({
    queryKey: ["patches", "sql", patchId, direction],
    queryFn: ({ pageParam, signal }) =>
      api.diffs.listStatements({
        params: { id: patchId },
        query: { direction, limit: STATEMENTS, ...(pageParam === undefined ? {} : { after: pageParam }) },
        signal,
      }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
    staleTime: Number.POSITIVE_INFINITY,
  });

/** Newest reviews, with which patches are told apart that are looked at or were applied. */
const recentReviewsQuery = queryOptions({
  queryKey: ["reviews", "recent"],
  queryFn: ({ signal }) => api.reviews.listReviews({ query: { limit: 500 }, signal }),
});

/** Reviews of a patch, newest first; none while they are read. */
export function useReviewsOf(enabled: boolean) {
  const { data } = useQuery({ ...recentReviewsQuery, enabled });
  return (patchId: string) => data?.items.filter((review) => review.patchId === patchId) ?? [];
}

export const logQuery = (target: string, limit: number) =>
  queryOptions({
    queryKey: ["log", target, limit],
    queryFn: ({ signal }) => api.transfers.readLog({ query: { target, limit }, signal }),
  });
