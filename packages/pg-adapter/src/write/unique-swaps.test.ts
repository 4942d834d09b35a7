import { describe, expect, it } from "vitest";
import { planLayers } from "./unique-swaps.ts";

const waits = (...pairs: [seq: number, blocker: number][]) =>
  pairs.map(([seq, blocker]) => ({ seq: String(seq), blocker: String(blocker) }));

describe("the plan for values that are handed on", () => {
  it("orders a chain from its free end", () => {
    const plan = planLayers(waits([1, 2], [2, 3]));
    expect(plan.parked.size).toBe(0);
    expect(Object.fromEntries(plan.layers)).toEqual({ 1: 2, 2: 1, 3: 0 });
  });

  it("parks one row of a circle, which moves last", () => {
    const plan = planLayers(waits([1, 2], [2, 3], [3, 1]));
    expect([...plan.parked]).toEqual(["1"]);
    expect(Object.fromEntries(plan.layers)).toEqual({ 3: 0, 2: 1, 1: 2 });
  });

  it("parks every giver of a chain that is too long for a statement a link", () => {
    const plan = planLayers(
      waits(...Array.from({ length: 100 }, (_, at) => [at, at + 1] as [number, number])),
    );
    expect(plan.parked.size).toBe(100);
    expect(new Set(plan.layers.values())).toEqual(new Set([0]));
  });

  it("parks all members where circles meet", () => {
    const plan = planLayers(waits([1, 2], [2, 1], [2, 3], [3, 2]));
    expect([...plan.parked].sort()).toEqual(["1", "2", "3"]);
  });
});
