import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { isPassing } from "../api/query-client.ts";
import { ErrorState } from "./error-state.tsx";
import { LinesSkeleton } from "./query-boundary.tsx";

interface LiveBoundaryProps<Data> {
  readonly query: UseQueryResult<Data>;
  /** "The run could not be read". */
  readonly failed: string;
  readonly skeleton?: ReactNode;
  readonly children: (data: Data) => ReactNode;
}

/**
 * As `QueryBoundary`, for what is read again every few seconds: while the server is away, what was read stays as it is, and
 * the banner above the page says so. Nothing jumps.
 */
export function LiveBoundary<Data>({ query, failed, skeleton, children }: LiveBoundaryProps<Data>) {
  const { data, error, refetch } = query;
  const told = error !== null && (data === undefined || !isPassing(error));
  return (
    <>
      {told && <ErrorState what={failed} error={error} retry={() => void refetch()} />}
      {data !== undefined ? children(data) : error === null && (skeleton ?? <LinesSkeleton />)}
    </>
  );
}
