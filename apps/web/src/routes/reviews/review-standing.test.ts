import { describe, expect, it } from "vitest";
import { endingOf, type Reader, type Review, seenCode, standingOf, untilExpired } from "./review-standing.ts";

const review = (more: Partial<Review> = {}): Review =>
  ({
    state: "open",
    stateReason: null,
    kind: "apply",
    environment: "production",
    authors: ["ann@example.test"],
    createdBy: "user:ann@example.test",
    decisions: [],
    given: 0,
    required: 1,
    blocks: [],
    ...more,
  }) as unknown as Review;
const reader = (more: Partial<Reader> = {}): Reader => ({
  email: "ben@example.test",
  actor: "user:ben@example.test",
  can: () => true,
  ...more,
});

describe("who may do what", () => {
  it("lets a reviewer decide and nobody else withdraw", () => {
    const standing = standingOf(review(), reader());
    expect(standing).toMatchObject({ approve: null, refuse: null, own: false });
    expect(standing.withdraw).toContain("Only who asked");
  });
  it("lets others decide what is one's own", () => {
    const standing = standingOf(
      review(),
      reader({ email: "ann@example.test", actor: "user:ann@example.test" }),
    );
    expect(standing).toMatchObject({ own: true, withdraw: null });
    expect(standing.approve).toContain("your own");
  });
  it("asks for the scope in the environment", () => {
    const asked: unknown[] = [];
    const can: Reader["can"] = (scope, environment) => {
      asked.push([scope, environment]);
      return false;
    };
    expect(standingOf(review(), reader({ can })).approve).toContain("reviewer or admin in production");
    expect(asked).toContainEqual(["reviews:approve", "production"]);
  });
  it("lets nothing be decided that has ended", () => {
    for (const state of ["voided", "expired", "refused", "withdrawn", "applied"] as const)
      expect(standingOf(review({ state }), reader()).approve).toBe(`It is ${state}.`);
  });
  it("lets nobody decide with a key of no person", () =>
    expect(standingOf(review(), reader({ email: null, actor: "key:abc" })).approve).toContain(
      "Only a person",
    ));
  it("lets be applied what is approved, by enough, and what nothing blocks", () => {
    expect(standingOf(review(), reader()).apply).toBe("0 of 1 approvals count.");
    const approved = { state: "approved", given: 1 } as const;
    expect(standingOf(review(approved), reader()).apply).toBeNull();
    const frozen = 'The environment "production" is frozen: end of year';
    expect(standingOf(review({ ...approved, blocks: [frozen] }), reader()).apply).toBe(frozen);
    expect(standingOf(review({ state: "approved", given: 0 }), reader()).apply).toContain("0 of 1");
  });
  it("tells the standing decision, not one that was replaced", () => {
    const decision = { email: "ben@example.test", decision: "refuse", superseded: true } as const;
    const decisions = [decision, { ...decision, decision: "approve", superseded: false }];
    expect(standingOf(review({ decisions: decisions as never }), reader()).decided).toBe("approve");
  });
});

it("repeats the beginnings of both hashes", () =>
  expect(seenCode({ content: "ab".repeat(32), fingerprint: "cd".repeat(32) })).toBe(
    "abababababab-cdcdcdcdcdcd",
  ));

it("says of every state but the live ones how it ended and what to do", () => {
  expect(endingOf(review())).toBeNull();
  expect(endingOf(review({ state: "voided", stateReason: "the target changed" }))?.reason).toBe(
    "The target changed",
  );
  expect(endingOf(review({ state: "expired" }))?.again).toBe(true);
});

it("reads a review again when its time has passed, never at once and at least each hour", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");
  expect(untilExpired("2026-01-01T00:00:10Z", now)).toBe(11_000);
  expect(untilExpired("2025-12-31T00:00:00Z", now)).toBe(1_000);
  expect(untilExpired("2026-02-01T00:00:00Z", now)).toBe(3_600_000);
});
