import { isUndecided, type MergeUnits, mergeKey } from "../merge/merge-key.ts";
import { mergeOperation } from "../merge/merge-operation.ts";
import type { MergeConflict } from "../merge/merge-outcome.ts";
import type { SideChange } from "../merge/side-change.ts";
import type { PatchOperation, PatchRow, PatchTable } from "./patch.ts";

/** What becomes of an operation on a target that has moved on. */
export type RebasedOperation =
  | { readonly kind: "operation"; readonly operation: PatchOperation; readonly merged: boolean }
  /** The target already is as the operation wants it. */
  | { readonly kind: "done" }
  | { readonly kind: "conflict"; readonly conflict: MergeConflict };

const UNITS: MergeUnits = { granularity: "cell", groups: [], contested: false };

/**
 * Merges an operation with the target's row now: the base is what the operation expects, ours the target's row, theirs
 * what the operation wants. `row` is whole, with the columns of the table; null when there is none.
 */
export function rebaseOperation(
  table: PatchTable,
  operation: PatchOperation,
  { key, row }: { readonly key: PatchRow; readonly row: PatchRow | null },
): RebasedOperation {
  const { base, theirs } = versions(operation, row);
  const sides = { ours: changeBetween(base, row), theirs: changeBetween(base, theirs) };
  const { outcome, effect, columns } = mergeKey({ ...sides, units: UNITS });
  if (isUndecided(outcome))
    return {
      kind: "conflict",
      conflict: { table: table.name, key, kind: outcome, columns, base, ours: row, theirs },
    };
  const rebased = mergeOperation(table, key, effect);
  return rebased === null
    ? { kind: "done" }
    : { kind: "operation", operation: rebased, merged: outcome === "cell-merged" };
}

/** An update tells only the changed columns; the others count as the target has them. */
function versions(operation: PatchOperation, row: PatchRow | null) {
  if (operation.op === "insert") return { base: null, theirs: operation.new };
  if (operation.op === "delete") return { base: operation.old, theirs: null };
  const rest = row ?? new Map();
  return {
    base: new Map([...rest, ...operation.old]),
    theirs: new Map([...rest, ...operation.new]),
  };
}

function changeBetween(base: PatchRow | null, row: PatchRow | null): SideChange {
  if (base === null) return row === null ? { kind: "none" } : { kind: "insert", row };
  if (row === null) return { kind: "delete", before: base };
  const after = new Map([...base.keys()].map((column) => [column, row.get(column) ?? null]));
  const changed = [...after].some(([column, value]) => value !== base.get(column));
  return changed ? { kind: "update", before: base, after } : { kind: "none" };
}
