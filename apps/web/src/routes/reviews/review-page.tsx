import { useQuery } from "@tanstack/react-query";
import { getRouteApi } from "@tanstack/react-router";
import { QueryBoundary } from "../../components/query-boundary.tsx";
import { reviewQuery } from "./review-queries.ts";
import { ReviewView } from "./review-view.tsx";
import "../patches/patches.css";
import "./reviews.css";

const route = getRouteApi("/shell/reviews/$reviewId");

/** One review: what would be written, what was said of it, who decided, and its way into the target. */
export function ReviewPage() {
  const { reviewId } = route.useParams();
  return (
    <QueryBoundary query={useQuery(reviewQuery(reviewId))} failed="The review could not be read">
      {(review) => <ReviewView key={review.id} review={review} />}
    </QueryBoundary>
  );
}
