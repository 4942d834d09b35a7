import { describe, expect, it } from "vitest";
import { etaText, rateText, shareDone } from "./eta-text.ts";

describe("how long it will take", () => {
  it.each([
    [[0, 0], "no time"],
    [[0, 1], "under 1 s"],
    [[2, 4.2], "under 5 s"],
    [[30, 35], "about 35 s"],
    [[7, 16], "7 to 16 s"],
    [[40, 90], "40 s to 2 min"],
    [[120, 240], "2 to 4 min"],
    [[3_500, 7_200], "58 min to 2 h"],
    [[4_200, 7_800], "1 h 10 min to 2 h 10 min"],
    [[3_600, 10_800], "1 to 3 h"],
    [[89, 150], "1 to 3 min"],
  ] as const)("%j is %s", (range, text) => {
    expect(etaText(range)).toBe(text);
  });
});

it("rates are in whole rows, slow ones with a tenth", () => {
  expect([rateText(0), rateText(3.27), rateText(12_345.6)]).toEqual([null, "3.3 rows/s", "12,346 rows/s"]);
});

it("an estimate that was too low is not more than all", () => {
  expect([shareDone(5, 10), shareDone(15, 10), shareDone(5, null), shareDone(0, 0)]).toEqual([
    0.5,
    1,
    null,
    null,
  ]);
});
