import { describe, expect, it } from "vitest";
import { isScaled, listTopOf, rowsInView, scrolledPx, scrollTopOf, topShowingRow } from "./scroll-scale.ts";

const ROW = 40;
const small = { listPx: 50_000 * ROW, viewPx: 600 };
const large = { listPx: 1_000_000 * ROW, viewPx: 600 };

describe("a list that fits", () => {
  it("is scrolled as it is", () => {
    expect(isScaled(small)).toBe(false);
    expect(scrolledPx(small)).toBe(2_000_000);
    expect(listTopOf(small, 1_234)).toBe(1_234);
    expect(scrollTopOf(small, 1_234)).toBe(1_234);
  });
});

describe("a list higher than an element may be", () => {
  it("has an element that browsers do not cut", () => {
    expect(isScaled(large)).toBe(true);
    expect(scrolledPx(large)).toBeLessThan(16_000_000);
  });

  it("comes to both ends", () => {
    const end = scrolledPx(large) - large.viewPx;
    expect(listTopOf(large, 0)).toBe(0);
    expect(listTopOf(large, end)).toBe(large.listPx - large.viewPx);
    const listTop = listTopOf(large, end);
    expect(rowsInView(large, { listTop, rowPx: ROW, rows: 1_000_000 })).toEqual({
      first: 999_985,
      end: 1_000_000,
    });
  });

  it.each([0, 1, 599, 20_000_000, 39_999_000])("goes there and back from %d", (listTop) =>
    expect(listTopOf(large, scrollTopOf(large, listTop))).toBeCloseTo(listTop, 3),
  );

  it("every row can be reached", () => {
    for (const row of [0, 1, 499_999, 999_999]) {
      const listTop = topShowingRow(large, { listTop: 0, rowPx: ROW, row });
      const { first, end } = rowsInView(large, { listTop, rowPx: ROW, rows: 1_000_000 });
      expect(row).toBeGreaterThanOrEqual(first);
      expect(row).toBeLessThan(end);
    }
  });
});

it("does not scroll to what is in view", () => {
  expect(topShowingRow(small, { listTop: 400, rowPx: ROW, row: 12 })).toBe(400);
  expect(topShowingRow(small, { listTop: 400, rowPx: ROW, row: 9 })).toBe(360);
  expect(topShowingRow(small, { listTop: 400, rowPx: ROW, row: 25 })).toBe(440);
});

it("a list without rows shows none", () => {
  expect(rowsInView({ listPx: 0, viewPx: 600 }, { listTop: 0, rowPx: ROW, rows: 0 })).toEqual({
    first: 0,
    end: 0,
  });
});
