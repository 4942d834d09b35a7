import { expect, test } from "vitest";
import type { ApplyCounts } from "../apply-contract.ts";
import type { DiffTable } from "../diff-contract.ts";
import { addMoveCounts, MoveTally, NO_MOVE } from "./move-tally.ts";

function applied(name: string, counts: Partial<ApplyCounts>) {
  return { name, inserted: 0, updated: 0, deleted: 0, alreadyApplied: 0, skipped: 0, ...counts };
}

test("rows that foreign keys took along are counted under their tables", () => {
  const compared = [{ patchTable: { name: "parents" } }] as unknown as DiffTable[];
  const written = [applied("parents", { deleted: 2 }), applied("children", { deleted: 6, updated: 4 })];
  const tables = new MoveTally(compared).tables(null, written);
  expect(tables).toEqual([
    { ...NO_MOVE, name: "parents", deleted: 2 },
    { ...NO_MOVE, name: "children", deleted: 6, updated: 4 },
  ]);
  expect(tables.reduce(addMoveCounts, NO_MOVE)).toEqual({ ...NO_MOVE, deleted: 8, updated: 4 });
});
