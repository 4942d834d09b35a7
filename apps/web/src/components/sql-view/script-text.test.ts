import { expect, it } from "vitest";
import { scriptText } from "./script-text.ts";

const page = (from: number, count: number, next: string | null) => ({
  head: "-- about\n\nBEGIN;\n",
  tail: "\nCOMMIT;\n",
  next,
  items: Array.from({ length: count }, (_, at) => ({
    n: from + at,
    change: 0,
    table: "t",
    kind: "insert" as const,
    text: `statement ${from + at};`,
    cut: from + at === 2,
  })),
});

it("is the whole script when all pages are there, each line with its number", () => {
  const { text, numbers } = scriptText([page(1, 2, "2"), page(3, 1, null)], 0);
  expect(text.split("\n")).toEqual([
    "-- about",
    "",
    "BEGIN;",
    "statement 1;",
    "statement 2; … (the file has the rest)",
    "statement 3;",
    "COMMIT;",
  ]);
  expect(numbers).toEqual([null, null, null, 1, 2, 3, null]);
});

it("has neither beginning nor end in the middle", () => {
  const { text, numbers } = scriptText([page(11, 2, "12")], 10);
  expect(text).toBe("statement 11;\nstatement 12;");
  expect(numbers).toEqual([11, 12]);
  expect(scriptText([], 0)).toEqual({ text: "", numbers: [] });
});
