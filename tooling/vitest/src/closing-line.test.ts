import { expect, it } from "vitest";
import { closingLine, parseClosingLine } from "./closing-line.ts";

it.each([
  [{ passed: 12, failed: 0, skipped: 0 }, "12 passed, 0 failed"],
  [{ passed: 0, failed: 3, skipped: 2 }, "0 passed, 3 failed, 2 skipped"],
])("%j reads %j, both ways", (counts, line) => {
  expect(closingLine(counts)).toBe(line);
  expect(parseClosingLine(`${line}\n`)).toEqual(counts);
});

it("is undefined for anything else", () => {
  expect(parseClosingLine("")).toBeUndefined();
});
