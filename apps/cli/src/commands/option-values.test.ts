import { InvalidArgumentError } from "commander";
import { describe, expect, it } from "vitest";
import {
  collectAssignments,
  collectList,
  parseCount,
  parseDuration,
  parsePercent,
  parsePositiveCount,
} from "./option-values.ts";

describe("option values", () => {
  it("reads durations, seconds by default", () => {
    expect(["500ms", "30s", "1.5m", "1h", "2"].map(parseDuration)).toEqual([
      500, 30_000, 90_000, 3_600_000, 2000,
    ]);
  });

  it.each(["", "-1s", "5d", "1e3", "ten"])("refuses the duration %j", (text) => {
    expect(() => parseDuration(text)).toThrow(InvalidArgumentError);
  });

  it.each([
    [parseCount, "1.5"],
    [parseCount, "0x10"],
    [parsePositiveCount, "0"],
    [parsePercent, "101"],
    [parsePercent, "5 %"],
    [collectList, "a,,b"],
    [collectAssignments, "=x"],
    [collectAssignments, "price="],
    [collectAssignments, "price"],
  ])("refuses what is malformed (%#)", (parse, text) => {
    expect(() => parse(text)).toThrow(InvalidArgumentError);
  });

  it("splits an assignment at its first =, and refuses a name given twice", () => {
    const first = collectAssignments("note=a=b");
    expect(first).toEqual([{ name: "note", value: "a=b" }]);
    expect(() => collectAssignments("note=c", first)).toThrow(/twice/);
  });

  it("collects repeated lists", () => {
    expect(collectList("b , c", collectList("a"))).toEqual(["a", "b", "c"]);
  });
});
