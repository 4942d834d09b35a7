import {
  COMPARISONS,
  type ComparisonOperator,
  FIELD_OPERATORS,
  type FilterDocument,
  type FilterNode,
  type FilterPath,
  GROUP_OPERATORS,
} from "./filter-ast.ts";
import { describeJson, filterError, nearest, suggest } from "./filter-error.ts";
import { type JsonNode, readJson } from "./json-reader.ts";

type ObjectNode = Extract<JsonNode, { kind: "object" }>;

const EXAMPLE =
  'Write {"where": {"status": "active", "age": {"$gte": 18}}}, or {"tables": {"users": {"where": {…}}}}.';

/**
 * Reads a filter document: `{"where": {…}}`, `{"search": "word"}` and `{"tables": {"users": {"where": {…}}}}`.
 * Digits stay as written. Columns and types are judged later, by `checkFilter`. Throws `filter.invalid`.
 */
export function parseFilter(text: string): FilterDocument {
  const source = readJson(text);
  if (source.kind !== "object")
    throw filterError("the document", `expected an object, found ${describeJson(source)}`, EXAMPLE);
  for (const key of source.entries.keys()) {
    if (key !== "where" && key !== "search" && key !== "tables") throw unknownSection(key, source);
  }
  if (source.entries.size === 0) throw filterError("the document", "it is empty", EXAMPLE);
  return { where: parseSections(source, ""), tables: parseTables(source.entries.get("tables")), source };
}

function unknownSection(key: string, source: ObjectNode): Error {
  const looksLikeColumns = source.entries.size > 0 && !source.entries.has("where");
  const hint = looksLikeColumns ? `Conditions stand inside "where": ${EXAMPLE}` : EXAMPLE;
  return filterError(keyPath("", key), `unknown key${suggest(key, ["where", "tables", "search"])}`, hint);
}

/** `where` and `search` of the document or of one table; null when it has neither. */
function parseSections(object: ObjectNode, prefix: FilterPath): FilterNode | null {
  const where = object.entries.get("where");
  const search = object.entries.get("search");
  const items: FilterNode[] = [];
  if (where !== undefined) items.push(parseGroup(where, keyPath(prefix, "where")));
  if (search !== undefined) items.push(parseSearch(search, null, keyPath(prefix, "search")));
  return items.length === 0 ? null : all(items, prefix);
}

function parseTables(node: JsonNode | undefined): ReadonlyMap<string, FilterNode> {
  const tables = new Map<string, FilterNode>();
  if (node === undefined) return tables;
  for (const [name, value] of expectObject(node, "tables").entries) {
    const path = keyPath("tables", name);
    const object = expectObject(value, path);
    for (const key of object.entries.keys()) {
      if (key !== "where" && key !== "search")
        throw filterError(keyPath(path, key), `unknown key${suggest(key, ["where", "search"])}`, EXAMPLE);
    }
    const filter = parseSections(object, path);
    if (filter === null) throw filterError(path, 'expected "where" or "search"', EXAMPLE);
    tables.set(name, filter);
  }
  return tables;
}

function parseGroup(node: JsonNode, path: FilterPath): FilterNode {
  const items = [...expectObject(node, path).entries].map(([key, value]) =>
    parseEntry(key, value, keyPath(path, key)),
  );
  return all(items, path);
}

function parseEntry(key: string, value: JsonNode, path: FilterPath): FilterNode {
  switch (key) {
    case "$and":
    case "$or":
      return { kind: key === "$and" ? "and" : "or", items: parseList(value, path), path };
    case "$not":
      return { kind: "not", item: parseGroup(value, path), path };
    case "$search":
      return parseSearch(value, null, path);
  }
  if (key.startsWith("$") && FIELD_OPERATORS.some((operator) => operator === key)) {
    throw filterError(path, `the operator "${key}" needs a column`, `Write {"column": {"${key}": …}}.`);
  }
  if (key.startsWith("$") && value.kind !== "object") {
    const near = nearest(key, GROUP_OPERATORS);
    if (near !== null) throw unknownOperator(key, path, GROUP_OPERATORS);
  }
  return parseColumn(key, value, path);
}

