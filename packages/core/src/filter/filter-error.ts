import { CodedError } from "../errors/coded-error.ts";
import type { FilterPath } from "./filter-ast.ts";
import type { JsonNode } from "./json-reader.ts";

/** `filter.invalid` about one place of the document. */
export function filterError(
  path: FilterPath,
  problem: string,
  hint?: string,
  details: Readonly<Record<string, unknown>> = {},
): CodedError {
  const end = problem.endsWith("?") ? "" : ".";
  return new CodedError("filter.invalid", `The filter is not valid at ${path}: ${problem}${end}`, {
    ...(hint === undefined ? {} : { hint }),
    details: { path, ...details },
  });
}

const MAX_SHOWN = 40;

/** What was found, for messages: `the number 18.5`, `the text "abc"`, `a list`. */
export function describeJson(node: JsonNode): string {
  switch (node.kind) {
    case "null":
      return "null";
    case "boolean":
      return String(node.value);
    case "number":
      return `the number ${shorten(node.text)}`;
    case "string":
      return `the text ${JSON.stringify(shorten(node.value))}`;
    case "array":
      return "a list";
    case "object":
      return "an object";
  }
}

function shorten(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text;
}

/** `; did you mean "status"?` for the nearest of the candidates, or nothing. */
export function suggest(found: string, candidates: readonly string[]): string {
  const near = nearest(found, candidates);
  return near === null ? "" : `; did you mean "${near}"?`;
}

export function nearest(found: string, candidates: readonly string[]): string | null {
  const limit = Math.max(1, Math.floor(found.length / 3));
  let best: { name: string; distance: number } | null = null;
  for (const name of candidates) {
    const distance = editDistance(found.toLowerCase(), name.toLowerCase());
    if (distance <= limit && distance < (best?.distance ?? Number.POSITIVE_INFINITY))
      best = { name, distance };
  }
  return best?.name ?? null;
}

/** Optimal string alignment: insertions, deletions, replacements and swaps of neighbours. */
function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 20 || a.length > 200) return Number.POSITIVE_INFINITY;
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      const replaced = (last[column - 1] ?? 0) + (same ? 0 : 1);
      const edited = Math.min(replaced, (last[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1);
      current.push(swapped ? Math.min(edited, (beforeLast[column - 2] ?? 0) + 1) : edited);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length] ?? 0;
}
