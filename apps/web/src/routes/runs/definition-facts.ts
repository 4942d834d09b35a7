import type { Run } from "./runs-query.ts";

/** Told elsewhere on the page. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  "name",
  "kind",
  "source",
  "target",
  "patch",
  "description",
  "enabled",
]);

/** Settings of a definition, as texts by name; empty ones are left out. */
export function definitionFacts(definition: Run["definition"]): readonly (readonly [string, string])[] {
  return Object.entries(definition)
    .filter(([name, value]) => !ELSEWHERE.has(name) && !isEmpty(value))
    .map(([name, value]) => [labelOf(name), textOf(value)] as const);
}

/** "ignoreFields" → "Ignore fields". */
export function labelOf(name: string): string {
  const words = name.replace(/([A-Z])/g, " $1").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === "" || value === false) return true;
  return typeof value === "object" && Object.keys(value).length === 0;
}

export function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.map(textOf).join(", ");
  if (typeof value === "object" && value !== null)
    return Object.entries(value)
      .map(([name, inner]) => `${name} ${typeof inner === "object" ? JSON.stringify(inner) : String(inner)}`)
      .join(", ");
  return String(value);
}
