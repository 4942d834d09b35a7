import type { CodedError } from "../../errors/coded-error.ts";
import { damaged, type FilePosition, unsupported } from "./file-position.ts";

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const NOT_STORABLE = /\0|\p{Surrogate}/u;
const SPACE = 32;
const QUOTE = 34;

/** A JSON number with all its digits. */
export class JsonNumber {
  readonly digits: string;
  constructor(digits: string) {
    this.digits = digits;
  }
}

export type JsonValue = null | boolean | string | JsonNumber | readonly JsonValue[] | JsonObject;
export type JsonObject = ReadonlyMap<string, JsonValue>;

/**
 * Strict, lossless reading of one JSON text: numbers keep their digits, a repeated key is refused, and so is text that
 * PostgreSQL cannot hold (NUL, half a surrogate pair). Rows are read by its callers token by token.
 */
export class JsonCursor {
  readonly text: string;
  readonly #at: FilePosition;
  readonly #firstColumn: number;
  readonly #hint: string | undefined;
  pos = 0;
  /** First backslash at or behind `#searchedFrom`; a cursor may be set back before it. */
  #nextBackslash = -1;
  #searchedFrom = 0;

  /** `at.column` is the column of the text's first character, 1 when left out; `hint` is what errors advise. */
  constructor(text: string, at: FilePosition, hint?: string) {
    this.text = text;
    this.#at = at;
    this.#firstColumn = at.column ?? 1;
    this.#hint = hint;
  }

  position(offset = this.pos): FilePosition {
    const before = this.text.slice(0, offset);
    const newline = before.lastIndexOf("\n");
    if (newline < 0) return { ...this.#at, column: this.#firstColumn + offset };
    return { ...this.#at, line: this.#at.line + before.split("\n").length - 1, column: offset - newline };
  }

  damaged(problem: string, offset = this.pos): CodedError {
    return damaged(this.position(offset), problem, this.#hint);
  }

  skipSpace(): void {
    let code = this.text.charCodeAt(this.pos);
    while (code === SPACE || code === 10 || code === 13 || code === 9) {
      this.pos += 1;
      code = this.text.charCodeAt(this.pos);
    }
  }

  /** The next character after white space, "" at the end. */
  peek(): string {
    this.skipSpace();
    return this.text.charAt(this.pos);
  }

  expect(token: string): void {
    this.skipSpace();
    if (!this.text.startsWith(token, this.pos)) throw this.damaged(`expected ${describeToken(token)}`);
    this.pos += token.length;
  }

  /** Takes the token when it comes next. */
  accept(token: string): boolean {
    this.skipSpace();
    if (!this.text.startsWith(token, this.pos)) return false;
    this.pos += token.length;
    return true;
  }

  expectEnd(): void {
    this.skipSpace();
    if (this.pos !== this.text.length) throw this.damaged("expected nothing more here");
  }

  string(): string {
    this.skipSpace();
    if (this.text.charCodeAt(this.pos) !== QUOTE) throw this.damaged("expected a string");
    const start = this.pos + 1;
    const end = this.text.indexOf('"', start);
    if (end < 0) throw this.damaged("a string does not end");
    if (this.#nextBackslash < start || start < this.#searchedFrom) this.#findBackslash(start);
    if (this.#nextBackslash > end) {
      this.pos = end + 1;
      return this.text.slice(start, end);
    }
    return this.#escapedString(end);
  }

  #findBackslash(from: number): void {
    const found = this.text.indexOf("\\", from);
    this.#searchedFrom = from;
    this.#nextBackslash = found < 0 ? Number.POSITIVE_INFINITY : found;
  }

  #escapedString(firstQuote: number): string {
    const start = this.pos;
    let end = firstQuote;
    while (this.#isEscaped(end)) {
      end = this.text.indexOf('"', end + 1);
      if (end < 0) throw this.damaged("a string does not end");
    }
    this.pos = end + 1;
    this.#findBackslash(this.pos);
    return this.#unescape(start, end + 1);
  }

  #isEscaped(quote: number): boolean {
    let backslashes = 0;
    while (this.text.charAt(quote - 1 - backslashes) === "\\") backslashes += 1;
    return backslashes % 2 === 1;
  }

  #unescape(start: number, end: number): string {
    let value: string;
    try {
      value = JSON.parse(this.text.slice(start, end)) as string;
    } catch {
      throw this.damaged("a string holds an unknown escape", start);
    }
    if (NOT_STORABLE.test(value))
      throw this.damaged("a string holds a character that PostgreSQL cannot store", start);
    return value;
  }

  /** The digits of a number as they stand. */
  digits(): string {
    this.skipSpace();
    NUMBER.lastIndex = this.pos;
    const found = NUMBER.exec(this.text);
    if (found === null) throw this.damaged("expected a value");
    this.pos += found[0].length;
    return found[0];
  }

  /** Any value, no deeper than `depth` levels. */
  value(depth: number): JsonValue {
    const next = this.peek();
    if (next === "{") return this.object(depth);
    if (next === "[") return this.#array(depth);
    if (next === '"') return this.string();
    if (this.accept("null")) return null;
    if (this.accept("true")) return true;
    if (this.accept("false")) return false;
    return new JsonNumber(this.digits());
  }

  object(depth: number): JsonObject {
    this.#checkDepth(depth);
    const members = new Map<string, JsonValue>();
    this.members((key) => void members.set(key, this.value(depth - 1)));
    return members;
  }

  /** Calls back at each value of an object, which the callback must read; refuses a repeated key. */
  members(read: (key: string, offset: number) => void): void {
    this.expect("{");
    if (this.accept("}")) return;
    const seen = new Set<string>();
    do {
      this.skipSpace();
      const offset = this.pos;
      const key = this.string();
      if (seen.has(key)) throw this.damaged("a name is repeated in one object", offset);
      seen.add(key);
      this.expect(":");
      read(key, offset);
    } while (this.accept(","));
    this.expect("}");
  }

  #array(depth: number): readonly JsonValue[] {
    this.#checkDepth(depth);
    this.expect("[");
    if (this.accept("]")) return [];
    const items: JsonValue[] = [];
    do items.push(this.value(depth - 1));
    while (this.accept(","));
    this.expect("]");
    return items;
  }

  #checkDepth(depth: number): void {
    if (depth > 0) return;
    throw unsupported(
      this.position(),
      "values are nested too deeply",
      "No file of this kind nests that deep; check where it comes from.",
    );
  }
}

function describeToken(token: string): string {
  return token.startsWith('"') ? token : `"${token}"`;
}
