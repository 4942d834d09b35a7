import type { ColumnSpec, TableSpec } from "../schema/table-spec.ts";
import { formatQualifiedName } from "../values/qualified-name.ts";
import { type FilterType, filterTypeOf } from "./column-types.ts";
import type { FilterNode } from "./filter-ast.ts";
import { describeJson, filterError, suggest } from "./filter-error.ts";
import type { JsonNode } from "./json-reader.ts";
import { isStorable } from "./text-literals.ts";

/**
 * A filter whose columns exist and whose values fit; ready to become SQL. `$ne` and `$nin` are a `not` around their
 * positive form, so that a filter and its negation split the table in two. Values are texts that the column's type reads exactly.
 */
export type CheckedFilter =
  | { readonly kind: "and" | "or"; readonly items: readonly CheckedFilter[] }
  | { readonly kind: "not"; readonly item: CheckedFilter }
  | {
      readonly kind: "compare";
      readonly column: ColumnSpec;
      readonly operator: "=" | "<" | "<=" | ">" | ">=";
      readonly value: string;
    }
  | { readonly kind: "any"; readonly column: ColumnSpec; readonly values: readonly string[] }
  | { readonly kind: "null"; readonly column: ColumnSpec }
  | {
      readonly kind: "like";
      readonly column: ColumnSpec;
      readonly pattern: string;
      readonly ignoreCase: boolean;
    }
  | { readonly kind: "search"; readonly columns: readonly ColumnSpec[]; readonly text: string };

/** Judges a filter against one table. Throws `filter.invalid` with the path, the column's type and what was found. */
export function checkFilter(filter: FilterNode, table: TableSpec): CheckedFilter {
  switch (filter.kind) {
    case "and":
    case "or":
      return { kind: filter.kind, items: filter.items.map((item) => checkFilter(item, table)) };
    case "not":
      return not(checkFilter(filter.item, table));
    case "null":
      return negateIf(!filter.isNull, { kind: "null", column: findColumn(filter.column, filter, table) });
    case "compare":
      return checkComparison(filter, findColumn(filter.column, filter, table));
    case "in":
      return negateIf(filter.negated, checkList(filter, findColumn(filter.column, filter, table)));
    case "like":
      return checkPattern(filter, findColumn(filter.column, filter, table));
    case "search":
      return checkSearch(filter, table);
  }
}

type NodeOf<Kind extends FilterNode["kind"]> = Extract<FilterNode, { kind: Kind }>;

function not(item: CheckedFilter): CheckedFilter {
  return { kind: "not", item };
}

function negateIf(negated: boolean, item: CheckedFilter): CheckedFilter {
  return negated ? not(item) : item;
}

function findColumn(name: string, filter: FilterNode, table: TableSpec): ColumnSpec {
  const column = table.columns.find((candidate) => candidate.name === name);
  if (column !== undefined) return column;
  const names = table.columns.map((candidate) => candidate.name);
  const hint = `Columns of ${formatQualifiedName(table.name)}: ${listed(names)}.`;
  throw filterError(
    filter.path,
    `the table "${table.name.name}" has no column "${name}"${suggest(name, names)}`,
    hint,
    { missingColumn: name },
  );
}

const MAX_LISTED = 30;

function listed(names: readonly string[]): string {
  return names.length > MAX_LISTED ? `${names.slice(0, MAX_LISTED).join(", ")}, …` : names.join(", ");
}

const SQL_OPERATORS = { $eq: "=", $ne: "=", $gt: ">", $gte: ">=", $lt: "<", $lte: "<=" } as const;

function checkComparison(filter: NodeOf<"compare">, column: ColumnSpec): CheckedFilter {
  const { operator, value } = filter;
  const negated = operator === "$ne";
  if (value.kind === "null") {
    if (operator === "$eq" || negated) return negateIf(negated, { kind: "null", column });
    throw typeError(filter, column, "a value to compare with", value, 'Use {"$null": true} to ask for NULL.');
  }
  return negateIf(negated, {
    kind: "compare",
    column,
    operator: SQL_OPERATORS[operator],
    value: checkValue(value, column, filter),
  });
}

/** `null` in a list means IS NULL, as everywhere. */
function checkList(filter: NodeOf<"in">, column: ColumnSpec): CheckedFilter {
  const values = filter.values.flatMap((value, index) =>
    value.kind === "null" ? [] : [checkValue(value, column, { ...filter, path: `${filter.path}[${index}]` })],
  );
  const any = oneOf(column, values);
  return values.length === filter.values.length
    ? any
    : { kind: "or", items: [any, { kind: "null", column }] };
}

/** `= ANY` would look into arrays, so a column of arrays is compared with one value after the other. */
function oneOf(column: ColumnSpec, values: readonly string[]): CheckedFilter {
  if (!column.type.base.endsWith("[]")) return { kind: "any", column, values };
  return { kind: "or", items: values.map((value) => ({ kind: "compare", column, operator: "=", value })) };
}

function checkValue(value: JsonNode, column: ColumnSpec, filter: FilterNode): string {
  const type = filterTypeOf(column);
  if (!type.comparable) throw notComparable(filter, column);
  const result = type.check(value);
  if (result.ok) return result.text;
  throw typeError(filter, column, result.expected, value);
}

function notComparable(filter: FilterNode, column: ColumnSpec): Error {
  return filterError(
    filter.path,
    `values of the column "${column.name}" (${column.type.name}) cannot be compared`,
    'Only {"$null": true} and {"$null": false} work for this type.',
  );
}

function typeError(
  filter: FilterNode,
  column: ColumnSpec,
  expected: string,
  found: JsonNode,
  hint?: string,
): Error {
  const problem = `the column "${column.name}" is ${column.type.name}: expected ${expected}, found ${describeJson(found)}`;
  return filterError(filter.path, problem, hint);
}

function checkPattern(filter: NodeOf<"like">, column: ColumnSpec): CheckedFilter {
  assertTextual(filter, column, filterTypeOf(column));
  const { pattern } = filter;
  if (pattern.kind !== "string" || !isStorable(pattern.value))
    throw typeError(filter, column, "a pattern in double quotes", pattern);
  if (endsInEscape(pattern.value))
    throw filterError(filter.path, "the pattern ends with a single backslash, which escapes nothing");
  return { kind: "like", column, pattern: pattern.value, ignoreCase: filter.ignoreCase };
}

function endsInEscape(pattern: string): boolean {
  return (/\\*$/.exec(pattern)?.[0].length ?? 0) % 2 === 1;
}

function assertTextual(filter: FilterNode, column: ColumnSpec, type: FilterType): void {
  if (type.textual) return;
  throw filterError(
    filter.path,
    `the column "${column.name}" is ${column.type.name}; this operator needs a column of text`,
  );
}

function checkSearch(filter: NodeOf<"search">, table: TableSpec): CheckedFilter {
  if (!isStorable(filter.text)) throw filterError(filter.path, "the text cannot be stored in a row");
  if (filter.column !== null) {
    const column = findColumn(filter.column, filter, table);
    assertTextual(filter, column, filterTypeOf(column));
    return { kind: "search", columns: [column], text: filter.text };
  }
  const columns = table.columns.filter((column) => filterTypeOf(column).textual);
  if (columns.length > 0) return { kind: "search", columns, text: filter.text };
  throw filterError(filter.path, `the table "${table.name.name}" has no column of text to search`);
}
