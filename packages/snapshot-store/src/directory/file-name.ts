import { createHash } from "node:crypto";
import { parsePatchTableName } from "@syncline/core";

/** Longest name without its suffix; most file systems allow 255 bytes. */
const MAX_LENGTH = 120;
const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d|manifest|schema)(?:\.|$)/i;

/**
 * File names for tables, without suffix: readable for plain names, and for any other name safe on every file system.
 * No two are equal where case does not count. The same tables always get the same names.
 */
export function fileNames(tables: readonly string[]): ReadonlyMap<string, string> {
  const taken = new Set<string>();
  const names = new Map<string, string>();
  // Names in lower case first, so that they keep their plain file.
  for (const table of [...tables].sort(lowerCaseFirst)) {
    let name = fileName(table);
    for (let attempt = 0; taken.has(name.toLowerCase()); attempt += 1)
      name = `${fileName(table)}~${digest(`${attempt}${table}`)}`;
    taken.add(name.toLowerCase());
    names.set(table, name);
  }
  return names;
}

function lowerCaseFirst(a: string, b: string): number {
  const rank = Number(a !== a.toLowerCase()) - Number(b !== b.toLowerCase());
  return rank !== 0 ? rank : a < b ? -1 : 1;
}

function fileName(table: string): string {
  const parsed = parsePatchTableName(table);
  const parts =
    parsed === undefined ? [table] : [...(parsed.schema === null ? [] : [parsed.schema]), parsed.name];
  const name = parts.map(encodePart).join(".");
  const long = name.length > MAX_LENGTH;
  const short = long ? `${name.slice(0, MAX_LENGTH).replace(/%.?$/, "")}~${digest(table)}` : name;
  return RESERVED.test(short) ? `_${short}` : short;
}

/** Everything but letters, digits, `_`, `-` and `$` as `%` and hexadecimal digits of its UTF-8 bytes. */
function encodePart(part: string): string {
  return [...part]
    .map((character) => (/[A-Za-z0-9_$-]/.test(character) ? character : encodeBytes(character)))
    .join("");
}

function encodeBytes(character: string): string {
  return [...Buffer.from(character)].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}
