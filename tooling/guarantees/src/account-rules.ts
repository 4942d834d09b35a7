import type { PatchOperation } from "@syncline/core";
import type { Row } from "./accounts.ts";

/** Whether an operation's precondition holds. */
export function fits(operation: PatchOperation, row: Row | null): boolean {
  if (operation.op === "insert") return row === null;
  return row !== null && [...operation.old].every(([column, value]) => row[column] === value);
}

/** Whether an operation's result already stands there. */
export function isDone(operation: PatchOperation, row: Row | null): boolean {
  if (operation.op === "delete") return row === null;
  return row !== null && [...operation.new].every(([column, value]) => row[column] === value);
}
