import { nearest } from "@syncline/core";
import { JOB_KINDS, jobSchema } from "@syncline/jobs";
import type { z } from "zod";
import { configSchema, LATER_SECTIONS, serverSchema } from "./config-schema.ts";

/** A problem found by the schema; `key` is set when the key itself is wrong rather than its value. */
export interface SchemaIssue {
  readonly path: readonly PropertyKey[];
  readonly key: string | null;
  readonly problem: string;
}

/** Turns zod's issues into sentences that name the expected form and what was found, without quoting values. */
export function describeSchemaIssues(
  issues: readonly z.core.$ZodIssue[],
  input: unknown,
  prefix: readonly PropertyKey[] = [],
): SchemaIssue[] {
  return issues.flatMap((issue) => describe(issue, input, prefix));
}

function describe(issue: z.core.$ZodIssue, input: unknown, prefix: readonly PropertyKey[]): SchemaIssue[] {
  const path = [...prefix, ...issue.path];
  const found = describeFound(valueAt(input, path), path);
  const one = (problem: string): SchemaIssue[] => [{ path, key: null, problem }];
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({ path, key, problem: unknownKey(key, path, input) }));
    case "invalid_type":
      return one(
        found === "nothing"
          ? `missing: expected ${withArticle(issue.expected)}`
          : `expected ${withArticle(issue.expected)}, found ${found}`,
      );
    case "invalid_value":
      return one(
        `${found === "nothing" ? "missing: " : ""}expected ${listed(issue.values)}${found === "nothing" ? "" : `, found ${found}`}`,
      );
    case "invalid_union":
      return describeUnion(issue, input, path, found);
    case "too_small":
      return one(
        issue.origin === "string" || issue.origin === "array"
          ? "must not be empty"
          : `expected at least ${issue.minimum}, found ${found}`,
      );
    case "too_big":
      return one(`expected at most ${issue.maximum}, found ${found}`);
    case "custom":
      return one(/^an? /.test(issue.message) ? `expected ${issue.message}, found ${found}` : issue.message);
    case "invalid_key":
      return one("the name is not valid");
    default:
      return one(`expected ${issue.message}, found ${found}`);
  }
}

const FORMS: Readonly<Record<string, string>> = {
  tls: "disable, prefer, require, verify-ca or verify-full, or {mode: …, rootCert: file}",
  password: "a reference: {env: NAME}, {file: path} or {command: [program, argument]}",
  tenancy: "{kind: schema}, {kind: database} or {kind: column, column: name}",
  jobs: `one of the kinds ${JOB_KINDS.join(", ")}`,
  schedule:
    '{cron: "0 3 * * *", timeZone: Europe/Berlin}, {every: 5m} or {listen: {server: name, channel: name}}',
  secret: "a reference: {env: NAME} or {file: path}",
  slices: "auto or a number from 1 to 1024",
};
const REFERENCE_FORM = "a text or a reference: {env: NAME}, {file: path} or {command: [program, argument]}";

/** Of several forms the one that the writer meant is the one whose own keys are there. */
function describeUnion(
  issue: z.core.$ZodIssueInvalidUnion,
  input: unknown,
  path: readonly PropertyKey[],
  found: string,
): SchemaIssue[] {
  const value = valueAt(input, path.at(-1) === "kind" ? path.slice(0, -1) : path);
  const meant = issue.errors.find(
    (issues) => isRecord(value) && issues.every((inner) => inner.path.length > 0),
  );
  if (meant !== undefined && path.at(-1) !== "kind") return describeSchemaIssues(meant, input, path);
  const field = path.findLast((part) => typeof part === "string" && part !== "kind");
  return [{ path, key: null, problem: `expected ${FORMS[String(field)] ?? REFERENCE_FORM}, found ${found}` }];
}

function unknownKey(key: string, path: readonly PropertyKey[], input: unknown): string {
  if (path.length === 0 && LATER_SECTIONS.has(key))
    return `the section "${key}" is not supported by this version`;
  const known = knownKeys(path, input);
  const near = nearest(key, known);
  const expected = known.length === 0 ? "" : `; expected one of ${known.join(", ")}`;
  return `unknown key "${key}"${near === null ? expected : `; did you mean "${near}"?`}`;
}

/** Keys that could have been meant, where the list is short enough to help. */
function knownKeys(path: readonly PropertyKey[], input: unknown): readonly string[] {
  if (path.length === 0) return Object.keys(configSchema.shape);
  if (path.length !== 2) return [];
  if (path[0] === "servers") return Object.keys(serverSchema.shape);
  if (path[0] !== "jobs") return [];
  const kind = valueAt(input, [...path, "kind"]);
  return Object.keys(jobSchema.options.find((option) => option.shape.kind.value === kind)?.shape ?? {});
}

function listed(values: readonly unknown[]): string {
  const words = values.map((value) => (typeof value === "string" ? value : JSON.stringify(value)));
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}

function withArticle(type: string): string {
  const names: Readonly<Record<string, string>> = {
    string: "a text",
    object: "a mapping",
    record: "a mapping",
    array: "a list",
    number: "a number",
    int: "a whole number",
    boolean: "true or false",
  };
  return names[type] ?? type;
}

/** Keys whose values are words and numbers that nobody keeps secret. */
const SHOWN = new Set<PropertyKey | undefined>([
  "version",
  "port",
  "kind",
  "protection",
  "tls",
  "mode",
  "timeoutMs",
  "strategy",
  "direction",
  "detection",
  "resolution",
  "missed",
  "format",
  "triggers",
]);

/** The value itself only where it cannot be a secret, else its kind. */
function describeFound(value: unknown, path: readonly PropertyKey[]): string {
  if (value === undefined) return "nothing";
  if (value === null) return "an empty value";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a mapping";
  if (SHOWN.has(path.at(-1)) || path[0] === "limits" || path.at(-2) === "events")
    return JSON.stringify(value).slice(0, 40);
  return typeof value === "string" ? "a text" : `a ${typeof value}`;
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const key of path)
    value = isRecord(value) && Object.hasOwn(value, key) ? value[key as string] : undefined;
  return value;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
