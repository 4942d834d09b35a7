import { queryOptions } from "@tanstack/react-query";
import { api } from "../../api/client.ts";
import { pagesOf } from "../../api/pages.ts";
import { isLive, type ListedReview, untilExpired } from "./review-standing.ts";

export const QUEUES = ["waiting", "open", "mine", "all"] as const;
export type Queue = (typeof QUEUES)[number];

const QUERIES = {
  waiting: { waiting: "true" },
  open: { state: "open" },
  mine: { mine: "true" },
  all: {},
} as const;

export const reviewsQuery = (queue: Queue) =>
  pagesOf<ListedReview>({
    queryKey: ["reviews", "list", queue],
    read: ({ query, signal }) =>
      api.reviews.listReviews({ query: { ...query, ...QUERIES[queue], limit: 50 }, signal }),
  });

export const reviewQuery = (reviewId: string) =>
  queryOptions({
    queryKey: ["reviews", "one", reviewId],
    queryFn: ({ signal }) => api.reviews.getReview({ params: { id: reviewId }, signal }),
    // No event tells that its time has passed.
    refetchInterval: ({ state: { data } }) =>
      data !== undefined && isLive(data) ? untilExpired(data.expiresAt, Date.now()) : false,
  });
