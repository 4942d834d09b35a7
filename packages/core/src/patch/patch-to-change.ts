import type { RowChange } from "../diff/row-change.ts";
import type { RowImage, RowValue } from "../values/row-value.ts";
import type { PatchOperation, PatchRow, PatchTable } from "./patch.ts";

/** The fact behind an instruction, for renderers; `index` is the table's place in the header. */
export function rowChange(table: PatchTable, index: number, operation: PatchOperation): RowChange {
  const key = image(table.key, operation.key);
  const columns = table.columns.map(([name]) => name);
  switch (operation.op) {
    case "insert":
      return {
        kind: "insert",
        table: index,
        key,
        after: image(columns, operation.new),
        count: operation.count,
      };
    case "delete": {
      const { count, of } = operation;
      return { kind: "delete", table: index, key, before: image(columns, operation.old), count, of };
    }
    case "update": {
      const changes = [...operation.new].map(([column, after]) => ({
        column,
        before: operation.old.get(column) ?? null,
        after,
      }));
      return { kind: "update", table: index, key, changes };
    }
  }
}

function image(columns: readonly string[], row: PatchRow): RowImage {
  return columns.map((column): RowValue => row.get(column) ?? null);
}
