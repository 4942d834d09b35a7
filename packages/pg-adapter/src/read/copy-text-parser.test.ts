import { describe, expect, it } from "vitest";
import { CopyTextParser } from "./copy-text-parser.ts";

/** What the parser makes of the bytes, cut into chunks of every size. */
function parse(columns: number, text: string): unknown[] {
  const bytes = Buffer.from(text, "utf8");
  const all = [1, 2, 3, 7, bytes.length].map((size) => {
    const parser = new CopyTextParser(columns);
    const rows: unknown[] = [];
    for (let at = 0; at < bytes.length; at += size) rows.push(...parser.push(bytes.subarray(at, at + size)));
    return rows;
  });
  for (const rows of all) expect(rows).toEqual(all[0]);
  return all[0] ?? [];
}

describe("rows of COPY's text format", () => {
  it("NULL is not the text of two characters", () => {
    expect(parse(3, "\\N\t\\\\N\tN\n")).toEqual([[null, "\\N", "N"]]);
  });
  it("empty text, one column, no column", () => {
    expect(parse(1, "\n\\N\n\n")).toEqual([[""], [null], [""]]);
    expect(parse(2, "\t\n")).toEqual([["", ""]]);
    expect(parse(0, "\n\n")).toEqual([[], []]);
    expect(parse(1, "")).toEqual([]);
  });
  it("every escape, and characters of several bytes cut in two", () => {
    expect(parse(2, "\\b\\f\\n\\r\\t\\v\\\\n\té€😀\\\\\n")).toEqual([["\b\f\n\r\t\v\\n", "é€😀\\"]]);
  });
});
