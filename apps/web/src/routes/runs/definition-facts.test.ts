import { expect, it } from "vitest";
import { definitionFacts, labelOf } from "./definition-facts.ts";

it("settings are told in words, without those that say nothing", () => {
  const definition = {
    kind: "copy",
    name: "nightly",
    source: "a",
    target: "b",
    schema: [],
    ignoreFields: ["x", "y"],
    schedule: { every: "30m", missed: "once" },
    dryRun: false,
    incremental: true,
    filter: { where: { id: 1 } },
  } as never;
  expect(definitionFacts(definition)).toEqual([
    ["Ignore fields", "x, y"],
    ["Schedule", "every 30m, missed once"],
    ["Incremental", "yes"],
    ["Filter", 'where {"id":1}'],
  ]);
  expect(labelOf("maxDeletePercent")).toBe("Max delete percent");
});
