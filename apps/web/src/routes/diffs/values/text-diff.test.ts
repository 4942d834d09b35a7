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
    next[10] = "another line\n";
    next.splice(19_000, 1);
    const changed = diffText(lines.join(""), next.join("")).filter(({ kind }) => kind !== "same");
    expect(changed.map(({ kind, text }) => [kind, text.split("\n").length])).toEqual([
      ["removed", 2],
      ["added", 2],
      ["removed", 2],
    ]);
    expect(changed[2]?.text).toContain("line 19000 of a long text");
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

it("finds one word in megabytes without a line", () => {
  const half = "0123456789abcdef".repeat(65_536);
  const parts = shortened(diffText(`${half} one ${half}`, `${half} two ${half}`), 10);
  expect(parts.map(({ kind, text }) => [kind, text])).toEqual([
    ["same", "…789abcdef "],
    ["removed", "one"],
    ["added", "two"],
    ["same", " 012345678…"],
  ]);
});

it("cuts what is too long to be read", () => {
  const [part] = shortened(diffText("x".repeat(10_000), ""), 10);
  expect(part?.text).toMatch(/^x{4000}… and 6,000 more characters$/);
});

it("shortens what is alike", () => {
  const long = "x ".repeat(500);
  const parts = shortened(diffText(`${long}red${long}`, `${long}blue${long}`), 20);
  expect(parts[0]?.text).toMatch(/^….{20}$/);
  expect(parts.at(-1)?.text).toMatch(/^.{20}…$/);
});
