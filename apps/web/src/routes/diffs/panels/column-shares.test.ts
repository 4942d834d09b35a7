import { expect, it } from "vitest";
import type { PatchTable, PatchTables } from "../explorer-props.ts";
import { changedColumns, ruleField } from "./column-shares.ts";

function table(
  name: string,
  columns: Readonly<Record<string, readonly [updates: number, only: number]>>,
): PatchTable {
  return {
    name,
    state: "different",
    changes: { insert: 0, update: 10, delete: 0 },
    inserts: 0,
    updates: 10,
    deletes: 0,
    unchanged: null,
    sourceRows: null,
    targetRows: null,
    error: null,
    key: ["id"],
    columns: [
      { name: "id", type: "integer" },
      ...Object.keys(columns).map((each) => ({ name: each, type: "text" })),
    ],
    changedColumns: Object.entries(columns).map(([each, [updates, only]]) => ({ name: each, updates, only })),
  };
}
const tables: PatchTables = {
  patchId: "p",
  hash: "h",
  complete: true,
  total: 20,
  tables: [
    table("orders", { seen: [9, 5], note: [2, 0] }),
    table("lines", { seen: [10, 10], amount: [1, 0] }),
  ],
};

it("puts the noisiest first, of all tables or of one", () => {
  expect(changedColumns(tables, undefined).map((each) => `${each.table}.${each.name}`)).toEqual([
    "lines.seen",
    "orders.seen",
    "orders.note",
    "lines.amount",
  ]);
  expect(changedColumns(tables, "orders")).toMatchObject([
    { name: "seen", type: "text", updates: 9, only: 5, share: 0.9, isKey: false },
    { name: "note", share: 0.2 },
  ]);
});

it("names the table in a rule where the column's name is not enough", () => {
  expect(ruleField(tables, { table: "orders", name: "note" })).toBe("note");
  expect(ruleField(tables, { table: "orders", name: "seen" })).toBe("orders.seen");
});
