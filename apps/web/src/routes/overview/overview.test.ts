import type { Overview, ServerEvent } from "@syncline/api";
import { describe, expect, it } from "vitest";
import { afterEvent } from "./after-event.ts";
import { groupPairs, healthCounts } from "./group-pairs.ts";
import type { Pair } from "./overview-query.ts";
import { barHeights, roundTop } from "./trend-bars.ts";

const pair = (name: string, source: string, target: string, health: Pair["health"]) =>
  ({ name, source, target, health, environments: { source: null, target: null } }) as Pair;

describe("pairs", () => {
  it("of the same two places are one group, whichever is the source, worst first", () => {
    const groups = groupPairs([
      pair("a", "x", "y", "failing"),
      pair("b", "p", "q", "drifting"),
      pair("c", "y", "x", "in-step"),
    ]);
    expect(groups.map(({ pairs }) => pairs.map(({ name }) => name))).toEqual([["a", "c"], ["b"]]);
  });

  it("are counted by health", () => {
    const pairs = [
      pair("a", "x", "y", "in-step"),
      pair("b", "x", "y", "failing"),
      pair("c", "x", "y", "in-step"),
    ];
    expect(healthCounts(pairs)).toEqual([
      { health: "failing", count: 1 },
      { health: "in-step", count: 2 },
    ]);
  });
});

describe("an event", () => {
  const overview = { running: [{ id: "r", progress: null }] } as unknown as Overview;
  const event = (runId: string | null, type = "run.progress"): ServerEvent => ({
    id: 1,
    runId,
    type,
    payload: { phase: "reading", rows: 7, tables: [] },
    at: "",
  });
  it("of progress is shown at its run", () => {
    expect(afterEvent(overview, event("r")).running[0]?.progress).toMatchObject({
      phase: "reading",
      rows: 7,
      bytes: 0,
    });
  });
  it("about something else changes nothing", () => {
    for (const other of [event("x"), event(null), event("r", "run.failed")])
      expect(afterEvent(overview, other)).toBe(overview);
  });
});

describe("bars", () => {
  it("end at a round number", () => {
    expect([0, 3, 9, 14, 260, 999, 1_000_000].map(roundTop)).toEqual([1, 5, 10, 20, 500, 1_000, 1_000_000]);
  });
  it("stand on each other, and what is there at all is seen", () => {
    expect(barHeights([50, 0, 50], { top: 100, height: 40 })).toEqual([20, 0, 20]);
    expect(barHeights([1, 10_000], { top: 10_000, height: 40 })).toEqual([1.5, 40]);
  });
});
