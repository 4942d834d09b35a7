import type { JsonNode } from "./json-reader.ts";
import { type Accepted, accepted, type Refused, refused } from "./literal-result.ts";

const MAX_DIMENSIONS = 6;
type CheckItem = (node: JsonNode) => Accepted | Refused;

/** A list, or lists of equal length in it, as PostgreSQL's array text; null is an element that is NULL. */
export function arrayLiteral(node: JsonNode, checkItem: CheckItem): Accepted | Refused {
  if (node.kind !== "array") return refused("a list");
  if (node.items.length === 0) return accepted("{}");
  const shape = shapeOf(node);
  if (shape.length > MAX_DIMENSIONS) return refused(`a list of at most ${MAX_DIMENSIONS} dimensions`);
  return writeArray(node, shape, checkItem);
}

/** Lengths of the dimensions, by the first element of each. */
function shapeOf(node: JsonNode): readonly number[] {
  if (node.kind !== "array") return [];
  const [first] = node.items;
  return [node.items.length, ...(first === undefined ? [] : shapeOf(first))];
}

function writeArray(node: JsonNode, shape: readonly number[], checkItem: CheckItem): Accepted | Refused {
  const [length, ...inner] = shape;
  if (length === undefined) return node.kind === "null" ? accepted("NULL") : quoteItem(checkItem(node));
  if (node.kind !== "array" || node.items.length !== length || length === 0)
    return refused("lists of equal length inside the list");
  const parts: string[] = [];
  for (const item of node.items) {
    const result = writeArray(item, inner, checkItem);
    if (!result.ok) return result;
    parts.push(result.text);
  }
  return accepted(`{${parts.join(",")}}`);
}

function quoteItem(result: Accepted | Refused): Accepted | Refused {
  if (!result.ok) return refused(`a list whose elements are each ${result.expected}`);
  return accepted(`"${result.text.replace(/[\\"]/g, "\\$&")}"`);
}
