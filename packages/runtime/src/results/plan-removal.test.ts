import { expect, test } from "vitest";
import { planRemoval } from "./plan-removal.ts";

const now = new Date(100_000);
const file = (name: string, atMs: number, sizeBytes: number, inUse = false) => ({
  name,
  createdAt: new Date(atMs),
  sizeBytes,
  inUse,
});
const removed = (...input: Parameters<typeof planRemoval<ReturnType<typeof file>>>) =>
  planRemoval(...input).map(({ name }) => name);

const FILES = [file("c", 90_000, 30), file("a", 10_000, 10), file("b", 50_000, 20), file("d", 99_000, 40)];

test("nothing goes without limits", () => {
  expect(removed(FILES, { maxAgeMs: null, maxBytes: null }, now)).toEqual([]);
});

test("what is too old goes", () => {
  expect(removed(FILES, { maxAgeMs: 50_000, maxBytes: null }, now)).toEqual(["a"]);
  expect(removed(FILES, { maxAgeMs: 49_999, maxBytes: null }, now)).toEqual(["a", "b"]);
});

test("the oldest go until the rest fits, and no more", () => {
  expect(removed(FILES, { maxAgeMs: null, maxBytes: 100 }, now)).toEqual([]);
  expect(removed(FILES, { maxAgeMs: null, maxBytes: 99 }, now)).toEqual(["a"]);
  expect(removed(FILES, { maxAgeMs: null, maxBytes: 70 }, now)).toEqual(["a", "b"]);
  expect(removed(FILES, { maxAgeMs: null, maxBytes: 0 }, now)).toEqual(["a", "b", "c", "d"]);
});

test("what is in use stays, and others go in its place", () => {
  const used = [file("a", 10_000, 10, true), ...FILES.slice(2), file("c", 90_000, 30)];
  expect(removed(used, { maxAgeMs: 1, maxBytes: null }, now)).toEqual(["b", "c", "d"]);
  expect(removed(used, { maxAgeMs: null, maxBytes: 99 }, now)).toEqual(["b"]);
});
