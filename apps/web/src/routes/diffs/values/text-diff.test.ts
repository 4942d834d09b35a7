import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { diffSequences } from "./sequence-diff.ts";
import { diffText, shortened } from "./text-diff.ts";

const shown = (old: string, next: string) =>
  diffText(old, next)
    .map(({ kind, text }) => (kind === "same" ? text : kind === "removed" ? `[-${text}-]` : `[+${text}+]`))
    .join("");

describe("words", () => {
  it.each([
    ["a red shoe", "a blue shoe", "a [-red-][+blue+] shoe"],
    ["", "new", "[+new+]"],
    ["gone", "", "[-gone-]"],
    ["one two three", "one three", "one [-two -]three"],
    ["same", "same", "same"],
    ["Grüße, Zoë", "Grüße: Zoë", "Grüße[-,-][+:+] Zoë"],
    ["שלום עולם", "שלום חבר", "שלום [-עולם-][+חבר+]"],
  ])("%j to %j", (old, next, diff) => expect(shown(old, next)).toBe(diff));

  it("compares long texts by lines", () => {
    const lines = Array.from({ length: 20_000 }, (_, line) => `line ${line} of a long text\n`);
    const next = [...lines];
    next[12_345] = "another line\n";
    const changed = diffText(lines.join(""), next.join("")).filter(({ kind }) => kind !== "same");
    expect(changed).toEqual([
      { kind: "removed", text: "line 12345 of a long text\n" },
      { kind: "added", text: "another line\n" },
    ]);
  });

  it("gives up on texts that have nothing in common, and says so as a whole", () => {
    const old = Array.from({ length: 6_000 }, (_, at) => `a${at}`).join(" ");
    const next = Array.from({ length: 6_000 }, (_, at) => `b${at}`).join("-");
    const parts = diffText(old, next);
    expect(parts.map(({ kind }) => kind)).toEqual(["removed", "added"]);
  });
});

it("always leads from one to the other", () => {
  const letters = fc.array(fc.constantFrom("a", "b", "c", "d"), { maxLength: 40 });
  fc.assert(
    fc.property(letters, letters, (old, next) => {
      const steps = diffSequences(old, next);
      const take = (kinds: readonly string[], list: readonly string[], at: "oldAt" | "newAt") =>
        steps
          .filter(({ kind }) => kinds.includes(kind))
          .flatMap((step) => list.slice(step[at], step[at] + step.count));
      expect(take(["same", "removed"], old, "oldAt")).toEqual(old);
      expect(take(["same", "added"], next, "newAt")).toEqual(next);
      for (const { kind, oldAt, newAt, count } of steps)
        if (kind === "same")
          expect(old.slice(oldAt, oldAt + count)).toEqual(next.slice(newAt, newAt + count));
    }),
  );
});

it("finds a shortest way", () => {
  const steps = diffSequences([..."ABCABBA"], [..."CBABAC"]);
  const edits = steps.reduce((sum, { kind, count }) => sum + (kind === "same" ? 0 : count), 0);
  expect(edits).toBe(5);
});

it("shortens what is alike", () => {
  const long = "x ".repeat(500);
  const parts = shortened(diffText(`${long}red${long}`, `${long}blue${long}`), 20);
  expect(parts[0]?.text).toMatch(/^….{20}$/);
  expect(parts.at(-1)?.text).toMatch(/^.{20}…$/);
});
