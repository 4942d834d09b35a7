import { CodedError } from "../errors/coded-error.ts";

/** A JSON value with its digits untouched; `at` is its index in the text. */
export type JsonNode =
  | { readonly kind: "null"; readonly at: number }
  | { readonly kind: "boolean"; readonly value: boolean; readonly at: number }
  | { readonly kind: "number"; readonly text: string; readonly at: number }
  | { readonly kind: "string"; readonly value: string; readonly at: number }
  | { readonly kind: "array"; readonly items: readonly JsonNode[]; readonly at: number }
  | { readonly kind: "object"; readonly entries: ReadonlyMap<string, JsonNode>; readonly at: number };

const MAX_DEPTH = 64;
const MAX_LENGTH = 4 * 1024 * 1024;

const WHITESPACE = /[ \t\n\r]*/y;
const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;

/**
 * Reads JSON without turning digits into numbers; refuses repeated keys, nesting over 64 and texts over 4 MiB.
 * Throws `filter.invalid` with line, column and an excerpt.
 */
export function readJson(text: string): JsonNode {
  if (text.length > MAX_LENGTH)
    throw new CodedError("filter.invalid", `The filter is longer than ${MAX_LENGTH} characters.`);
  return new Reader(text).readDocument();
}

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  readDocument(): JsonNode {
    this.#takeText("\uFEFF"); // editors put a byte order mark at the start of a file
    this.#skipWhitespace();
    if (this.#at === this.#text.length)
      throw this.#unexpected('a JSON object such as {"where": {"status": "active"}}');
    const node = this.#readValue(0);
    this.#skipWhitespace();
    if (this.#at < this.#text.length) throw this.#unexpected("the end of the filter");
    return node;
  }

  #readValue(depth: number): JsonNode {
    const at = this.#at;
    if (depth > MAX_DEPTH) throw jsonError(this.#text, at, `nesting is deeper than ${MAX_DEPTH} levels`);
    const character = this.#text.charAt(at);
    if (character === "{") return { kind: "object", entries: this.#readEntries(depth), at };
    if (character === "[") return { kind: "array", items: this.#readItems(depth), at };
    if (character === '"') return { kind: "string", value: this.#readString("a string"), at };
    return this.#readWord(at);
  }

  #readWord(at: number): JsonNode {
    const number = this.#take(NUMBER);
    if (number !== null) return { kind: "number", text: number, at };
    if (this.#takeText("null")) return { kind: "null", at };
    if (this.#takeText("true")) return { kind: "boolean", value: true, at };
    if (this.#takeText("false")) return { kind: "boolean", value: false, at };
    throw this.#unexpected("a JSON value");
  }

  #readEntries(depth: number): ReadonlyMap<string, JsonNode> {
    const entries = new Map<string, JsonNode>();
    this.#at++;
    this.#skipWhitespace();
    if (this.#takeText("}")) return entries;
    do {
      this.#skipWhitespace();
      const at = this.#at;
      const key = this.#readString("a key in double quotes");
      if (entries.has(key))
        throw jsonError(this.#text, at, `the key ${JSON.stringify(key)} stands there twice`);
      this.#skipWhitespace();
      if (!this.#takeText(":")) throw this.#unexpected('":"');
      this.#skipWhitespace();
      entries.set(key, this.#readValue(depth + 1));
      this.#skipWhitespace();
    } while (this.#takeText(","));
    if (!this.#takeText("}")) throw this.#unexpected('"," or "}"');
    return entries;
  }

  #readItems(depth: number): readonly JsonNode[] {
    const items: JsonNode[] = [];
    this.#at++;
    this.#skipWhitespace();
    if (this.#takeText("]")) return items;
    do {
      this.#skipWhitespace();
      items.push(this.#readValue(depth + 1));
      this.#skipWhitespace();
    } while (this.#takeText(","));
    if (!this.#takeText("]")) throw this.#unexpected('"," or "]"');
    return items;
  }

  #readString(expected: string): string {
    if (this.#text.charAt(this.#at) !== '"') throw this.#unexpected(expected);
    const end = this.#stringEnd();
    const value = end === null ? null : parseStringLiteral(this.#text.slice(this.#at, end));
    if (end === null || value === null) {
      throw jsonError(
        this.#text,
        this.#at,
        "this string has no end, a bare control character or an unknown escape",
      );
    }
    this.#at = end;
    return value;
  }

  /** Index after the closing quote. A loop, because a regular expression over megabytes backtracks or overflows. */
  #stringEnd(): number | null {
    for (let index = this.#at + 1; index < this.#text.length; index++) {
      const character = this.#text.charAt(index);
      if (character === '"') return index + 1;
      if (character === "\\") index++;
    }
    return null;
  }

  #take(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined || found === "") return null;
    this.#at += found.length;
    return found;
  }

  #takeText(expected: string): boolean {
    if (!this.#text.startsWith(expected, this.#at)) return false;
    this.#at += expected.length;
    return true;
  }

  #skipWhitespace(): void {
    this.#take(WHITESPACE);
  }

  #unexpected(expected: string): CodedError {
    const found =
      this.#at < this.#text.length
        ? JSON.stringify(String.fromCodePoint(this.#text.codePointAt(this.#at) ?? 0))
        : "the end";
    return jsonError(this.#text, this.#at, `expected ${expected}, found ${found}`);
  }
}

/** The text of a JSON string, or null when it is not one. */
function parseStringLiteral(literal: string): string | null {
  try {
    return JSON.parse(literal) as string;
  } catch {
    return null;
  }
}

/** 1-based line and column of an index. */
export function positionOf(text: string, index: number): { readonly line: number; readonly column: number } {
  const before = text.slice(0, index).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

const EXCERPT = 60;

function jsonError(text: string, index: number, problem: string): CodedError {
  const { line, column } = positionOf(text, index);
  return new CodedError(
    "filter.invalid",
    `The filter is not valid JSON at line ${line}, column ${column}: ${problem}.\n${excerpt(text, index)}`,
    {
      hint: 'A filter looks like {"where": {"status": "active", "age": {"$gte": 18}}}; keys and texts stand in double quotes.',
      details: { line, column },
    },
  );
}

/** The line around the index with a caret below it. */
function excerpt(text: string, index: number): string {
  const start = Math.max(text.lastIndexOf("\n", index - 1) + 1, index - EXCERPT);
  const newline = text.indexOf("\n", index);
  const end = Math.min(newline < 0 ? text.length : newline, index + EXCERPT);
  const line = text.slice(start, end).replace(/[\t\r]/g, " ");
  return `  ${line}\n  ${" ".repeat(index - start)}^`;
}
