import { CodedError } from "@syncline/core";
import type { MoveInput } from "../move-contract.ts";

/** What a broken foreign key means for a move, and what to do about it. */
export function explainViolation(error: CodedError, { patchTarget: { label } }: MoveInput): CodedError {
  const { sqlState, constraint, table, column } = error.details;
  if (error.code === "patch.constraint_violated" && sqlState === "23502")
    return new CodedError(
      "schema.mismatch",
      `Table "${table}" of "${label}" needs a value in column "${column}", which rows of the source do not bring; nothing was written.`,
      {
        hint: "Give the column a default in the target, or pair it with a column of the source.",
        details: error.details,
        cause: error,
      },
    );
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
