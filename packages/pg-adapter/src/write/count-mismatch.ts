import { CodedError } from "@syncline/core";
import type { StagedTable } from "./staged-table.ts";
import type { WriteNode } from "./write-statements.ts";

export function countMismatch(node: WriteNode, label: string): CodedError {
  return new CodedError(
    "patch.precondition_failed",
    `Table "${node.table.name}" of "${label}" took another number of rows than the patch says, although every row is as expected.`,
    {
      hint: "A trigger may suppress changes, or the patch names a row twice; try --triggers off, or compare again.",
      details: { table: node.table.name },
    },
  );
}

/** Others kept changing the rows that trade values. */
export function driftedAway(table: StagedTable, label: string): CodedError {
  return new CodedError(
    "patch.precondition_failed",
    `Rows of table "${table.name}" of "${label}" kept changing while they were written; nothing was written.`,
    { hint: "Apply again when fewer sessions write to these rows.", details: { table: table.name } },
  );
}
