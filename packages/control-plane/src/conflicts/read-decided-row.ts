import { CodedError, type RowValue } from "@syncline/core";
import type { ConflictDocument, DocumentRow } from "./conflict-document.ts";

/**
 * A row as somebody gives it, in the text form of its types: strings as they are, whole numbers and booleans as JSON.
 * @throws CodedError `request.invalid`
 */
export function readDecidedRow(
  given: Readonly<Record<string, unknown>>,
  { columnTypes, table }: ConflictDocument,
): DocumentRow {
  const known = new Set(columnTypes.map(([name]) => name));
  return Object.fromEntries(
    Object.entries(given).map(([column, value]) => {
      if (!known.has(column))
        throw new CodedError(
          "request.invalid",
          `Table "${table}" has no column "${column}", which the row names.`,
        );
      return [column, readValue(value, column)];
    }),
  );
}

function readValue(value: unknown, column: string): RowValue {
  if (value === null || typeof value === "string") return value;
  if (typeof value === "boolean") return value ? "t" : "f";
  if (typeof value === "number" && Number.isSafeInteger(value)) return String(value);
  throw new CodedError(
    "request.invalid",
    `The value of column "${column}" is neither text, a whole number, a boolean nor null.`,
    {
      hint: "Give other values as the database writes them, in a string.",
    },
  );
}
