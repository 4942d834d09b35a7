import type { RowValue } from "../values/row-value.ts";
import type { PatchHeader, PatchOperation, PatchRow, PatchTable } from "./patch.ts";

/** The operation that takes one back. */
export function invertOperation(operation: PatchOperation): PatchOperation {
  const { table, key } = operation;
  switch (operation.op) {
    case "insert": {
      const { count } = operation;
      return { op: "delete", table, key, old: operation.new, count, of: count + (operation.of ?? 0) };
    }
    case "delete":
      return {
        op: "insert",
        table,
        key,
        new: operation.old,
        count: operation.count,
        ...remaining(operation),
      };
    case "update":
      return {
        op: "update",
        table,
        key: keyAfter(operation.key, operation.new),
        old: operation.new,
        new: operation.old,
      };
  }
}

/** How many identical rows a delete leaves, for tables without a key. */
function remaining(operation: PatchOperation & { op: "delete" }): { readonly of?: number } {
  return operation.key.size > 0 ? {} : { of: operation.of - operation.count };
}

/** An update may change the bytes of a key column, when its equality is wider than bytes. */
function keyAfter(key: PatchRow, after: PatchRow): PatchRow {
  return new Map(
    [...key].map(([column, value]) => [column, after.has(column) ? (after.get(column) as RowValue) : value]),
  );
}

/** The header of the patch that takes another one back: source and target change places. */
export function invertHeader(
  header: PatchHeader,
  made: { readonly id: string; readonly createdAt: string; readonly createdBy: string | null },
): PatchHeader {
  return {
    ...header,
    id: made.id,
    createdAt: made.createdAt,
    source: header.target,
    target: header.source,
    metadata: { ...header.metadata, createdBy: made.createdBy, inverts: header.id },
    tables: header.tables.map((table: PatchTable) => ({ ...table })),
  };
}
