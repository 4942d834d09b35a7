import { expect, it } from "vitest";
import { historyOf } from "./review-history.ts";
import type { Review } from "./review-standing.ts";

const at = (minute: number) => `2026-01-01T00:0${minute}:00.000Z`;
const review = {
  createdAt: at(0),
  createdBy: "user:ann@example.test",
  state: "voided",
  stateReason: "the target changed",
  decidedAt: at(6),
  expiresAt: at(9),
  runId: null,
  decisions: [
    { email: "ben@example.test", decision: "approve", reason: "", at: at(2), superseded: true },
    { email: "ben@example.test", decision: "approve", reason: "as agreed", at: at(5), superseded: false },
  ],
  comments: [
    {
      id: "c1",
      threadId: null,
      anchor: { table: "t", key: "7" },
      body: "why?",
      createdBy: "key:abcdef123456",
      createdAt: at(1),
      resolvedAt: at(4),
      resolvedBy: "user:ann@example.test",
    },
    {
      id: "c2",
      threadId: "c1",
      anchor: null,
      body: "so",
      createdBy: "user:ann@example.test",
      createdAt: at(3),
      resolvedAt: null,
    },
  ],
} as unknown as Review;

it("tells everything in order, with superseded decisions and how it ended", () => {
  expect(historyOf(review).map(({ by, text, detail, superseded }) => [by, text, detail, superseded])).toEqual(
    [
      ["ann@example.test", "asked for it", null, false],
      ["key abcdef12", "commented on t / 7", "why?", false],
      ["ben@example.test", "approved", null, true],
      ["ann@example.test", "answered", "so", false],
      ["ann@example.test", "resolved the thread on t / 7", null, false],
      ["ben@example.test", "approved", "as agreed", false],
      [null, "It was voided", "the target changed", false],
    ],
  );
});

it("has no end of its own for a refusal, which is a decision", () =>
  expect(historyOf({ ...review, state: "refused" }).some(({ what }) => what === "ended")).toBe(false));
