import { describe, expect, it } from "vitest";
import { claimText, lengthText, placesOf, triggerText, waitText } from "./run-words.ts";

describe("a run in words", () => {
  it("says who or what started it", () => {
    expect(triggerText({ trigger: "manual", requestedBy: "user:ada@x.example key:1" })).toBe(
      "started by ada@x.example",
    );
    expect(triggerText({ trigger: "schedule", requestedBy: "service" })).toBe("by its schedule");
  });

  it("says how long it took or has taken", () => {
    const startedAt = "2026-11-21T10:00:00.000Z";
    const now = Date.parse("2026-11-21T10:01:05.000Z");
    expect(lengthText({ startedAt: null, finishedAt: null }, now)).toBeNull();
    expect(lengthText({ startedAt, finishedAt: null }, now)).toBe("1 min 5 s");
    expect(lengthText({ startedAt, finishedAt: "2026-11-21T10:00:00.850Z" }, now)).toBe("850 ms");
  });

  it("says why it does not go on", () => {
    const run = { state: "queued", waitsFor: null, notBefore: null, attempt: 1 } as const;
    expect(waitText(run)).toBe("It waits for a worker to take it.");
    expect(waitText({ ...run, waitsFor: 'the target of run "x"' })).toBe(
      'It waits for the target of run "x".',
    );
    expect(waitText({ ...run, state: "waiting", attempt: 2 })).toBe(
      "Attempt 2 failed; the next one follows by itself.",
    );
    expect(waitText({ ...run, state: "running" })).toBeNull();
  });

  it("knows the places of kinds that have one", () => {
    expect(placesOf({ kind: "undo", target: "b:public:*" } as never)).toEqual(["b:public:*"]);
  });
});

it("a unit that lost its worker says so, before and after another took it", () => {
  expect(claimText({ state: "running", claims: 1, losses: 0 })).toBeNull();
  expect(claimText({ state: "ready", claims: 1, losses: 1 })).toBe("its worker was lost; waits for another");
  expect(claimText({ state: "running", claims: 2, losses: 1 })).toBe("taken over after a worker was lost");
  expect(claimText({ state: "done", claims: 3, losses: 2 })).toBe("taken over after 2 workers were lost");
  expect(claimText({ state: "running", claims: 2, losses: 0 })).toBe("taken 2 times");
});
