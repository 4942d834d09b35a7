import { utf8Length } from "../values/text-bytes.ts";
import { suggest } from "./filter-error.ts";
import type { JsonNode } from "./json-reader.ts";
import { type Accepted, accepted, type Refused, refused } from "./literal-result.ts";

/** Characters that PostgreSQL can store: no NUL, no half of a surrogate pair. */
export function isStorable(text: string): boolean {
  return !/\0|\p{Cs}/u.test(text);
}

export function textLiteral(text: string, maxCharacters: number | null): Accepted | Refused {
  if (!isStorable(text)) return refused("a text without NUL and half surrogate pairs");
  if (maxCharacters !== null && [...text].length > maxCharacters)
    return refused(`a text of at most ${maxCharacters} characters`);
  return accepted(text);
}

export function nameLiteral(text: string): Accepted | Refused {
  return isStorable(text) && utf8Length(text) <= 63 ? accepted(text) : refused("a name of at most 63 bytes");
}

/** PostgreSQL's `"char"`: one byte, or nothing. */
export function byteCharLiteral(text: string): Accepted | Refused {
  return /^[\u0001-\u007f]?$/.test(text) ? accepted(text) : refused("one ASCII character");
}

export function labelLiteral(text: string, labels: readonly string[]): Accepted | Refused {
  if (labels.includes(text)) return accepted(text);
  const shown = labels.slice(0, 20).map((label) => JSON.stringify(label));
  return refused(
    `one of ${shown.join(", ")}${labels.length > shown.length ? ", …" : ""}${suggest(text, labels).replace("?", "")}`,
  );
}

export function uuidLiteral(text: string): Accepted | Refused {
  const canonical = /^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/;
  return canonical.test(text)
    ? accepted(text.toLowerCase())
    : refused('a uuid such as "6f1c2d3e-4a5b-4c6d-8e7f-0123456789ab"');
}

export function bytesLiteral(text: string): Accepted | Refused {
  return /^\\x(?:[0-9a-fA-F]{2})*$/.test(text)
    ? accepted(text)
    : refused('bytes in hexadecimal such as "\\\\x00ff"');
}

/** `fixed`: as many bits as the column has; otherwise at most as many. */
export function bitsLiteral(
  text: string,
  options: { readonly length: number | null; readonly fixed: boolean },
): Accepted | Refused {
  const { length, fixed } = options;
  const fits = length === null || (fixed ? text.length === length : text.length <= length);
  return /^[01]*$/.test(text) && fits
    ? accepted(text)
    : refused(`${length === null ? "" : fixed ? `${length} ` : `at most ${length} `}bits such as "0101"`);
}

/** JSON text for a jsonb column: any JSON value but SQL's NULL. */
export function jsonLiteral(node: JsonNode): Accepted | Refused {
  const text = writeJson(node);
  return text === null ? refused("a JSON value without NUL and half surrogate pairs") : accepted(text);
}

/** Null when a text in it cannot be stored in jsonb. */
function writeJson(node: JsonNode): string | null {
  switch (node.kind) {
    case "null":
      return "null";
    case "boolean":
      return String(node.value);
    case "number":
      return node.text;
    case "string":
      return isStorable(node.value) ? JSON.stringify(node.value) : null;
    case "array":
      return joined(node.items.map(writeJson), "[", "]");
    case "object":
      return joined(
        [...node.entries].map(([key, value]) => writeEntry(key, value)),
        "{",
        "}",
      );
  }
}

function writeEntry(key: string, value: JsonNode): string | null {
  const written = writeJson(value);
  return written === null || !isStorable(key) ? null : `${JSON.stringify(key)}:${written}`;
}

function joined(parts: readonly (string | null)[], open: string, close: string): string | null {
  return parts.includes(null) ? null : `${open}${parts.join(",")}${close}`;
}
