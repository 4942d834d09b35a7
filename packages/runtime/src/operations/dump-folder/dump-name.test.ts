import { describe, expect, it } from "vitest";
import { dumpMatchers, dumpNameAt, dumpSegments, isDumpPattern } from "./dump-name.ts";

const AT = new Date("2026-01-31T12:30:05.007Z");

it.each(["users.ndjson", "nightly/users.ndjson.gz.age", "a b.csv", "größe-表.yaml", "a/b/c/d/e/f/g/h"])(
  "takes %s",
  (name) => expect(dumpSegments(name).join("/")).toBe(name),
);

/** Names that lead elsewhere, are hidden, or mean something else to other systems and eyes. */
const HOSTILE = [
  "",
  "/etc/passwd",
  "//host/share",
  "..",
  "../x",
  "a/../../x",
  "a/..",
  ".",
  "./x",
  "a/./b",
  "a//b",
  "a/",
  ".syncline/entries/x.json",
  "a/.hidden",
  "...",
  "a\\b",
  "..\\x",
  "C:\\x",
  "C:x",
  "file:stream",
  "a\0b",
  "a\nb",
  "a\rb",
  "a\u001b[2Jb",
  "a\u007f",
  "a\u0085b",
  "a\u2028b",
  "a\u202egpj.exe",
  "a\u200bb",
  "\ufeffa",
  "a\ud800",
  " a",
  "a ",
  "a.",
  "a /b",
  `${"a".repeat(201)}`,
  "ä".repeat(101),
  "a/b/c/d/e/f/g/h/i",
  `${"a".repeat(200)}/`.repeat(6),
];

describe.each(HOSTILE)("%j", (name) => {
  it("is refused", () => expect(() => dumpSegments(name)).toThrow(/is no name inside the dump folder/));
  it("is refused with a time, too", () => expect(() => dumpNameAt(name, AT)).toThrow());
  it("is told without what cannot be seen", () => {
    let told = "";
    try {
      dumpSegments(name);
    } catch (error) {
      told = (error as Error).message;
    }
    expect(told).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});

it("puts the instant where it is wanted, so that names sort by time", () => {
  expect(dumpNameAt("n/{time}.sql", AT)).toBe("n/2026-01-31T12-30-05.007Z.sql");
  expect(dumpNameAt("users.csv", AT)).toBe("users.csv");
});

it.each(["{date}.sql", "{time", "a*.sql", "a}"])("a name for writing holds nothing else: %s", (name) =>
  expect(() => dumpNameAt(name, AT)).toThrow(/which no name has/),
);

it.each([
  ["n/users-*.ndjson", "n/users-1.ndjson", true],
  ["n/users-*.ndjson", "n/users-1.ndjson.gz", false],
  ["n/users-*.ndjson", "n/x/users-1.ndjson", false],
  ["n/users-{time}.ndjson", "n/users-2026-01-31T12-30-05.007Z.ndjson", true],
  ["*/a.b", "x/aXb", false],
  ["ab*ba", "aba", false],
  ["a*b*c", "aXbYbc", true],
  ["[a]+(b).*", "[a]+(b).c", true],
  ["[a]+(b).*", "aab.c", false],
])("%s and %s: %s", (pattern, name, fits) => {
  expect(isDumpPattern(pattern)).toBe(true);
  const matchers = dumpMatchers(pattern);
  const parts = name.split("/");
  expect(parts.length === matchers.length && parts.every((part, at) => matchers[at]?.(part))).toBe(fits);
});

it("many stars are no trap", () => {
  const [matcher] = dumpMatchers("*".repeat(150));
  const began = performance.now();
  expect(matcher?.("a".repeat(200))).toBe(true);
  expect(dumpMatchers(`${"*a".repeat(20)}b`)[0]?.("a".repeat(150))).toBe(false);
  expect(performance.now() - began).toBeLessThan(5_000);
});
