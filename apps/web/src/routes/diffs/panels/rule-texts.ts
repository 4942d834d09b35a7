import type { AnswerOf, jobs } from "@syncline/api";

/** Rules as jobs have them: a column, or `table.column`. */
export interface RuleTexts {
  readonly ignoreFields: readonly string[];
  readonly tolerance: Readonly<Record<string, string>>;
}

export const NO_RULES: RuleTexts = { ignoreFields: [], tolerance: {} };

export function hasRules({ ignoreFields, tolerance }: RuleTexts): boolean {
  return ignoreFields.length + Object.keys(tolerance).length > 0;
}

type Definition = AnswerOf<typeof jobs.getJob>["definition"];
type Comparing = Definition & { readonly kind: "diff" | "watch" };

export function isComparing(definition: Definition): definition is Comparing {
  return definition.kind === "diff" || definition.kind === "watch";
}

/** The definition with more rules; those that it has stay, a tolerance of the same column is replaced. */
export function withRules<Kind extends Comparing>(definition: Kind, rules: RuleTexts): Kind {
  const ignoreFields = [...new Set([...definition.ignoreFields, ...rules.ignoreFields])];
  return { ...definition, ignoreFields, tolerance: { ...definition.tolerance, ...rules.tolerance } };
}

/** Whether the definition has all of them already. */
export function coversRules({ ignoreFields, tolerance }: Comparing, rules: RuleTexts): boolean {
  return (
    rules.ignoreFields.every((field) => ignoreFields.includes(field)) &&
    Object.entries(rules.tolerance).every(([field, text]) => tolerance[field] === text)
  );
}

const TOLERABLE =
  /^(smallint|integer|bigint|numeric|decimal|real|double precision|money|date|interval|time|timestamp)\b/;

/** Whether differences of a column can be measured. */
export function isTolerable(type: string): boolean {
  return TOLERABLE.test(type) && !type.endsWith("]") && !/^time\b.*with time zone/.test(type);
}

/** What a tolerance of a type looks like. */
export function toleranceExample(type: string): string {
  return /^(date|interval|time)/.test(type) ? "2 seconds" : "0.01";
}

/** Whether a definition holds a URL, whose password is not shown and would be lost when it is saved again. */
export function holdsUrl(definition: Definition): boolean {
  return JSON.stringify(definition).includes("://");
}
