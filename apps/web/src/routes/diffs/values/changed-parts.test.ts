import { expect, it } from "vitest";
import { changedParts, shownChange } from "./changed-parts.ts";

const text = (parts: readonly { readonly text: string }[]) => parts.map((part) => part.text).join("");
const marked = (parts: readonly { readonly text: string; readonly changed: boolean }[]) =>
  parts.map((part) => (part.changed ? `[${part.text}]` : part.text)).join("");

it.each([
  ["12.50", "12.5", { before: "12.5", old: "0", new: "", after: "" }],
  ["abc", "abc", { before: "abc", old: "", new: "", after: "" }],
  ["aa", "aaa", { before: "aa", old: "", new: "a", after: "" }],
  ["", "x", { before: "", old: "", new: "x", after: "" }],
  ["red shoe", "blue shoe", { before: "", old: "red", new: "blue", after: " shoe" }],
])("finds what differs between %j and %j", (old, next, parts) =>
  expect(changedParts(old, next)).toEqual(parts),
);

it("does not split a character", () => {
  // Both begin with the same half: U+1F600 and U+1F601.
  expect(changedParts("😀", "😁")).toEqual({ before: "", old: "😀", new: "😁", after: "" });
  // Both end with the same half: U+1F600 and U+1FA00.
  expect(changedParts("a😀", "a\u{1fa00}")).toEqual({ before: "a", old: "😀", new: "\u{1fa00}", after: "" });
});

it("shows short values whole", () => {
  const { old, new: next } = shownChange("12.50", "12.75", 60);
  expect([marked(old), marked(next)]).toEqual(["12.[50]", "12.[75]"]);
});

it("leaves nothing out of what fits", () => {
  const { old, new: next } = shownChange("Subject of the seventh 7", "Subject of the seventh 7  ", 30);
  expect([marked(old), marked(next)]).toEqual(["Subject of the seventh 7", "Subject of the seventh 7[  ]"]);
});

it("shows long values around what differs", () => {
  const lead = "x".repeat(5_000);
  const { old, new: next } = shownChange(`${lead}red${lead}`, `${lead}blue${lead}`, 40);
  expect(marked(old)).toContain("…xxxxxxxx[red]xxx");
  expect(marked(next)).toContain("…xxxxxxxx[blue]xxx");
  for (const line of [old, next]) {
    expect(text(line).length).toBeLessThanOrEqual(41);
    expect(text(line).endsWith("…")).toBe(true);
  }
});

it("marks nothing where all is new", () => {
  const { old, new: next } = shownChange("active", "paid", 40);
  expect([marked(old), marked(next)]).toEqual(["active", "paid"]);
});
