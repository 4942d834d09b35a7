import { expect, it } from "vitest";
import { OpenConflicts } from "./open-conflicts.ts";
import type { SyncConflict } from "./sync-contract.ts";

function conflict(characters: number): SyncConflict {
  const row = new Map([["a", "x".repeat(characters)]]);
  return {
    name: "1",
    versions: "",
    columns: [["a", "text"]],
    conflict: {
      table: "t",
      key: new Map(),
      kind: "update-update",
      columns: [],
      base: null,
      ours: row,
      theirs: null,
    },
  };
}

it("keeps 20,000 conflicts and counts the others", () => {
  const open = new OpenConflicts();
  for (let times = 0; times < 20_003; times += 1) open.add(conflict(1));
  expect([open.kept.length, open.left]).toEqual([20_000, 3]);
});

it("keeps as many as fit into 64 MiB, and one whatever its size", () => {
  const mebibyte = 1024 * 1024;
  const open = new OpenConflicts();
  for (let times = 0; times < 70; times += 1) open.add(conflict(mebibyte));
  expect([open.kept.length, open.left]).toEqual([64, 6]);
  const huge = new OpenConflicts();
  for (let times = 0; times < 2; times += 1) huge.add(conflict(65 * mebibyte));
  expect([huge.kept.length, huge.left]).toEqual([1, 1]);
});
