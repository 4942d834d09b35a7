import { CodedError } from "../errors/coded-error.ts";
import { FAKE_KINDS, type FakeKind, type MaskRule } from "./mask-rule.ts";

/** Rules by table as the user wrote it, then by column. */
export type MaskRules = ReadonlyMap<string, ReadonlyMap<string, MaskRule>>;

export const REDACTED_TEXT = "[redacted]";
const MOST_LENGTH = 64;
const FORMS = "hash, fake, keep-format, redact, fixed or null";

/** Reads `{users: {email: {hash: {}}, name: {fake: full-name}, note: null}}`. Throws `mask.invalid` naming the place. */
export function parseMasks(document: unknown, path = "masks"): MaskRules {
  const tables = Object.entries(asObject(document, path, "tables")).map(([table, columns]) => {
    const place = `${path}.${table}`;
    const rules = Object.entries(asObject(columns, place, "columns")).map(
      ([column, rule]) => [column, parseMaskRule(rule, `${place}.${column}`)] as const,
    );
    return [table, new Map(rules)] as const;
  });
  return new Map(tables);
}

/** Reads one rule: a word, null, or an object with one key. Throws `mask.invalid`. */
export function parseMaskRule(document: unknown, path: string): MaskRule {
  if (document === null) return { kind: "null" };
  if (typeof document === "string") return ruleOf(document, null, path);
  const entries = Object.entries(asObject(document, path, FORMS));
  const [entry] = entries;
  if (entry === undefined || entries.length > 1) throw invalid(path, `must have exactly one key: ${FORMS}`);
  return ruleOf(entry[0], entry[1], path);
}

function ruleOf(kind: string, value: unknown, path: string): MaskRule {
  switch (kind) {
    case "hash":
      return hashRule(value, path);
    case "fake":
      return fakeRule(value, path);
    case "keep-format":
      return { kind, domain: domainOf(options(value, ["domain"], path), path) };
    case "redact":
      return { kind, text: redactText(value, path) };
    case "fixed":
      return { kind, value: fixedValue(value, path) };
    case "null":
      return { kind };
    default:
      throw invalid(path, `knows no mask "${kind}"; there are ${FORMS}`);
  }
}

function hashRule(value: unknown, path: string): MaskRule {
  const given = options(value, ["length", "domain"], path);
  const { length = null } = given;
  if (length !== null && !(Number.isInteger(length) && Number(length) >= 1 && Number(length) <= MOST_LENGTH))
    throw invalid(path, `needs a length between 1 and ${MOST_LENGTH}`);
  return { kind: "hash", length: length as number | null, domain: domainOf(given, path) };
}

function fakeRule(value: unknown, path: string): MaskRule {
  const given = typeof value === "string" ? { of: value } : options(value, ["of", "domain"], path);
  const { of } = given as { readonly of?: unknown };
  if (!FAKE_KINDS.includes(of as FakeKind))
    throw invalid(path, `needs one of these fakes: ${FAKE_KINDS.join(", ")}`);
  return { kind: "fake", of: of as FakeKind, domain: domainOf(given, path) };
}

function redactText(value: unknown, path: string): string {
  const given = typeof value === "string" ? { text: value } : options(value, ["text"], path);
  const { text = REDACTED_TEXT } = given as { readonly text?: unknown };
  if (typeof text !== "string" || text.includes("\0")) throw invalid(path, "needs a text without NUL");
  return text;
}

/** Numbers keep their digits only as far as the file's reader kept them, so long ones belong in quotes. */
function fixedValue(value: unknown, path: string): string | null {
  if (value === null || typeof value === "string") {
    if (value?.includes("\0") === true) throw invalid(path, "needs a value without NUL");
    return value;
  }
  if (typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value))) {
    if (typeof value === "number" && !Number.isSafeInteger(value) && Number.isInteger(value))
      throw invalid(path, "needs quotes around a number this long");
    return String(value);
  }
  throw invalid(path, "needs one value: a text, a number, true, false or null");
}

function domainOf(given: Readonly<Record<string, unknown>>, path: string): string | null {
  const { domain = null } = given;
  if (domain !== null && typeof domain !== "string") throw invalid(path, "needs a text as domain");
  return domain;
}

function options(value: unknown, known: readonly string[], path: string): Readonly<Record<string, unknown>> {
  if (value === null || value === undefined) return {};
  const given = asObject(value, path, `options (${known.join(", ")})`);
  const unknown = Object.keys(given).find((key) => !known.includes(key));
  if (unknown !== undefined)
    throw invalid(path, `knows no option "${unknown}"; there are ${known.join(", ")}`);
  return given;
}

function asObject(value: unknown, path: string, what: string): Readonly<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw invalid(path, `must be an object: ${what}`);
  return value as Readonly<Record<string, unknown>>;
}

function invalid(path: string, problem: string): CodedError {
  return new CodedError("mask.invalid", `${path} ${problem}.`, {
    hint: "docs/guides/masking.md shows every form.",
    details: { path },
  });
}
