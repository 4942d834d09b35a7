import { parseDecimal, sameDecimal } from "./decimal.ts";
import type { FilterDocument } from "./filter-ast.ts";
import type { JsonNode } from "./json-reader.ts";

/**
 * The document as a plain value for `JSON.stringify` (patch headers, scopes). Numbers that JavaScript would change become
 * strings, which the filter language reads as the same value. Keys such as `__proto__` survive: objects have no prototype.
 */
export function filterToJson(document: FilterDocument): unknown {
  return toJson(document.source);
}

function toJson(node: JsonNode): unknown {
  switch (node.kind) {
    case "null":
      return null;
    case "number":
      return isExact(node.text) ? Number(node.text) : node.text;
    case "array":
      return node.items.map(toJson);
    case "object":
      return Object.assign(
        Object.create(null),
        Object.fromEntries([...node.entries].map(([key, value]) => [key, toJson(value)])),
      );
    default:
      return node.value;
  }
}

function isExact(digits: string): boolean {
  return sameDecimal(parseDecimal(String(Number(digits))), parseDecimal(digits));
}
