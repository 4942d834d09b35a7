import { describe, expect, it } from "vitest";
import type { PatchTable } from "../explorer-props.ts";
import { columnsInView, gridLayout, pageRowsOf } from "./grid-columns.ts";

const table = (more: Partial<PatchTable> = {}): PatchTable => ({
  name: "orders",
  state: "different",
  changes: { insert: 1, update: 5, delete: 1 },
  inserts: 1,
  updates: 5,
  deletes: 1,
  unchanged: 90,
  sourceRows: 96,
  targetRows: 96,
  error: null,
  key: ["id"],
  columns: ["id", "status", "note", "total"].map((name) => ({
    name,
    type: name === "total" ? "numeric(10,2)" : "text",
  })),
  changedColumns: [{ name: "status", updates: 5, only: 5 }],
  ...more,
});
const names = (columns: readonly { readonly name: string }[]) => columns.map(({ name }) => name);
const wide = { kind: undefined, allColumns: false, viewPx: 1000 } as const;

describe("columns of the grid", () => {
  it("pins the key and shows what changes", () => {
    const { pinned, free } = gridLayout({ ...wide, table: table() });
    expect(names(pinned)).toEqual(["Change", "id"]);
    expect(names(free)).toEqual(["status"]);
  });

  it("shows all where it is asked for, and for rows that come or go", () => {
    for (const layout of [
      gridLayout({ ...wide, table: table(), allColumns: true }),
      gridLayout({ ...wide, table: table(), kind: "insert" }),
      gridLayout({ ...wide, table: table(), kind: "delete" }),
      gridLayout({ ...wide, table: table({ updates: 0, changedColumns: [] }) }),
    ])
      expect(names(layout.free)).toEqual(["status", "note", "total"]);
  });

  it("joins a key of many columns", () => {
    const key = ["a", "b", "c", "d"];
    const columns = key.map((name) => ({ name, type: "integer" }));
    expect(names(gridLayout({ ...wide, table: table({ key, columns }) }).pinned)).toEqual(["Change", "Key"]);
  });

  it("fills the width", () => {
    const { starts, pinnedPx } = gridLayout({ ...wide, table: table() });
    expect(pinnedPx + (starts.at(-1) ?? 0)).toBe(1000);
  });

  it("says in one line what changes where rows are of several tables", () => {
    const { pinned, free } = gridLayout({ ...wide, table: null });
    expect([...names(pinned), ...names(free)]).toEqual(["Change", "Table", "Key", "What changes"]);
  });

  it("aligns numbers, not lists of them", () => {
    const columns = [
      { name: "id", type: "text" },
      { name: "n", type: "numeric(10,2)" },
      { name: "ns", type: "integer[]" },
    ];
    const { free } = gridLayout({ ...wide, allColumns: true, table: table({ columns }) });
    expect(free.map(({ numeric }) => numeric)).toEqual([true, false]);
  });
});

it("draws some of 300 columns", () => {
  const columns = Array.from({ length: 301 }, (_, at) => ({ name: `c${at}`, type: "integer" }));
  const layout = gridLayout({ ...wide, allColumns: true, table: table({ key: ["c0"], columns }) });
  expect(layout.free).toHaveLength(300);
  const begin = columnsInView(layout, { scrollLeft: 0, viewPx: 1000 });
  expect(begin.first).toBe(0);
  expect(begin.end).toBeLessThan(12);
  const most = layout.pinnedPx + (layout.starts.at(-1) ?? 0) - 1000;
  expect(columnsInView(layout, { scrollLeft: most, viewPx: 1000 }).end).toBe(300);
  expect(pageRowsOf(table({ columns }))).toBe(50);
});
