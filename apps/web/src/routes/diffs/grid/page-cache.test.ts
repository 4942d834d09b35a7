import { describe, expect, it } from "vitest";
import { PageCache, type PagePart } from "./page-cache.ts";

interface Asked {
  readonly offset: number;
  readonly limit: number;
  readonly signal: AbortSignal;
  readonly answer: (part: Partial<PagePart<number>>) => void;
  readonly fail: (error: Error) => void;
}

function world(options: { readonly pageRows?: number; readonly keptPages?: number } = {}) {
  const asked: Asked[] = [];
  const cache = new PageCache<number>({
    pageRows: 10,
    askAgainMs: 0,
    ...options,
    read: ({ offset, limit, signal }) =>
      new Promise((resolve, reject) =>
        asked.push({
          offset,
          limit,
          signal,
          answer: (part) => resolve({ items: [], last: false, searching: false, ...part }),
          fail: reject,
        }),
      ),
  });
  return { cache, asked };
}

const numbers = (from: number, count: number) => Array.from({ length: count }, (_, at) => from + at);
const settle = () => new Promise((resolve) => setTimeout(resolve, 5));

describe("page cache", () => {
  it("reads the pages of what is wanted, once", async () => {
    const { cache, asked } = world();
    cache.want(8, 12);
    cache.want(9, 13);
    expect(asked.map(({ offset, limit }) => [offset, limit])).toEqual([
      [0, 10],
      [10, 10],
    ]);
    asked[1]?.answer({ items: numbers(10, 10) });
    await settle();
    expect(cache.rowAt(12)).toBe(12);
    expect(cache.rowAt(9)).toBeUndefined();
    cache.want(9, 13);
    expect(asked).toHaveLength(2);
  });

  it("gives up what was scrolled past, and reads it when it is wanted again", async () => {
    const { cache, asked } = world();
    cache.want(0, 10);
    cache.want(500, 510);
    expect(asked[0]?.signal.aborted).toBe(true);
    asked[0]?.answer({ items: numbers(0, 10) });
    await settle();
    expect(cache.rowAt(3)).toBeUndefined();
    cache.want(0, 10);
    expect(asked.map(({ offset }) => offset)).toEqual([0, 500, 0]);
  });

  it("goes on where a page came short", async () => {
    const { cache, asked } = world();
    cache.want(20, 30);
    asked[0]?.answer({ items: numbers(20, 4) });
    await settle();
    expect(cache.rowAt(23)).toBe(23);
    expect(asked[1]).toMatchObject({ offset: 24, limit: 6 });
    asked[1]?.answer({ items: numbers(24, 6) });
    await settle();
    expect(cache.rowAt(29)).toBe(29);
    expect(asked).toHaveLength(2);
  });

  it("ends with the list", async () => {
    const { cache, asked } = world();
    cache.want(0, 10);
    asked[0]?.answer({ items: [0, 1, 2], last: true });
    await settle();
    cache.want(0, 10);
    expect(asked).toHaveLength(1);
  });

  it("asks again while a search goes on", async () => {
    const { cache, asked } = world();
    cache.want(0, 10);
    asked[0]?.answer({ searching: true });
    await settle();
    expect(asked).toHaveLength(2);
    asked[1]?.answer({ items: [7], last: true });
    await settle();
    expect(cache.rowAt(0)).toBe(7);
    expect(asked).toHaveLength(2);
  });

  it("keeps an error until it is tried again", async () => {
    const { cache, asked } = world();
    cache.want(0, 10);
    asked[0]?.fail(new Error("away"));
    await settle();
    expect(cache.wantedError()).toMatchObject({ message: "away" });
    cache.want(0, 10);
    expect(asked).toHaveLength(1);
    cache.retry();
    expect(asked).toHaveLength(2);
    expect(cache.wantedError()).toBeNull();
  });

  it("keeps so many pages only, the latest", async () => {
    const { cache, asked } = world({ keptPages: 3 });
    for (const page of [0, 1, 2, 0, 3]) {
      cache.want(page * 10, page * 10 + 10);
      asked.at(-1)?.answer({ items: numbers(page * 10, 10) });
      await settle();
    }
    expect([0, 1, 2, 3].map((page) => cache.rowAt(page * 10))).toEqual([0, undefined, 20, 30]);
  });

  it("tells those who watch", async () => {
    const { cache, asked } = world();
    let told = 0;
    cache.watch(() => {
      told += 1;
    });
    cache.want(0, 10);
    asked[0]?.answer({ items: numbers(0, 10) });
    await settle();
    expect(told).toBeGreaterThan(0);
    expect(cache.version).toBe(told);
  });
});
