import { describe, expect, it } from "vitest";
import { anchorName, anchorText, type Comment, keyText, threadsByPlace, threadsOf } from "./anchor.ts";

const comment = (id: string, more: Partial<Comment> = {}): Comment => ({
  id,
  threadId: null,
  anchor: null,
  body: id,
  createdBy: "user:ada@example.test",
  createdAt: `2026-01-01T00:00:0${id.length}.000Z`,
  resolvedAt: null,
  resolvedBy: null,
  ...more,
});

describe("a row's key in a comment", () => {
  it.each([
    [{ id: "7" }, "7"],
    [{ sku: "SKU-1 / red" }, "SKU-1 / red"],
    [{ order: "7", line: "2" }, '["7","2"]'],
    [{ id: null }, "[null]"],
    [{}, "[]"],
  ])("%j is %s", (key, text) => expect(keyText(key)).toBe(text));

  it("does not take one key of two columns for another", () =>
    expect(keyText({ a: "1,2", b: "3" })).not.toBe(keyText({ a: "1", b: "2,3" })));
});

describe("the name of a place", () => {
  it("differs for a table, a row, a cell, a statement and the whole", () => {
    const names = [
      anchorName(null),
      anchorName({ table: "t" }),
      anchorName({ table: "t", key: "1" }),
      anchorName({ table: "t", column: "1" }),
      anchorName({ table: "t", key: "1", column: "c" }),
      anchorName({ statement: 1 }),
    ];
    expect(new Set(names).size).toBe(names.length);
  });
  it("reads as people say it", () => {
    expect(anchorText({ table: "products", key: "SKU-1", column: "price" })).toBe("products / SKU-1 / price");
    expect(anchorText({ statement: 3 })).toBe("statement 3");
    expect(anchorText({})).toBe("the whole");
  });
});

describe("threads", () => {
  const comments = [
    comment("ccc", { threadId: "a" }),
    comment("a", { anchor: { table: "t", key: "1" } }),
    comment("bb"),
    comment("dddd", { threadId: "a" }),
  ];
  it("hold their answers in order", () => {
    const threads = threadsOf(comments);
    expect(threads.map(({ first, replies }) => [first.id, replies.map(({ id }) => id)])).toEqual([
      ["a", ["ccc", "dddd"]],
      ["bb", []],
    ]);
  });
  it("are found by their place", () => {
    const threads = threadsOf(comments);
    expect(threadsByPlace(threads).get(anchorName({ table: "t", key: "1" }))).toHaveLength(1);
  });
});
