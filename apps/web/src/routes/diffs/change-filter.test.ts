import { describe, expect, it } from "vitest";
import { filterOfSearch, queryOfFilter, searchOfFilter, withoutKinds } from "./change-filter.ts";
import { explorerSearchSchema } from "./explorer-search.ts";

const whole = {
  table: "orders",
  kind: "update",
  column: "status",
  key: "42",
  text: "<b>",
  values: [{ column: "status", side: "old", test: "equals", value: null }],
} as const;

describe("the filter in an address", () => {
  it("goes there and back", () => {
    const search = explorerSearchSchema.parse(whole);
    const filter = filterOfSearch(search);
    expect(filter).toEqual({
      table: "orders",
      kinds: ["update"],
      column: "status",
      key: "42",
      text: "<b>",
      values: [{ column: "status", side: "old", test: "equals", value: null }],
    });
    expect(searchOfFilter(filter)).toEqual(whole);
  });

  it("takes out what is no longer said", () => {
    expect(searchOfFilter({ table: "orders" })).toEqual({
      table: "orders",
      kind: undefined,
      column: undefined,
      key: undefined,
      text: undefined,
      values: undefined,
    });
  });

  it("leaves out what it does not understand, and keeps the rest", () => {
    expect(
      explorerSearchSchema.parse({ kind: "upsert", table: "orders", values: "x", row: -1, all: 3, text: "" }),
    ).toEqual({ table: "orders" });
  });

  it("reads texts that look like numbers as texts", () => {
    expect(explorerSearchSchema.parse({ key: 42, text: true })).toEqual({ key: "42", text: "true" });
  });

  it("knows rows by number and by key", () => {
    expect(explorerSearchSchema.parse({ row: 7 }).row).toBe(7);
    expect(explorerSearchSchema.parse({ row: ["orders", 42, "a"] }).row).toEqual(["orders", "42", "a"]);
  });
});

it("becomes parameters of a call", () => {
  expect(queryOfFilter(filterOfSearch(explorerSearchSchema.parse(whole)))).toEqual({
    table: "orders",
    kind: ["update"],
    column: "status",
    key: "42",
    text: "<b>",
    value: ['{"column":"status","side":"old","test":"equals","value":null}'],
  });
  expect(queryOfFilter({})).toEqual({});
});

it("is counted for the tabs without its kind", () => {
  expect(withoutKinds({ table: "orders", kinds: ["delete"] })).toEqual({ table: "orders" });
});
