import { expect, it } from "vitest";
import type { PatchTable } from "../explorer-props.ts";
import { noRowsText } from "./no-rows-text.ts";

const table = (name: string, more: Partial<PatchTable>): PatchTable => ({
  name,
  state: "same",
  changes: { insert: 0, update: 0, delete: 0 },
  inserts: 0,
  updates: 0,
  deletes: 0,
  unchanged: 5,
  sourceRows: null,
  targetRows: null,
  error: null,
  key: [],
  columns: [],
  changedColumns: [],
  ...more,
});
const tables = [
  table("equal", {}),
  table("broken", {
    state: "failed",
    error: { code: "permission.denied", message: "Not allowed.", hint: null, retryable: false },
  }),
  table("changed", { state: "different" }),
];

it.each([
  [{ table: "equal" }, "equal is equal on both sides", "5 rows, equal."],
  [{ table: "broken", kinds: ["delete"] }, "broken could not be compared", "Not allowed."],
  [{ table: "gone" }, "No table is called gone", "Choose one of the tables beside."],
  [
    { table: "changed", kinds: ["insert"] },
    "There is no change of this kind",
    "There are changes of other kinds.",
  ],
  [
    { kinds: ["insert"], text: "x" },
    "No change is like that",
    "Take a condition away, or look into another table.",
  ],
] as const)("%j", (filter, title, advice) => {
  const { kinds, ...rest } = { kinds: undefined, ...filter };
  expect(
    noRowsText(
      { ...rest, ...(kinds === undefined ? {} : { kinds: [...kinds] }) },
      { tables, complete: true },
    ),
  ).toEqual({
    title,
    advice,
  });
});

it("does not call equal what was perhaps not looked at", () => {
  expect(noRowsText({ table: "equal" }, { tables, complete: false })).toEqual({
    title: "No difference was found in equal",
    advice: "5 rows equal, so far.",
  });
});
