import { notifications } from "@mantine/notifications";
import { useEffect, useRef } from "react";
import { useMe } from "../../api/me.ts";
import { newsOf } from "./review-news.ts";
import type { Review } from "./review-standing.ts";

/** Says what others did to a review while it is read. */
export function useReviewNews(review: Review): void {
  const me = useMe();
  const before = useRef(review);
  useEffect(() => {
    const old = before.current;
    before.current = review;
    if (old.id !== review.id) return;
    for (const message of newsOf(old, review, { email: me.user?.email ?? null, actor: me.actor }))
      notifications.show({ message, autoClose: 8_000 });
  }, [review, me.user?.email, me.actor]);
}
