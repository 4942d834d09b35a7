import { expect, it } from "vitest";
import { newsOf } from "./review-news.ts";
import type { Review } from "./review-standing.ts";

const comment = (id: string, createdBy: string, more: object = {}) => ({
  id,
  createdBy,
  threadId: null,
  anchor: { table: "t", key: "7" },
  ...more,
});
const review = (more: object): Review => ({ comments: [], decisions: [], ...more }) as unknown as Review;
const BEN = { email: "ben@example.test", actor: "user:ben@example.test" };

it("tells what others said and decided, once, and nothing of the reader's own", () => {
  const old = review({ comments: [comment("a", "user:cleo@example.test")] });
  const now = review({
    comments: [
      ...old.comments,
      comment("b", "user:cleo@example.test"),
      comment("c", "user:dina@example.test key:abc", { threadId: "a", anchor: null }),
      comment("d", "user:ben@example.test"),
    ],
    decisions: [
      { email: "cleo@example.test", decision: "refuse", at: "1" },
      { email: "ben@example.test", decision: "approve", at: "2" },
    ],
  });
  expect(newsOf(old, now, BEN)).toEqual([
    "cleo@example.test commented on t / 7.",
    "dina@example.test answered in a thread.",
    "cleo@example.test refused this.",
  ]);
  expect(newsOf(now, now, BEN)).toEqual([]);
});