function parseList(node: JsonNode, path: FilterPath): readonly FilterNode[] {
  if (node.kind !== "array")
    throw filterError(path, `expected a list of conditions, found ${describeJson(node)}`);
  return node.items.map((item, index) => parseGroup(item, `${path}[${index}]`));
}

function parseColumn(column: string, value: JsonNode, path: FilterPath): FilterNode {
  if (value.kind !== "object") return { kind: "compare", column, operator: "$eq", value, path };
  if (value.entries.size === 0)
    throw filterError(path, "expected an operator or a value, found an empty object");
  const items = [...value.entries].map(([operator, operand]) =>
    parseOperator(column, operator, operand, keyPath(path, operator)),
  );
  return all(items, path);
}

function parseOperator(column: string, operator: string, operand: JsonNode, path: FilterPath): FilterNode {
  if (isComparison(operator)) return { kind: "compare", column, operator, value: operand, path };
  switch (operator) {
    case "$in":
    case "$nin":
      if (operand.kind !== "array")
        throw filterError(path, `expected a list of values, found ${describeJson(operand)}`);
      return { kind: "in", column, values: operand.items, negated: operator === "$nin", path };
    case "$like":
    case "$ilike":
      return { kind: "like", column, pattern: operand, ignoreCase: operator === "$ilike", path };
    case "$null":
      if (operand.kind !== "boolean")
        throw filterError(path, `expected true or false, found ${describeJson(operand)}`);
      return { kind: "null", column, isNull: operand.value, path };
    case "$search":
      return parseSearch(operand, column, path);
    case "$not":
      return { kind: "not", item: parseNegated(column, operand, path), path };
  }
  throw unknownOperator(operator, path, FIELD_OPERATORS);
}

function parseNegated(column: string, operand: JsonNode, path: FilterPath): FilterNode {
  if (operand.kind === "object") return parseColumn(column, operand, path);
  throw filterError(
    path,
    `expected an object of operators, found ${describeJson(operand)}`,
    'Write {"$not": {"$eq": …}} or {"$ne": …}.',
  );
}

function parseSearch(node: JsonNode, column: string | null, path: FilterPath): FilterNode {
  if (node.kind !== "string")
    throw filterError(path, `expected a text to search for, found ${describeJson(node)}`);
  if (node.value.trim() === "") throw filterError(path, "the text to search for is empty");
  if (node.value.includes("\0")) throw filterError(path, "a NUL character cannot be in a row");
  return { kind: "search", column, text: node.value, path };
}

function isComparison(operator: string): operator is ComparisonOperator {
  return COMPARISONS.some((known) => known === operator);
}

function unknownOperator(operator: string, path: FilterPath, known: readonly string[]): Error {
  if (!operator.startsWith("$")) {
    return filterError(
      path,
      `expected an operator, found the key ${JSON.stringify(operator)}`,
      'Operators start with $; to compare with a JSON value write {"$eq": {…}}.',
    );
  }
  return filterError(path, `unknown operator${suggest(operator, known)}`, `Operators: ${known.join(" ")}.`);
}

function expectObject(node: JsonNode, path: FilterPath): ObjectNode {
  if (node.kind === "object") return node;
  throw filterError(path, `expected an object, found ${describeJson(node)}`, EXAMPLE);
}

function all(items: readonly FilterNode[], path: FilterPath): FilterNode {
  const [only, ...others] = items;
  return only !== undefined && others.length === 0 ? only : { kind: "and", items, path };
}

const PLAIN_KEY = /^[$A-Za-z_][$\w]*$/;

/** Appends a key: `where.age.$gte`, `where["odd name"]`. */
function keyPath(path: FilterPath, key: string): FilterPath {
  if (!PLAIN_KEY.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}
