import { expect, it } from "vitest";
import type { ChangeFilter } from "./change-filter.ts";
import type { PatchTables } from "./explorer-props.ts";
import { countOfKinds, knownCount } from "./known-count.ts";

const table = (name: string, inserts: number, updates: number, deletes: number) => ({
  name,
  state: "different" as const,
  changes: { insert: inserts, update: updates, delete: deletes },
  inserts,
  updates,
  deletes,
  unchanged: null,
  sourceRows: null,
  targetRows: null,
  error: null,
  key: ["id"],
  columns: [],
  changedColumns: [],
});
const tables: PatchTables = {
  patchId: "p",
  hash: "h",
  complete: true,
  total: 21,
  tables: [table("a", 1, 2, 3), table("b", 4, 5, 6)],
};

it("knows counts of whole tables", () => {
  expect(knownCount(tables, {})).toEqual({
    count: 21,
    exact: true,
    kinds: { insert: 5, update: 7, delete: 9 },
    hash: "h",
  });
  expect(knownCount(tables, { table: "b" })?.kinds).toEqual({ insert: 4, update: 5, delete: 6 });
});

it("asks for all others", () => {
  const others: readonly ChangeFilter[] = [
    { text: "x" },
    { key: "1" },
    { column: "c" },
    { table: "no such" },
    { values: [{ column: "c", side: "either", test: "equals", value: "x" }] },
  ];
  for (const filter of others) expect(knownCount(tables, filter)).toBeNull();
});

it("divides a count by kinds", () => {
  const count = { count: 21, exact: false, kinds: { insert: 5, update: 7, delete: 9 }, hash: "h" };
  expect(countOfKinds(count, ["delete"])).toEqual({
    count: 9,
    exact: false,
    kinds: { insert: 0, update: 0, delete: 9 },
    hash: "h",
  });
  expect(countOfKinds(count, undefined)).toBe(count);
});
