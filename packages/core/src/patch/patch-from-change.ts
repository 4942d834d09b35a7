import type { RowChange } from "../diff/row-change.ts";
import { CodedError } from "../errors/coded-error.ts";
import type { RowImage, RowValue } from "../values/row-value.ts";
import type { PatchOperation, PatchRow, PatchTable } from "./patch.ts";

/** The instruction that a fact becomes. `table` is the one that `change.table` counts to. */
export function patchOperation(table: PatchTable, change: RowChange): PatchOperation {
  // A row with NULL in its key has no identity, like the rows of a table without a key.
  const key: PatchRow = change.key.length === 0 ? new Map() : row(table, table.key, change.key);
  const columns = table.columns.map(([name]) => name);
  switch (change.kind) {
    case "insert": {
      const { count, of } = change;
      const known = of === undefined ? {} : { of };
      return {
        op: "insert",
        table: table.name,
        key,
        new: row(table, columns, change.after),
        count,
        ...known,
      };
    }
    case "delete": {
      const { count, of } = change;
      return { op: "delete", table: table.name, key, old: row(table, columns, change.before), count, of };
    }
    case "update": {
      const old = new Map(change.changes.map(({ column, before }) => [column, before]));
      return {
        op: "update",
        table: table.name,
        key,
        old,
        new: new Map(change.changes.map(({ column, after }) => [column, after])),
      };
    }
  }
}

function row(table: PatchTable, columns: readonly string[], image: RowImage): PatchRow {
  if (columns.length !== image.length) {
    throw new CodedError(
      "internal",
      `A row of table "${table.name}" has ${image.length} values for ${columns.length} columns.`,
    );
  }
  return new Map(columns.map((column, index) => [column, image[index] as RowValue]));
}
