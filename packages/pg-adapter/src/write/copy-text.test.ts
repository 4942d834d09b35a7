import { expect, it } from "vitest";
import { copyLine, rowLiteral } from "./copy-text.ts";

it("escapes what COPY reads as something else", () => {
  expect(copyLine([null, "", "\\N", "a\tb\nc\rd\\", "\\."])).toBe("\\N\t\t\\\\N\ta\\tb\\nc\\rd\\\\\t\\\\.\n");
});

it("writes a row value with NULL, empty text, quotes and backslashes", () => {
  expect(rowLiteral([null, "", 'a"b\\c', "(,)"])).toBe('(,"","a""b\\\\c","(,)")');
});
