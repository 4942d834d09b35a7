import type { Review } from "./review-standing.ts";

type Definition = Review["definition"];

const KINDS: Readonly<Record<Definition["kind"], string>> = {
  diff: "Compare",
  watch: "Watch for drift",
  apply: "Apply a patch",
  undo: "Undo what was applied",
  copy: "Copy rows",
  merge: "Merge three ways",
  "bi-sync": "Keep both places in step",
  export: "Export rows",
  import: "Import rows",
};

const LABELS: Readonly<Record<string, string>> = {
  ledgerId: "Takes back",
  strategy: "Rows that differ",
  includeCascades: "Foreign keys",
  triggers: "Triggers",
  ignoreFields: "Columns left alone",
  mapTable: "Tables renamed",
  mapColumn: "Columns renamed",
  schema: "Tables",
  includeSchemas: "Definitions",
  maxDeletes: "Deletes at most",
  maxDeletePercent: "Deletes at most, %",
  lockTimeout: "Waits for locks",
};

/** Says nothing of what is written. */
const APART: ReadonlySet<string> = new Set([
  "name",
  "kind",
  "enabled",
  "retry",
  "description",
  "dryRun",
  "confirm",
  "parallel",
  "slices",
  "timeout",
  "schedule",
]);

const STRATEGIES: Readonly<Record<string, string>> = {
  manual: "stop, and write nothing",
  ours: "are skipped: the target's stay",
  theirs: "are overwritten",
  replace: "are overwritten; rows that the source does not have are deleted",
  merge: "are overwritten; none is deleted",
  append: "only rows that are missing are added",
  "skip-existing": "are skipped: the target's stay",
  timestamp: "the newer one stays",
  "three-way": "are merged by cells",
};

/** A definition as people read it: what it does, and everything that decides what is written. */
export function definitionFacts(definition: Definition): readonly (readonly [string, string])[] {
  const facts = Object.entries(definition)
    .sort(([one], [other]) => placeOf(one) - placeOf(other))
    .filter(([name, value]) => !APART.has(name) && says(value))
    .map(([name, value]) => [LABELS[name] ?? sentence(name), factText(name, value)] as const);
  return [["What", KINDS[definition.kind]], ...facts];
}

const FIRST = ["source", "base", "target"];

/** Where from and where to come before all else; the rest stays in its order. */
function placeOf(name: string): number {
  const at = FIRST.indexOf(name);
  return at < 0 ? FIRST.length : at;
}

function says(value: unknown): boolean {
  if (value === undefined || value === null || value === false) return false;
  return typeof value !== "object" || Object.keys(value).length > 0;
}

function factText(name: string, value: unknown): string {
  if (name === "strategy") return STRATEGIES[String(value)] ?? String(value);
  if (name === "triggers")
    return value === "off"
      ? "do not fire"
      : value === "on"
        ? "fire"
        : "fire, except where they would change what is written";
  if (name === "includeCascades") return "rows that they reach are written, too";
  if (name === "includeSchemas") return "are created where they are missing";
  if (value === true) return "yes";
  if (Array.isArray(value) && value.every((each) => typeof each === "string")) return value.join(", ");
  if (typeof value !== "object" || value === null) return String(value);
  const parts = Object.entries(value);
  // A filter is a document of its own; rules are a few words.
  if (parts.some(([, part]) => typeof part === "object")) return JSON.stringify(value, null, 1);
  return parts.map(([part, text]) => `${sentence(part).toLowerCase()} ${text}`).join(", ");
}

/** `maxDeletes` → "Max deletes". */
function sentence(name: string): string {
  const words = name.replace(/([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
