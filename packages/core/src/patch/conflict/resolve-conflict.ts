import type { RowValue } from "../../values/row-value.ts";
import type { PatchOperation, PatchRow, PatchTable } from "../patch.ts";
import type { PatchConflict, Resolution } from "./conflict.ts";

/** What a resolution means for the target as it is: an operation that applies now, none, or why it cannot be done. */
export type ResolvedConflict =
  | { readonly kind: "operation"; readonly operation: PatchOperation }
  | { readonly kind: "nothing" }
  | { readonly kind: "impossible"; readonly reason: string };

const NOTHING: ResolvedConflict = { kind: "nothing" };

/** Turns a decision into an operation whose old values are the target's row, so that it applies now. */
export function resolveConflict(
  table: PatchTable,
  conflict: PatchConflict,
  resolution: Resolution,
): ResolvedConflict {
  if (resolution === "ours") return NOTHING;
  if (conflict.kind === "count-changed" || table.key.length === 0) {
    return impossible("rows without a key can only be left as they are (ours); make a new diff for the rest");
  }
  const wanted = wantedRow(conflict.operation, resolution);
  if (wanted === null) return removal(table, conflict);
  if (!table.key.every((column) => !wanted.has(column) || sameKey(conflict, column, wanted))) {
    return impossible("the row must keep its key");
  }
  return conflict.ours === null ? creation(table, wanted) : change(table, conflict, conflict.ours, wanted);
}

/** The decisions that are possible for a conflict, in the order to offer them. */
export function possibleResolutions(
  table: PatchTable,
  conflict: PatchConflict,
): readonly ("ours" | "theirs" | "base")[] {
  const all = ["ours", "theirs", "base"] as const;
  return all.filter((name) => resolveConflict(table, conflict, name).kind !== "impossible");
}

function impossible(reason: string): ResolvedConflict {
  return { kind: "impossible", reason };
}

/** The row as it shall be, at least the columns that matter; null for no row. */
function wantedRow(operation: PatchOperation, resolution: Exclude<Resolution, "ours">): PatchRow | null {
  if (resolution === "theirs") return operation.op === "delete" ? null : operation.new;
  if (resolution === "base") return operation.op === "insert" ? null : operation.old;
  return resolution;
}

/** A key column may change its bytes only where the target's row already has them or the patch meant it to. */
function sameKey({ operation, ours }: PatchConflict, column: string, wanted: PatchRow): boolean {
  const value = wanted.get(column);
  if (value === operation.key.get(column) || value === ours?.get(column)) return true;
  return operation.op === "update" && value === operation.new.get(column);
}

function removal(table: PatchTable, { operation, ours }: PatchConflict): ResolvedConflict {
  if (ours === null) return NOTHING;
  return {
    kind: "operation",
    operation: {
      op: "delete",
      table: table.name,
      key: keyOf(table, operation, ours),
      old: ours,
      count: 1,
      of: 1,
    },
  };
}

function creation(table: PatchTable, wanted: PatchRow): ResolvedConflict {
  if (wanted.size !== table.columns.length) {
    return impossible(
      "the target has no such row, and the patch holds only some of its columns; give the whole row as an object, or choose ours",
    );
  }
  const key = new Map(table.key.map((column) => [column, wanted.get(column) as RowValue]));
  return { kind: "operation", operation: { op: "insert", table: table.name, key, new: wanted, count: 1 } };
}

function change(
  table: PatchTable,
  { operation }: PatchConflict,
  ours: PatchRow,
  wanted: PatchRow,
): ResolvedConflict {
  const differing = [...wanted].filter(([column, value]) => ours.get(column) !== value);
  if (differing.length === 0) return NOTHING;
  const old = new Map(differing.map(([column]) => [column, ours.get(column) as RowValue]));
  return {
    kind: "operation",
    operation: {
      op: "update",
      table: table.name,
      key: keyOf(table, operation, ours),
      old,
      new: new Map(differing),
    },
  };
}

/** The key as the target's row has it. */
function keyOf(table: PatchTable, operation: PatchOperation, ours: PatchRow): PatchRow {
  return new Map(
    table.key.map((column) => [column, (ours.get(column) ?? operation.key.get(column)) as RowValue]),
  );
}
