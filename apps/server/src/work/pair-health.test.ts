import type { JobStanding } from "@syncline/control-plane";
import { describe, expect, it } from "vitest";
import { differencesOf, healthOf } from "./pair-health.ts";

const AT = new Date("2026-11-21T10:00:00.000Z");
const NONE = { inserted: 0, updated: 0, deleted: 0, unchanged: 0, skipped: 0, conflicts: 0 };
const run = (state: string) => ({ id: "r", state: state as "succeeded", createdAt: AT, finishedAt: AT });
const ended = (state: string, counts: Partial<typeof NONE> = {}, complete = true) => ({
  newest: run(state),
  decided: { ...run(state), error: null, broken: false },
  whole: { ...run(state), counts: { ...NONE, ...counts }, patchId: null, complete },
});
const broken = (given: ReturnType<typeof ended>) => ({
  ...given,
  decided: { ...given.decided, broken: true },
});
const standing = (more: Partial<JobStanding> = {}): JobStanding => ({
  jobId: "j",
  name: "nightly",
  kind: "diff",
  enabled: true,
  source: "a:public:*",
  target: "b:public:*",
  tolerated: 0,
  nextFireAt: null,
  openConflicts: 0,
  newest: null,
  decided: null,
  whole: null,
  ...more,
});

describe("health of a pair", () => {
  it.each([
    ["unknown", "It has not run yet.", standing()],
    ["running", "A run waits to begin.", standing({ newest: run("queued") })],
    ["unknown", "Its run is paused.", standing({ newest: run("paused") })],
    ["unknown", "Its last runs were cancelled or skipped.", standing({ newest: run("cancelled") })],
    ["in-step", "Nothing differed.", standing(ended("succeeded"))],
    ["in-step", "The last run succeeded.", standing({ ...ended("succeeded", { updated: 7 }), kind: "copy" })],
    ["drifting", "1,234 rows differ.", standing(ended("succeeded", { inserted: 1_000, deleted: 234 }))],
    ["drifting", "1 row differs.", standing(ended("succeeded", { updated: 1 }))],
    ["drifting", "At least 5 rows differ.", standing(ended("succeeded", { updated: 5 }, false))],
    ["unknown", "The last comparison stopped before its end.", standing(ended("succeeded", {}, false))],
    [
      "in-step",
      "3 rows differ; up to 10 are put up with.",
      standing({ ...ended("succeeded", { updated: 3 }), kind: "watch", tolerated: 10 }),
    ],
    ["conflicting", "1 row waits for a decision.", standing({ ...ended("conflicted"), openConflicts: 1 })],
    ["drifting", "At least 5 rows differ.", standing(ended("partial", { updated: 5 }, false))],
    [
      "failing",
      "The last run did a part of its tables only.",
      standing(broken(ended("partial", { updated: 5 }))),
    ],
    [
      "failing",
      "The last run did a part of its tables only.",
      standing({ ...ended("partial"), kind: "copy" }),
    ],
    ["failing", "The last run failed.", standing({ ...ended("failed"), openConflicts: 3 })],
  ])("is %s: %s", (health, reason, given) => {
    expect(healthOf(given)).toEqual({ health, reason });
  });

  it("stays what was found while the next run is under way", () => {
    const given = standing({ ...ended("succeeded", { updated: 2 }), newest: run("running") });
    expect(healthOf(given).health).toBe("drifting");
  });

  it("says why a run failed", () => {
    const error = {
      code: "table.missing",
      message: 'There is no table "users".',
      hint: null,
      retryable: false,
    };
    expect(healthOf(standing({ decided: { ...run("failed"), error, broken: false } })).reason).toBe(
      'The last run failed: There is no table "users".',
    );
  });
});

describe("differences of a pair", () => {
  it("are those of comparisons alone", () => {
    const counts = { inserted: 1, updated: 2, deleted: 3 };
    expect(differencesOf(standing(ended("succeeded", counts)))).toMatchObject(counts);
    expect(differencesOf(standing({ ...ended("succeeded", counts), kind: "copy" }))).toBeNull();
  });
});
