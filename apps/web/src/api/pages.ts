import { infiniteQueryOptions } from "@tanstack/react-query";

interface Page<Item> {
  readonly items: readonly Item[];
  readonly next: string | null;
}

interface PagesOptions<Item> {
  readonly queryKey: readonly unknown[];
  readonly read: (page: {
    readonly query: { readonly after?: string };
    readonly signal: AbortSignal;
  }) => Promise<Page<Item>>;
}

/** A list that is read page by page, as every list of the API is. */
export function pagesOf<Item>({ queryKey, read }: PagesOptions<Item>) {
  return infiniteQueryOptions({
    queryKey,
    queryFn: ({ pageParam, signal }) =>
      read({ query: pageParam === undefined ? {} : { after: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (last) => last.next ?? undefined,
  });
}
