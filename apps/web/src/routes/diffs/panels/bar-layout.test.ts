import { expect, it } from "vitest";
import { barLayout } from "./bar-layout.ts";

const area = { width: 100, height: 50 };
const bar = (insert: number, remove: number) => ({
  parts: [
    { kind: "insert", count: insert },
    { kind: "delete", count: remove },
  ],
});

it("fills the area: the highest bar reaches its top", () => {
  const [first, second] = barLayout([bar(10, 30), bar(0, 20)], area);
  expect(first?.parts).toEqual([
    { kind: "insert", y: 37.5, height: 12.5 },
    { kind: "delete", y: 0, height: 37.5 },
  ]);
  expect(second?.parts).toEqual([{ kind: "delete", y: 25, height: 25 }]);
  expect([first?.x, second?.x]).toEqual([0, 50]);
});

it("shows what is there at all, and nothing where there is nothing", () => {
  const [small, , none] = barLayout([bar(1, 0), bar(1_000_000, 0), bar(0, 0)], area);
  expect(small?.parts[0]?.height).toBeGreaterThan(1);
  expect(none?.parts).toEqual([]);
  expect(barLayout([], area)).toEqual([]);
});
