import { Skeleton, Stack } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ErrorState } from "./error-state.tsx";

interface QueryBoundaryProps<Data> {
  readonly query: UseQueryResult<Data>;
  /** "The runs could not be read". */
  readonly failed: string;
  /** Of the size of what comes; lines of a list by default. */
  readonly skeleton?: ReactNode;
  readonly children: (data: Data) => ReactNode;
}

/** Shows what was read; until then its outline, and what went wrong. What was read before stays beside an error. */
export function QueryBoundary<Data>({ query, failed, skeleton, children }: QueryBoundaryProps<Data>) {
  const { data, error, refetch } = query;
  return (
    <>
      {error !== null && <ErrorState what={failed} error={error} retry={() => void refetch()} />}
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
