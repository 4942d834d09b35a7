import { describe, expect, it } from "vitest";
import type { PatchTable } from "../explorer-props.ts";
import { orderedTables, sameText, shareOf, verdictOf, verdictText } from "./verdict.ts";

const table = (name: string, more: Partial<PatchTable> = {}): PatchTable => ({
  name,
  state: "same",
  changes: { insert: 0, update: 0, delete: 0 },
  inserts: 0,
  updates: 0,
  deletes: 0,
  unchanged: 100,
  sourceRows: 100,
  targetRows: 100,
  error: null,
  key: ["id"],
  columns: [],
  changedColumns: [],
  ...more,
});
const differing = table("orders", { state: "different", inserts: 3, updates: 5, deletes: 2, unchanged: 990 });
const broken = table("notes", { state: "failed", unchanged: null });

describe("the verdict in words", () => {
  it.each([
    [[table("a"), table("b")], true, "Both are equal: 200 rows in 2 tables."],
    [[table("a", { unchanged: null })], true, "Both are equal, in 1 table."],
    [[table("a"), differing], true, "1 of 2 tables differs."],
    [[differing, table("b", { state: "different", updates: 1 }), table("c")], true, "2 of 3 tables differ."],
    [[differing, broken], true, "1 of 2 tables differs. 1 could not be compared."],
    [[table("a"), broken], true, "No difference was found. 1 could not be compared."],
    [[broken], true, "The table could not be compared."],
    [[broken, { ...broken, name: "x" }], true, "None of the 2 tables could be compared."],
    [[table("a")], false, "No difference was found."],
    [[table("a"), differing], false, "At least 1 of 2 tables differs."],
    [[], true, "Both are equal: 0 rows in 0 tables."],
  ] as const)("%#", (tables, complete, text) =>
    expect(verdictText(verdictOf({ tables: [...tables], complete }))).toBe(text),
  );

  it("is never equal where something was not compared", () => {
    expect(verdictOf({ tables: [broken], complete: true }).outcome).toBe("unsure");
    expect(verdictOf({ tables: [table("a")], complete: false }).outcome).toBe("unsure");
  });
});

it("counts rows of both sides once", () => {
  const verdict = verdictOf({ tables: [differing, table("a"), broken], complete: true });
  expect(verdict).toMatchObject({ inserts: 3, updates: 5, deletes: 2, rows: 1100 });
  // Of a comparison that stopped at a limit nobody knows how many there are.
  const stopped = verdictOf({ tables: [{ ...table("a"), sourceRows: null }], complete: false });
  expect(stopped.rows).toBe(null);
  expect(shareOf(verdict.updates, 1000)).toBe(0.005);
  expect(shareOf(0, 0)).toBe(0);
  expect(shareOf(1, null)).toBeNull();
});

it("orders tables by differences, those not compared before those alike", () => {
  const most = table("b_most", { state: "different", updates: 500 });
  const tables = [table("a"), broken, differing, most, table("Z_orders")];
  const names = (order: "most" | "name", find = "") =>
    orderedTables(tables, { find, order }).map(({ name }) => name);
  expect(names("most")).toEqual(["b_most", "orders", "notes", "Z_orders", "a"]);
  expect(names("name")).toEqual(["Z_orders", "a", "b_most", "notes", "orders"]);
  expect(names("most", "ORD")).toEqual(["orders", "Z_orders"]);
});

it.each([
  [100, true, "100 rows, equal"],
  [1, true, "1 row, equal"],
  [0, true, "0 rows, equal"],
  [null, true, "equal"],
  [100, false, "100 rows equal, so far"],
  [0, false, "not looked at, or empty"],
  [null, false, "not looked at, or empty"],
] as const)("says of %s equal rows, complete: %s", (unchanged, complete, text) =>
  expect(sameText(table("a", { unchanged }), complete)).toBe(text),
);
