import { diffs, type QueryOf } from "@syncline/api";
import { CodedError } from "@syncline/core";
import type { ChangeFilter } from "@syncline/runtime/results";
import type { z } from "zod";

export type FilterBody = z.output<typeof diffs.changeFilterSchema>;

/** The filter of a request as the index takes it. */
export function changeFilter({ key, ...rest }: FilterBody): ChangeFilter {
  const { table, kinds, column, text, values } = rest;
  return {
    ...(table === undefined ? {} : { table }),
    ...(kinds === undefined ? {} : { kinds }),
    ...(column === undefined ? {} : { column }),
    ...(key === undefined ? {} : { key: { values: [], prefix: key } }),
    ...(text === undefined ? {} : { text }),
    ...(values === undefined ? {} : { values }),
  };
}

type FilterQuery = QueryOf<typeof diffs.countChanges>;

/** The same of a URL. @throws CodedError `request.invalid` for a condition that cannot be read */
export function filterOfQuery({ table, kind, column, key, text, value }: FilterQuery): ChangeFilter {
  return changeFilter({
    table,
    kinds: kind === undefined || kind.length === 0 ? undefined : kind,
    column,
    key,
    text,
    values: value === undefined || value.length === 0 ? undefined : value.map(conditionOf),
  });
}

function conditionOf(text: string): NonNullable<FilterBody["values"]>[number] {
  const parsed = diffs.valueConditionSchema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue === undefined || issue.path.length === 0 ? "" : ` (${issue.path.join(".")})`;
  throw new CodedError(
    "request.invalid",
    `A condition of "value" is not valid: ${issue?.message ?? "unknown"}${where}.`,
    { hint: 'Write it as {"column": "status", "side": "old", "test": "equals", "value": "paid"}.' },
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
