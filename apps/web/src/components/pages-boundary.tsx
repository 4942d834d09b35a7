import type { InfiniteData, UseInfiniteQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { ErrorState } from "./error-state.tsx";
import { LinesSkeleton } from "./query-boundary.tsx";

interface PagesBoundaryProps<Item> {
  readonly query: UseInfiniteQueryResult<InfiniteData<{ readonly items: readonly Item[] }>>;
  /** "The entries could not be read". */
  readonly failed: string;
  readonly skeleton?: ReactNode;
  /** Gets all items read so far, and how to read more where there are. */
  readonly children: (
    items: readonly Item[],
    more: { readonly load: () => void; readonly loading: boolean } | undefined,
  ) => ReactNode;
}

/** As `QueryBoundary`, for lists that come page by page. */
export function PagesBoundary<Item>({ query, failed, skeleton, children }: PagesBoundaryProps<Item>) {
  const { data, error, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = query;
  const more = hasNextPage ? { load: () => void fetchNextPage(), loading: isFetchingNextPage } : undefined;
  return (
    <>
      {error !== null && <ErrorState what={failed} error={error} retry={() => void refetch()} />}
      {data !== undefined
        ? children(
            data.pages.flatMap(({ items }) => items),
            more,
          )
        : error === null && (skeleton ?? <LinesSkeleton />)}
    </>
  );
}
