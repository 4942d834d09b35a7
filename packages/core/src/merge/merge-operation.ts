import type { PatchOperation, PatchRow, PatchTable } from "../patch/patch.ts";
import type { MergeEffect } from "./merge-key.ts";

/** The instruction that an effect on one row of ours becomes, or null. `key` is as ours holds it. */
export function mergeOperation(
  { name, key: columns }: PatchTable,
  key: PatchRow,
  effect: MergeEffect,
): PatchOperation | null {
  switch (effect.kind) {
    case "keep":
      return null;
    case "insert": {
      const own = new Map(columns.map((column) => [column, effect.row.get(column) ?? null]));
      return { op: "insert", table: name, key: own, new: effect.row, count: 1 };
    }
    case "update":
      return { op: "update", table: name, key, old: effect.old, new: effect.new };
    case "delete":
      return { op: "delete", table: name, key, old: effect.old, count: 1, of: 1 };
  }
}

/** The same for `held` identical rows without a key, of which there shall be `add` more, or fewer. */
export function mergeCountOperation(
  { name }: PatchTable,
  row: PatchRow,
  { held, add }: { readonly held: number; readonly add: number },
): PatchOperation | null {
  if (add === 0) return null;
  const key: PatchRow = new Map();
  if (add > 0) return { op: "insert", table: name, key, new: row, count: add, of: held };
  return { op: "delete", table: name, key, old: row, count: -add, of: held };
}
