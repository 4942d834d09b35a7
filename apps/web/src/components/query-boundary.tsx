import { Skeleton, Stack } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { isPassing } from "../api/query-client.ts";
import { ErrorState } from "./error-state.tsx";

interface QueryBoundaryProps<Data> {
  readonly query: UseQueryResult<Data>;
  /** "The runs could not be read". */
  readonly failed: string;
  /** Of the size of what comes; lines of a list by default. */
  readonly skeleton?: ReactNode;
  /**
   * For what is read again every few seconds: while the server is away what was read stays as it is, and the banner above
   * the page says so. Nothing jumps.
   */
  readonly live?: boolean;
  readonly children: (data: Data) => ReactNode;
}

/** Shows what was read; until then its outline, and what went wrong. What was read before stays beside an error. */
export function QueryBoundary<Data>({
  query,
  failed,
  skeleton,
  live = false,
  children,
}: QueryBoundaryProps<Data>) {
  const { data, error, refetch } = query;
  const told = error !== null && !(live && data !== undefined && isPassing(error));
  return (
    <>
      {told && <ErrorState what={failed} error={error} retry={() => void refetch()} />}
      {data !== undefined ? children(data) : error === null && (skeleton ?? <LinesSkeleton />)}
    </>
  );
}

export function LinesSkeleton({
  lines = 8,
  height = 34,
}: {
  readonly lines?: number;
  readonly height?: number;
}) {
  return (
    <Stack gap={6} aria-busy="true" aria-label="Loading">
      {Array.from({ length: lines }, (_, line) => (
        <Skeleton key={line} height={height} radius="sm" />
      ))}
    </Stack>
  );
}
