import { type PatchOperation, type PatchRow, visibleText } from "@syncline/core";
import type { ApplyConflict, ConflictKind } from "@syncline/engine";
import type { Paint } from "../../terminal/palette.ts";

export const CONFLICT_MEANINGS: Readonly<Record<ConflictKind, string>> = {
  "update-update": "was changed in the target meanwhile",
  "update-delete": "is gone from the target, the patch wants to update it",
  "delete-update": "was changed in the target, the patch wants to delete it",
  "insert-insert": "exists in the target with other values",
  "count-changed": "occurs in the target another number of times",
};

/** `  users id=7: was changed in the target meanwhile (status)`. */
export function formatConflict({ kind, operation, ours }: ApplyConflict, paint: Paint): string {
  const differing = differingColumns(operation, ours);
  const columns = differing.length === 0 ? "" : paint("dim", ` (${differing.map(visibleText).join(", ")})`);
  return `  ${paint("cyan", visibleText(operation.table))} ${formatKey(operation)}: ${CONFLICT_MEANINGS[kind]}${columns}`;
}

export function formatKey(operation: PatchOperation): string {
  if (operation.key.size === 0) return "a row without a key";
  return [...operation.key]
    .map(([column, value]) => `${visibleText(column)}=${value === null ? "NULL" : visibleText(value)}`)
    .join(", ");
}

/** Columns whose value in the target is not the one that the patch expected to find. */
export function differingColumns(operation: PatchOperation, ours: PatchRow | null): string[] {
  if (ours === null) return [];
  const expected = operation.op === "insert" ? operation.new : operation.old;
  return [...expected.keys()].filter(
    (column) => ours.has(column) && ours.get(column) !== expected.get(column),
  );
}

export function conflictDocument({ kind, operation, ours }: ApplyConflict) {
  return {
    kind,
    table: operation.table,
    op: operation.op,
    key: Object.fromEntries(operation.key),
    ours: ours === null ? null : Object.fromEntries(ours),
  };
}
