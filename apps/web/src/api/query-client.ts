import { isCodedError } from "@syncline/core";
import { QueryClient } from "@tanstack/react-query";

const FRESH_MS = 5_000;

/** Calls are repeated by the API client, which knows what may be; queries here fail at once with its error. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      retry: false,
      staleTime: FRESH_MS,
      refetchOnWindowFocus: true,
      // A page that was drawn stays while it is read again in vain.
      throwOnError: false,
    },
    mutations: { retry: false },
  },
});

/** Whether asking again later may help. */
export function isPassing(error: unknown): boolean {
  return isCodedError(error) && error.retryable;
}
