import type { Problem } from "@syncline/api";
import type { z } from "zod";

type Issue = NonNullable<Problem["issues"]>[number];

const MAX_ISSUES = 20;
const MAX_PATH = 200;
const MAX_PROBLEM = 300;
const MAX_WORD = 40;

export interface DescribeIssues {
  /** What was given. */
  readonly input: unknown;
  /** Where it stands, for the paths; empty for the body. */
  readonly prefix: string;
}

/** What the schema found, as sentences: what was expected, and what kind of thing is there. Values are not quoted. */
export function describeIssues(error: z.ZodError, { input, prefix }: DescribeIssues): Issue[] {
  return error.issues.slice(0, MAX_ISSUES).map((issue) => ({
    path: [...(prefix === "" ? [] : [prefix]), ...issue.path.map(String)].join(".").slice(0, MAX_PATH),
    problem: problemOf(issue, input).slice(0, MAX_PROBLEM),
  }));
}

function problemOf(issue: z.core.$ZodIssue, input: unknown): string {
  const value = valueAt(input, issue.path);
  const against = (expected: string, found: string) =>
    value === undefined ? `missing; expected ${expected}` : `expected ${expected}, found ${found}`;
  switch (issue.code) {
    case "invalid_type":
      return against(NAMES[issue.expected] ?? issue.expected, kindOf(value));
    case "invalid_value":
      return against(listed(issue.values), kindOf(value));
    case "invalid_union":
      return issue.errors.length === 0
        ? against(listed(optionsOf(issue)), wordOf(value))
        : against(formsOf(issue, value), kindOf(value));
    default:
      return issue.message;
  }
}

/** A discriminator is a name, and short ones can be told. */
function wordOf(value: unknown): string {
  return typeof value === "string" && value.length <= MAX_WORD && /^[\w.-]*$/.test(value)
    ? `"${value}"`
    : kindOf(value);
}

function optionsOf(issue: z.core.$ZodIssueInvalidUnion): readonly unknown[] {
  const { options } = issue as { readonly options?: unknown };
  return Array.isArray(options) ? options : [];
}

/** One of several forms: what each of them still wants. */
function formsOf(issue: z.core.$ZodIssueInvalidUnion, value: unknown): string {
  const forms = issue.errors.map((errors) => {
    const [first] = errors;
    if (first === undefined) return "";
    const name = first.path.map(String).join(".");
    return name === "" ? problemOf(first, value).replace(/^expected (.*), found .*$/, "$1") : `"${name}"`;
  });
  return `one of these: ${[...new Set(forms)].filter((form) => form !== "").join(", ")}`;
}

const NAMES: Readonly<Record<string, string>> = {
  string: "a text",
  object: "an object",
  record: "an object",
  array: "a list",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
};

function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "boolean") return "true or false";
  return typeof value === "string" ? "another text" : (NAMES[typeof value] ?? typeof value);
}

function listed(values: readonly unknown[]): string {
  const words = values.map((value) => (typeof value === "string" ? value : JSON.stringify(value)));
  return words.length === 1 ? `"${words[0]}"` : `one of ${words.join(", ")}`;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const key of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Readonly<Record<PropertyKey, unknown>>)[key];
  }
  return value;
}
