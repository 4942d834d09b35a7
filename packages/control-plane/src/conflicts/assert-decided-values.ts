import { CodedError } from "@syncline/core";
import { sql } from "drizzle-orm";
import type { Executor } from "../database/open-database.ts";
import { sqlStateOf } from "../database/translate-database-error.ts";
import type { ConflictDocument, DocumentRow } from "./conflict-document.ts";

/** Types that every server reads alike; what others take only their own server knows. */
const CHECKED: ReadonlySet<string> = new Set([
  "bigint",
  "boolean",
  "bytea",
  "date",
  "double precision",
  "integer",
  "interval",
  "json",
  "jsonb",
  "numeric",
  "real",
  "smallint",
  "time without time zone",
  "timestamp with time zone",
  "timestamp without time zone",
  "uuid",
]);
const MODIFIER = /\(\d{1,4}(?:,-?\d{1,4})?\)/;
const BOUNDED_TEXT = /^character varying\((\d+)\)$/;
/** Class 22: a value that its type does not have. */
const DATA_EXCEPTION = /^22/;

/**
 * Values that the columns' types do not have are refused when they are given: the cycle that met one could write
 * nothing at all. In the caller's transaction, which the refusal ends.
 * @throws CodedError `request.invalid`
 */
export async function assertDecidedValues(
  tx: Executor,
  row: DocumentRow,
  { columnTypes }: Pick<ConflictDocument, "columnTypes">,
): Promise<void> {
  for (const [column, type] of columnTypes) {
    const value = row[column];
    if (typeof value !== "string") continue;
    const bound = BOUNDED_TEXT.exec(type)?.[1];
    if (bound !== undefined && isTooLong(value, Number(bound))) throw refusal(column, type);
    if (!CHECKED.has(type.replace(MODIFIER, ""))) continue;
    try {
      await tx.execute(sql`SELECT (${value}::text)::${sql.raw(type)}`);
    } catch (error) {
      throw DATA_EXCEPTION.test(sqlStateOf(error)) ? refusal(column, type) : error;
    }
  }
}

/** What lies beyond a bound is dropped in silence only where it is spaces. */
function isTooLong(value: string, bound: number): boolean {
  return [...value].slice(bound).some((character) => character !== " ");
}

function refusal(column: string, type: string): CodedError {
  return new CodedError("request.invalid", `The value of column "${column}" is no ${type}.`, {
    hint: "Give it as the database writes values of this type.",
  });
}
