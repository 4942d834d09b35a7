import { describe, expect, it } from "vitest";
import { CodedError } from "../errors/coded-error.ts";
import { readJson } from "./json-reader.ts";

function failure(text: string): CodedError {
  try {
    readJson(text);
  } catch (error) {
    if (error instanceof CodedError) return error;
    throw error;
  }
  throw new Error("accepted");
}

describe("readJson", () => {
  it("keeps digits and any key", () => {
    expect(readJson("\uFEFF{}")).toMatchObject({ kind: "object" });
    const read = readJson(
      '{"a": 12345678901234567890.10, "__proto__": [true, null, "\\u00e9\\n\\ud83d\\udc18"]}',
    );
    if (read.kind !== "object") throw new Error("not an object");
    expect(read.entries.get("a")).toEqual({ kind: "number", text: "12345678901234567890.10", at: 6 });
    expect(read.entries.get("__proto__")).toMatchObject({
      items: [{ value: true }, { kind: "null" }, { value: "é\n🐘" }],
    });
  });

  const bad: readonly (readonly [string, number, number, RegExp])[] = [
    ["", 1, 1, /found the end/],
    ["{", 1, 2, /key in double quotes, found the end/],
    ["{'a':1}", 1, 2, /key in double quotes, found "'"/],
    ['{"a" 1}', 1, 6, /expected ":", found "1"/],
    ['{"a":1,}', 1, 8, /key in double quotes, found "}"/],
    ['{"a":[1,]}', 1, 9, /JSON value, found "\]"/],
    ['{"a":01}', 1, 7, /"," or "}"/],
    ['{"a":.5}', 1, 6, /JSON value/],
    ['{"a":+5}', 1, 6, /JSON value/],
    ['{"a":NaN}', 1, 6, /JSON value/],
    ['{"a":True}', 1, 6, /JSON value/],
    ['{"a":nullx}', 1, 10, /"," or "}"/],
    ['{"a":"x', 1, 6, /no end/],
    ['{"a":"\t"}', 1, 6, /control character/],
    ['{"a":"\\x"}', 1, 6, /unknown escape/],
    ['{"a":1} x', 1, 9, /end of the filter/],
    ['{\n  "a": 1,\n  "a": 2\n}', 3, 3, /"a" stands there twice/],
    ['{"a":1,"\\u0061":2}', 1, 8, /twice/],
    ['{"a":🐘}', 1, 6, /found "🐘"/],
    [`${"[".repeat(70)}`, 1, 66, /deeper than 64/],
  ];
  for (const [text, line, column, message] of bad) {
    it(JSON.stringify(text.slice(0, 30)), () => {
      const error = failure(text);
      expect(error.code).toBe("filter.invalid");
      expect(error.details).toEqual({ line, column });
      expect(error.message).toMatch(message);
    });
  }

  it("shows the line with a caret below the place", () => {
    expect(failure('{\n  "where": {"a" 1}\n}').message.split("\n").slice(1)).toEqual([
      '    "where": {"a" 1}',
      `  ${" ".repeat(16)}^`,
    ]);
    expect(failure(`{"a": "${"x".repeat(500)}" 1}`).message.length).toBeLessThan(400);
  });

  it("reads megabytes without running out of stack, and refuses more", () => {
    expect(readJson(`{"a":"${"x\\n".repeat(1_000_000)}"}`).kind).toBe("object");
    expect(failure(`"${"x".repeat(5_000_000)}"`).message).toMatch(/longer than/);
    expect(failure(`{"a":"${"x".repeat(1_000_000)}`).message).toMatch(/no end/);
    expect(failure("[".repeat(1_000_000)).message).toMatch(/deeper/);
  });
});
