import { expect, it } from "vitest";
import { changeText, compareDefinitions, compareTables, lengthChange } from "./compare-runs.ts";
import type { Run } from "./runs-query.ts";

const run = (tables: object[], more: object = {}) =>
  ({ progress: null, summary: { tables }, ...more }) as unknown as Run;

it("tables of both are beside each other, the greatest change first", () => {
  const a = run([
    { name: "users", inserted: 5 },
    { name: "gone", deleted: 1 },
    { name: "same", updated: 2 },
  ]);
  const b = run([
    { name: "users", inserted: 50 },
    { name: "same", updated: 2 },
  ]);
  expect(compareTables(a, b).map(({ name, change, b: of }) => [name, change, of === null])).toEqual([
    ["users", 45, false],
    ["gone", -1, true],
    ["same", 0, false],
  ]);
  expect([45, -1, 0, -1_200].map(changeText)).toEqual(["+45", "−1", "as many", "−1,200"]);
});

it("settings that differ are told, with those that only one has", () => {
  const a = { kind: "diff", name: "x", schema: ["a"], parallel: 2 } as never;
  const b = { kind: "diff", name: "x", schema: ["a", "b"], parallel: 2, maxDifferences: 5 } as never;
  expect(compareDefinitions(a, b)).toEqual([
    { name: "Max differences", a: null, b: "5" },
    { name: "Schema", a: "a", b: "a, b" },
  ]);
});

it("lengths are compared of runs that have ended", () => {
  const at = (seconds: number) => new Date(seconds * 1000).toISOString();
  const ended = (seconds: number) => run([], { startedAt: at(0), finishedAt: at(seconds) });
  expect(lengthChange(ended(10), ended(25))).toBe(2.5);
  expect(lengthChange(ended(10), run([], { startedAt: at(0), finishedAt: null }))).toBeNull();
});
