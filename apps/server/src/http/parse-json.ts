import { CodedError } from "@syncline/core";

const MAX_DEPTH = 64;
const FORBIDDEN: ReadonlySet<string> = new Set(["__proto__", "constructor", "prototype"]);

/**
 * JSON from outside: no deeper than 64, objects without a prototype, none of the names that reach one,
 * and only texts that can be stored: no NUL, no half of a character.
 * @throws CodedError `request.invalid`, which quotes nothing of the text
 */
export function parseJson(text: string): unknown {
  if (deeperThan(text, MAX_DEPTH)) throw invalid(`The body is nested deeper than ${MAX_DEPTH} levels.`);
  // Both can only be written as an escape.
  const escaped = text.includes("\\u");
  let unusable = false;
  let forbidden: string | null = null;
  let value: unknown;
  try {
    value = JSON.parse(text, (_key, inner: unknown) => {
      if (escaped && typeof inner === "string") unusable ||= !isUsableText(inner);
      if (typeof inner !== "object" || inner === null || Array.isArray(inner)) return inner;
      for (const name of Object.keys(inner)) {
        if (FORBIDDEN.has(name)) forbidden ??= name;
        if (escaped) unusable ||= !isUsableText(name);
      }
      return Object.assign(Object.create(null), inner) as unknown;
    });
  } catch {
    throw invalid("The body is not JSON.");
  }
  if (unusable) throw invalid("The body has a text with a NUL character or half of a surrogate pair.");
  if (forbidden !== null) throw invalid(`The body has a property named "${forbidden}".`);
  return value;
}

/** PostgreSQL stores neither NUL nor half of a surrogate pair. */
export function isUsableText(text: string): boolean {
  return !text.includes("\0") && text.isWellFormed();
}

/** Counts brackets outside of strings, before anything is built. */
function deeperThan(text: string, limit: number): boolean {
  let depth = 0;
  let quoted = false;
  for (let index = 0; index < text.length; index += 1) {
    const char = text.charCodeAt(index);
    if (quoted) {
      if (char === BACKSLASH) index += 1;
      else if (char === QUOTE) quoted = false;
    } else if (char === QUOTE) quoted = true;
    else if (char === OPEN_BRACE || char === OPEN_BRACKET) {
      depth += 1;
      if (depth > limit) return true;
    } else if (char === CLOSE_BRACE || char === CLOSE_BRACKET) depth -= 1;
  }
  return false;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

function invalid(message: string): CodedError {
  return new CodedError("request.invalid", message, { hint: "Send one JSON document in UTF-8." });
}
