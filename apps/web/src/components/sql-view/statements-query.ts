import type { AnswerOf, diffs } from "@syncline/api";
import { infiniteQueryOptions } from "@tanstack/react-query";
import { api } from "../../api/client.ts";

export type StatementPage = AnswerOf<typeof diffs.listStatements>;
export type Direction = "forward" | "undo";

const PAGE = 200;

interface StatementsFrom {
  readonly direction: Direction;
  /** Statements before the first that is shown. */
  readonly offset: number;
}

export function statementsQuery(patchId: string, { direction, offset }: StatementsFrom) {
  return infiniteQueryOptions({
    queryKey: ["patch-content", patchId, "sql", direction, offset],
    queryFn: ({ pageParam, signal }) =>
      api.diffs.listStatements({
        params: { id: patchId },
        query: { direction, offset: pageParam, limit: PAGE },
        signal,
      }),
    initialPageParam: offset,
    getNextPageParam: ({ next }) => (next === null ? null : Number(next)),
    staleTime: Number.POSITIVE_INFINITY,
  });
}
