import { CodedError } from "@syncline/core";
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
