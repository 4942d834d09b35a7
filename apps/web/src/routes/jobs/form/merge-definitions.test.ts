import { jobSchema } from "@syncline/api";
import { expect, it } from "vitest";
import { differencesOf, mergedDefinition } from "./merge-definitions.ts";

const before = jobSchema.parse({
  name: "a",
  kind: "diff",
  source: "a:b:*",
  target: "c:d:*",
  mapTable: { x: "1", y: "2" },
  timeout: "5m",
});

it("finds what each changed, and where they clash", () => {
  const mine = { ...before, name: "mine", parallel: 4, mapTable: { y: "2", x: "1" } };
  const theirs = { ...before, name: "theirs", description: "d", parallel: 4 };
  expect(differencesOf(before, mine, theirs).map(({ field, clash }) => [field, clash])).toEqual([
    ["name", true],
    ["parallel", false],
    ["description", false],
  ]);
});

it("puts my changes on theirs, removals too", () => {
  const { timeout: _, ...mine } = { ...before, parallel: 4 };
  const theirs = { ...before, description: "d", schema: ["x"] };
  expect(mergedDefinition(before, mine, theirs)).toEqual({
    ...mine,
    description: "d",
    schema: ["x"],
  });
});
