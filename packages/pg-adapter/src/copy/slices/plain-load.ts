import { formatQualifiedName } from "@syncline/core";
import type { BulkTable, BulkTableLoad } from "@syncline/engine";

/** A table whose rows come some other way, for what only asks for its shape and size. */
export function plainLoad(table: BulkTable, estimatedBytes: number): BulkTableLoad {
  return {
    table,
    columns: [],
    format: "text",
    estimatedBytes,
    slices: () => 1,
    read: () => {
      throw new RangeError(`nothing is read of ${formatQualifiedName(table.spec.name)}`);
    },
  };
}
