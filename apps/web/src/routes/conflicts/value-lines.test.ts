import { expect, it } from "vitest";
import { comparedLines, layOutJson } from "./value-lines.ts";

it("lays JSON out and keeps every digit and every escape", () => {
  expect(layOutJson('{"a": 12345678901234567890.10, "b": [], "c": ["x, {y}", null], "d": {}}')).toBe(
    '{\n  "a": 12345678901234567890.10,\n  "b": [],\n  "c": [\n    "x, {y}",\n    null\n  ],\n  "d": {}\n}',
  );
  expect(layOutJson('"\\"quoted\\\\"')).toBe('"\\"quoted\\\\"');
  expect(layOutJson("no json at all")).toContain("json");
});

it("marks lines that not all values have, wherever they stand", () => {
  const marked = comparedLines(["a\nb\nc", "a\nc\nd"], false).map((lines) =>
    lines.map(({ text, differs }) => (differs ? `[${text}]` : text)).join(" "),
  );
  expect(marked).toEqual(["a [b] c", "a c [d]"]);
});

it("a comma behind a member makes no difference", () => {
  const [one = []] = comparedLines(['{"a": 1, "b": 2}', '{"b": 2, "a": 1}'], true);
  expect(one.filter(({ differs }) => differs)).toEqual([]);
});
