import { describe, expect, it } from "vitest";
import { parseAllowedKeys } from "./allowed-keys.ts";

const KEYS = [
  ["a b", "1"],
  ['x"[y]', "2"],
];

describe("an allow-list", () => {
  it.each([
    ["a key a line", '["a b", 1]\n["x\\"[y]", "2"]\n'],
    ["a list", '[["a b", 1], ["x\\"[y]", "2"]]'],
    ["a list over several lines", '[\n  ["a b", 1],\n  [\n    "x\\"[y]",\n    "2"\n  ]\n]'],
  ])("takes keys of several columns as %s", (_form, text) => {
    expect(parseAllowedKeys(text, "f", 2)).toEqual(KEYS);
  });

  it("takes one key of several columns", () => {
    expect(parseAllowedKeys('["a b", 1]', "f", 2)).toEqual([["a b", "1"]]);
  });

  it("takes keys of one column as lines and as a list", () => {
    expect(parseAllowedKeys("# mine\r\n1\r\n\r\n2\r\n", "f", 1)).toEqual([["1"], ["2"]]);
    expect(parseAllowedKeys('\ufeff[\n1,\n"2"]', "f", 1)).toEqual([["1"], ["2"]]);
  });

  it.each(["[1.5]", "[null]", "[1", "[[1, 2]]"])("refuses %s", (text) => {
    expect(() => parseAllowedKeys(text, "f", 1)).toThrow();
  });
});
