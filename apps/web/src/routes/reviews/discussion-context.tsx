import { useMutation, useQueryClient } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useMemo, useState } from "react";
import { api } from "../../api/client.ts";
import { type Anchor, anchorName, type Comment, type Thread, threadsByPlace, threadsOf } from "./anchor.ts";
import { reviewQuery } from "./review-queries.ts";
import type { Review } from "./review-standing.ts";

interface Discussion {
  readonly reviewId: string;
  readonly threads: readonly Thread[];
  /** Threads about exactly this place. */
  readonly at: (anchor: Anchor | null) => readonly Thread[];
  /** Why nobody may say anything here; null: one may. */
  readonly closed: string | null;
  /** The place that a comment is being written about. */
  readonly writing: string | null;
  readonly write: (anchor: Anchor | null) => void;
  readonly stop: () => void;
  /** The comment that the address names. */
  readonly linked: string | null;
}

const Context = createContext<Discussion | null>(null);

export function useDiscussion(): Discussion {
  const discussion = useContext(Context);
  if (discussion === null) throw new Error("There is no discussion around this.");
  return discussion;
}

interface DiscussionProviderProps {
  readonly review: Review;
  readonly closed: string | null;
  readonly linked: string | null;
  readonly children: ReactNode;
}

/** Comments of a review, for everything on its page that one can speak about. */
export function DiscussionProvider({ review, closed, linked, children }: DiscussionProviderProps) {
  const [writing, setWriting] = useState<string | null>(null);
  const { id, comments } = review;
  const value = useMemo<Discussion>(() => {
    const threads = threadsOf(comments);
    const places = threadsByPlace(threads);
    return {
      reviewId: id,
      threads,
      at: (anchor) => places.get(anchorName(anchor)) ?? [],
      closed,
      writing,
      write: (anchor) => setWriting(anchorName(anchor)),
      stop: () => setWriting(null),
      linked,
    };
  }, [id, comments, closed, writing, linked]);
  return <Context.Provider value={value}>{children}</Context.Provider>;
}

/** Adds comments and settles threads; the page shows the result at once. */
export function useDiscussionActions() {
  const { reviewId } = useDiscussion();
  const queryClient = useQueryClient();
  const put = (comment: Comment) => {
    const { queryKey } = reviewQuery(reviewId);
    queryClient.setQueryData<Review>(queryKey, (review) =>
      review === undefined
        ? review
        : { ...review, comments: [...review.comments.filter(({ id }) => id !== comment.id), comment] },
    );
    void queryClient.invalidateQueries({ queryKey });
  };
  const say = useMutation({
    mutationFn: ({ body, anchor, thread }: { body: string; anchor: Anchor | null; thread: string | null }) =>
      api.reviews.commentOnReview({
        params: { id: reviewId },
        body: {
          body,
          ...(thread !== null ? { thread } : anchor === null ? {} : { anchor }),
        },
      }),
    onSuccess: put,
  });
  const settle = useMutation({
    mutationFn: ({ commentId, resolved }: { commentId: string; resolved: boolean }) => {
      const params = { id: reviewId, commentId };
      return resolved ? api.reviews.resolveComment({ params }) : api.reviews.reopenComment({ params });
    },
    onSuccess: put,
  });
  return { say, settle };
}
