import { seed } from "@syncline/tooling-vitest";
import fc from "fast-check";
import { expect, it } from "vitest";
import { orderedComponents } from "./strongly-connected.ts";

const graph = fc.integer({ min: 1, max: 9 }).chain((size) =>
  fc.record({
    size: fc.constant(size),
    edges: fc.array(fc.tuple(fc.nat(size - 1), fc.nat(size - 1)), { maxLength: 16 }),
  }),
);

function reachable(size: number, edges: readonly (readonly [number, number])[]): boolean[][] {
  const reach = Array.from({ length: size }, (_, from) =>
    Array.from({ length: size }, (_, to) => from === to),
  );
  for (let round = 0; round < size; round += 1) {
    for (const [from, to] of edges) {
      for (const row of reach) if (row[from]) row[to] = true;
    }
  }
  return reach;
}

it("groups what reaches each other, and orders the groups along the edges", () => {
  fc.assert(
    fc.property(graph, ({ size, edges }) => {
      const components = orderedComponents(size, edges);
      expect(components.flat().sort((a, b) => a - b)).toEqual(Array.from({ length: size }, (_, at) => at));
      const reach = reachable(size, edges);
      const groupOf = (node: number) => components.findIndex((members) => members.includes(node));
      for (let a = 0; a < size; a += 1) {
        for (let b = 0; b < size; b += 1) {
          expect(groupOf(a) === groupOf(b)).toBe(Boolean(reach[a]?.[b] && reach[b]?.[a]));
        }
      }
      for (const [from, to] of edges) expect(groupOf(from)).toBeLessThanOrEqual(groupOf(to));
    }),
    { seed },
  );
});

it("keeps the given order where nothing else is asked for", () => {
  expect(orderedComponents(4, [])).toEqual([[0], [1], [2], [3]]);
  expect(orderedComponents(4, [[3, 0]])).toEqual([[1], [2], [3], [0]]);
});
