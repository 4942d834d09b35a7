import { type JobDefinition, jobSchema } from "@syncline/api";
import { isCodedError, parseFilter } from "@syncline/core";
import type { z } from "zod";
import { locatorProblem } from "../../../components/place-picker/place-parts.ts";
import { definitionOfForm } from "./definition-of-form.ts";
import { fieldsOf, type JobForm } from "./job-form.ts";

export interface CheckedForm {
  /** Null: something is wrong. */
  readonly definition: JobDefinition | null;
  /** By path, as `source` or `schedule.cron`. */
  readonly problems: ReadonlyMap<string, string>;
}

export const NEEDED = "This is needed.";

/** The form as the schema and the parsers of the server see it. */
export function checkForm(form: JobForm): CheckedForm {
  const raw = definitionOfForm(form);
  const parsed = jobSchema.safeParse(raw);
  const problems = new Map<string, string>();
  const add = (path: string, problem: string) => {
    if (!problems.has(path)) problems.set(path, problem);
  };
  for (const [path, problem] of ownProblems(form)) add(path, problem);
  for (const issue of (parsed.error?.issues ?? []).flatMap((each) => issuesWithin(each, form)))
    add(issue.path.map(String).join("."), problemOf(issue, valueAt(raw, issue.path)));
  return { definition: parsed.success && problems.size === 0 ? parsed.data : null, problems };
}

/** Of the forms that a schedule may have, that which was chosen. */
function issuesWithin(issue: z.core.$ZodIssue, { scheduleMode }: JobForm): readonly z.core.$ZodIssue[] {
  if (issue.code !== "invalid_union" || issue.path[0] !== "schedule") return [issue];
  const at = { none: 0, cron: 0, every: 1, listen: 2 }[scheduleMode];
  return (issue.errors[at] ?? []).map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

function problemOf(issue: z.core.$ZodIssue, value: unknown): string {
  if (value === undefined || value === "") return NEEDED;
  switch (issue.code) {
    case "invalid_type":
      return issue.expected === "int"
        ? "A whole number."
        : `Expected ${WORDS[issue.expected] ?? issue.expected}.`;
    case "too_small":
      return issue.origin === "number" || issue.origin === "int" ? `At least ${issue.minimum}.` : NEEDED;
    case "too_big":
      if (issue.origin === "string") return `At most ${issue.maximum} characters.`;
      return issue.origin === "array" ? `At most ${issue.maximum} of them.` : `At most ${issue.maximum}.`;
    case "invalid_value":
      return `One of ${issue.values.map(String).join(", ")}.`;
    case "invalid_union":
      return "auto, or a whole number from 1 to 1024.";
    default:
      return sentence(issue.message);
  }
}

const WORDS: Readonly<Record<string, string>> = {
  number: "a number",
  string: "a text",
  record: "a document in braces",
  object: "a document in braces",
};

const sentence = (text: string) =>
  `Expected ${text.replace(/^Expected /i, "")}${text.endsWith(".") ? "" : "."}`;

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>(
    (inner, key) =>
      typeof inner === "object" && inner !== null && Object.hasOwn(inner, key)
        ? (inner as Readonly<Record<PropertyKey, unknown>>)[key]
        : undefined,
    value,
  );
}

/** What the schema leaves to the parsers of the server, and what a definition could not even hold. */
function* ownProblems(form: JobForm): Generator<readonly [string, string]> {
  const fields = fieldsOf(form.kind);
  for (const name of ["source", "target", "base"] as const) {
    const problem = fields.has(name) ? locatorProblem(form[name] ?? "") : null;
    if (problem !== null) yield [name, problem];
  }
  if (fields.has("base") && fields.has("strategy")) {
    const threeWay = form.strategy === "three-way";
    if (threeWay && form.base === undefined) yield ["base", NEEDED];
    if (!threeWay && form.base !== undefined)
      yield ["base", "Only the strategy three-way takes a base: remove it, or choose three-way."];
  }
  const filter = fields.has("filter") && form.filter !== undefined ? filterProblem(form.filter) : null;
  if (filter !== null) yield ["filter", filter];
  for (const name of ["mapTable", "mapColumn", "tolerance"] as const)
    if (fields.has(name))
      yield* rowProblems(
        name,
        form[name].map((row) => row.name),
        form[name].map(({ value }) => value),
      );
  if (fields.has("key"))
    yield* rowProblems(
      "key",
      form.key.map(({ table }) => table),
      form.key.map(({ columns }) => columns.join()),
    );
}

function* rowProblems(
  field: string,
  names: readonly string[],
  values: readonly string[],
): Generator<readonly [string, string]> {
  const twice = names.find((name, at) => name !== "" && names.indexOf(name) !== at);
  if (twice !== undefined) yield [field, `“${twice}” stands twice.`];
  const half = names.findIndex((name, at) => (name === "") !== (values[at] === ""));
  if (half >= 0) yield [field, "Fill both columns of each row, or remove the row."];
}

/** What is wrong with a filter document; null: nothing that can be told without the tables. */
export function filterProblem(text: string): string | null {
  try {
    parseFilter(text);
  } catch (error) {
    return isCodedError(error) ? error.message : String(error);
  }
  const changed = numbersThatChange(text);
  return changed === null
    ? null
    : `The number ${changed} would lose digits on the way: write it as a text, in double quotes.`;
}

const NUMBERS = /"(?:[^"\\]|\\.)*"|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/g;
const EXACT_DIGITS = 15;

/** Requests carry numbers as JSON, of which browsers keep some 15 digits. */
function numbersThatChange(text: string): string | null {
  for (const [, number] of text.matchAll(NUMBERS)) {
    if (number === undefined) continue;
    const digits = number
      .replace(/[eE].*$/, "")
      .replace(/[-.]/g, "")
      .replace(/^0+/, "");
    if (digits.length > EXACT_DIGITS && String(Number(number)) !== number) return number;
  }
  return null;
}
