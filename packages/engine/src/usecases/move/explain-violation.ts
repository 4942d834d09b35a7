import { CodedError } from "@syncline/core";
import type { MoveInput } from "../move-contract.ts";

/** What a broken foreign key means for a move, and what to do about it. */
export function explainViolation(error: CodedError, { patchTarget: { label } }: MoveInput): CodedError {
  const { sqlState, constraint, table } = error.details;
  if (error.code !== "patch.constraint_violated" || sqlState !== "23503") return error;
  return new CodedError(
    "reference.missing",
    `Constraint "${constraint}" of table "${table}" of "${label}" would be broken: rows that it refers to are not there; nothing was written.`,
    {
      hint: `Move the tables that "${table}" refers to as well, or a filter that leaves no referenced row out; rows of "${table}" that refer to deleted rows must be moved along.`,
      details: error.details,
      cause: error,
    },
  );
}
