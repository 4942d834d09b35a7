import { expect, it } from "vitest";
import { changedPart, fitChanged } from "./changed-part.ts";
import { displayBytes, displayCount, displayDuration, displayPercent } from "./display-number.ts";
import { changedLines } from "./multi-line.ts";
import { cutText, textWidth } from "./text-width.ts";
import { visibleText } from "./visible-text.ts";

it.each([
  ["plain ünï 山田 🐘", "plain ünï 山田 🐘"],
  ["a\nb\tc\rd", "a↵b⇥c␍d"],
  ["\u001b[2J\u0007\0\u007f", "␛[2J␇␀␡"],
  ["\u009b31m", "‹U+009B›31m"],
  ["\u202eabc\u2066\u200b\ufeff", "‹U+202E›abc‹U+2066›‹U+200B›‹U+FEFF›"],
  ["\ud83d", "‹U+D83D›"],
])("shows %j as %j", (text, shown) => expect(visibleText(text)).toBe(shown));

it.each([
  ["abc", 3],
  ["山田", 4],
  ["e\u0301", 1],
  ["🐘", 2],
  ["ﾊﾝ", 2],
  ["ＡＢ", 4],
  ["", 0],
])("measures %j as %i columns", (text, width) => expect(textWidth(text)).toBe(width));

it.each([
  ["abcdef", 6, "abcdef"],
  ["abcdef", 5, "abcd…"],
  ["山田太郎", 5, "山田…"],
  ["山田太郎", 4, "山…"],
  ["abc", 1, "…"],
  ["abc", 0, ""],
])("cuts %j to %i columns", (text, width, cut) => expect(cutText(text, width)).toBe(cut));

it("finds the differing part without cutting characters", () => {
  expect(changedPart("active", "inactive")).toEqual({ head: "", before: "", after: "in", tail: "active" });
  expect(changedPart("a🐘b", "a🐙b")).toEqual({ head: "a", before: "🐘", after: "🐙", tail: "b" });
  expect(changedPart("aa", "aaa")).toEqual({ head: "aa", before: "", after: "a", tail: "" });
});

it.each([10, 12, 20, 40])("keeps the differing part in sight within %i columns", (width) => {
  const shown = fitChanged("x".repeat(50), "NEW", "y".repeat(50), width, (text) => text);
  expect(shown).toContain("NEW");
  expect(textWidth(shown)).toBeLessThanOrEqual(width);
});

it("shows shared lines of two values once", () => {
  const lines = changedLines("one\ntwo\nthree", "one\n2\nthree\nfour").map(({ mark, text }) => mark + text);
  expect(lines).toEqual([" one", "-two", "+2", " three", "+four"]);
});

it("never rounds something to nothing or to all", () => {
  expect([
    displayPercent(0, 9),
    displayPercent(9, 9),
    displayPercent(1, 1e6),
    displayPercent(999_999, 1e6),
    displayPercent(1, 3),
  ]).toEqual(["0 %", "100 %", "< 0.1 %", "> 99.9 %", "33.3 %"]);
  expect([
    displayCount(1_234_567),
    displayBytes(999),
    displayBytes(1_500_000),
    displayDuration(0),
    displayDuration(61_000),
  ]).toEqual(["1,234,567", "999 B", "1.5 MB", "1 ms", "1 min 1 s"]);
});
