import { describe, expect, it } from "vitest";
import { survivesParsing } from "./whole-values.ts";

describe("what a type's input keeps of a text", () => {
  it.each([
    ["real", "0.1"],
    ["real", "3.4028235e+38"],
    ["real", "1e-45"],
    ["real", "-0.12345679"],
    ["real", "NaN"],
    ["real", "-Infinity"],
    ["double precision", "0.1234567890123456"],
    ["double precision", "1.7976931348623157e+308"],
    ["double precision", "5e-324"],
    ["double precision", "100000000000000000000"],
    ["date", "2020-02-29"],
    ["date", "2020-02-29 00:00:00"],
    ["date", "infinity"],
    ["name", "x".repeat(63)],
    ['"char"', "\\303"],
    ["text", "anything"],
  ])("%s keeps %s", (base, text) => expect(survivesParsing(base, text)).toBe(true));

  it.each([
    ["real", "0.1234567890123"],
    ["real", "16777217"],
    ["double precision", "0.12345678901234567890"],
    ["double precision", "9007199254740993"],
    ["date", "2020-02-29 10:00:00"],
    ["date", "2020-02-29 00:00:00.5"],
    ["name", "é".repeat(32)],
    ['"char"', "ab"],
  ])("%s loses part of %s", (base, text) => expect(survivesParsing(base, text)).toBe(false));
});
