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
const BOUNDED_TEXT = /^character(?: varying)?\((\d+)\)$/;
/** What else reads as a date may be meant otherwise (1.4.2026), or another one tomorrow (today). */
const DATED = /^(date|timestamp)/;
const ISO_DATE = /^\s*(\d{4,}-\d\d?-\d\d?|-?infinity\s*$)/i;
/** Class 22: a value that its type does not have. */
const DATA_EXCEPTION = /^22/;

/**
 * The row with its numbers written as their columns write them. Values that the columns' types do not have, or would
 * round, are refused when they are given: the cycle that met one could write nothing at all. In the caller's
 * transaction, which the refusal ends.
 * @throws CodedError `request.invalid`
 */
export async function decidedValues(
  tx: Executor,
  row: DocumentRow,
  { columnTypes }: Pick<ConflictDocument, "columnTypes">,
): Promise<DocumentRow> {
  const read = new Map(Object.entries(row));
  for (const [column, type] of columnTypes) {
    const value = row[column];
    if (typeof value !== "string") continue;
    const bound = BOUNDED_TEXT.exec(type)?.[1];
    if (bound !== undefined && isTooLong(value, Number(bound))) throw refusal(column, type);
    const base = type.replace(MODIFIER, "");
    if (!CHECKED.has(base)) continue;
    if (DATED.test(base) && !ISO_DATE.test(value)) throw refusal(column, type);
    const { text, whole } = await castValue(tx, { column, value, type, base });
    if (!whole) throw refusal(column, type);
    // A column with a scale has no 1.5, but 1.50.
    if (base === "numeric") read.set(column, text);
  }
  return Object.fromEntries(read);
}

interface Given {
  readonly column: string;
  readonly value: string;
  readonly type: string;
  readonly base: string;
}

async function castValue(
  tx: Executor,
  { column, value, type, base }: Given,
): Promise<{ readonly text: string; readonly whole: boolean }> {
  const [given, bounded] = [sql`(${value}::text)::${sql.raw(base)}`, sql`(${value}::text)::${sql.raw(type)}`];
  // Not every type can be compared; those with a precision can.
  const whole = type === base ? sql`true` : sql`${given} = ${bounded}`;
  try {
    const [found] = await tx.execute<{ readonly text: string; readonly whole: boolean }>(
      sql`SELECT (${bounded})::text AS text, ${whole} AS whole`,
    );
    return found ?? { text: value, whole: true };
  } catch (error) {
    throw DATA_EXCEPTION.test(sqlStateOf(error)) ? refusal(column, type) : error;
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
