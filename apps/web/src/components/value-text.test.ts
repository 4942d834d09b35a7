import { expect, it } from "vitest";
import { visibleParts } from "./value-text.ts";

const shown = (text: string) =>
  visibleParts(text)
    .map(({ text: part, hidden }) => (hidden ? `[${part}]` : part))
    .join("");

it("shows blanks where they would not be seen, and leaves those between words alone", () => {
  expect(shown("a b")).toBe("a b");
  expect(shown(" a b ")).toBe("[·]a b[·]");
  expect(shown("a  b")).toBe("a[··]b");
  expect(shown("   ")).toBe("[···]");
  expect(shown("")).toBe("");
});

it("shows what has no shape, and what would turn the direction of writing", () => {
  expect(shown("a\tb\r\n")).toBe("a[⇥]b[␍⏎]");
  expect(shown("a\u00a0b")).toBe("a[⍽]b");
  expect(shown("a\u202eb\u200bc")).toBe("a[⟨U+202E⟩]b[⟨U+200B⟩]c");
});

it("leaves letters of every script as they are", () => {
  expect(shown("שלום 👩‍👩‍👧 é")).toContain("שלום");
  expect(shown("日本語")).toBe("日本語");
});

it("leaves signs together that are joined to one, and shows a joiner that joins nothing", () => {
  for (const sign of ["👩‍👩‍👧‍👦", "🏳️‍🌈", "👩🏽‍🚀"]) expect(shown(sign)).toBe(sign);
  expect(shown("a\u200db")).toBe("a[⟨U+200D⟩]b");
  expect(shown("👩\u200d")).toBe("👩[⟨U+200D⟩]");
});
