const QUOTE = 0x27;
const DOUBLE_QUOTE = 0x22;
const BACKSLASH = 0x5c;
const DOLLAR = 0x24;
const SEMICOLON = 0x3b;
const LINE_FEED = 0x0a;
const MAX_WORD = 64;

/** Where a scan stopped: at the end of a statement, of the bytes, or at a backslash outside of everything. */
export type ScanEnd = "statement" | "more" | "backslash";

type Inside =
  | { readonly kind: "nothing" }
  | { readonly kind: "string"; readonly escapes: boolean }
  | { readonly kind: "identifier" }
  | { readonly kind: "dollar"; readonly tag: Buffer }
  | { readonly kind: "line comment" }
  | { readonly kind: "block comment"; depth: number };

const NOTHING: Inside = { kind: "nothing" };

/**
 * Finds the end of one SQL statement in bytes that grow: semicolons inside quotes, comments, parentheses and the
 * BEGIN … END of a function's body do not count. As psql's own scanner (src/fe_utils/psqlscan.l) with
 * standard_conforming_strings on. Positions are relative to the statement's first byte.
 */
export class StatementScanner {
  /** How far the bytes have been looked at. */
  position = 0;
  /** Position of the first byte that is neither space nor comment, or null. */
  start: number | null = null;
  #inside: Inside = NOTHING;
  #parentheses = 0;
  #begins = 0;
  #words: string[] = [];

  /** Whether the bytes so far end inside quotes or a block comment. */
  get isOpen(): boolean {
    return this.#inside.kind !== "nothing" && this.#inside.kind !== "line comment";
  }

  /** Goes on from `position`. `ended` says that no bytes will follow. */
  scan(bytes: Buffer, ended: boolean): ScanEnd {
    while (this.position < bytes.length) {
      const step = this.#inside.kind === "nothing" ? this.#outside(bytes, ended) : this.#within(bytes, ended);
      if (step !== "on") return step;
    }
    return "more";
  }

  #outside(bytes: Buffer, ended: boolean): ScanEnd | "on" {
    const byte = bytes[this.position] ?? 0;
    const next = bytes[this.position + 1];
    if (isSpace(byte)) return this.#advance(1);
    if (needsNext(byte) && next === undefined && !ended) return "more";
    if (byte === 0x2d && next === 0x2d) return this.#enter({ kind: "line comment" }, 2, false);
    if (byte === 0x2f && next === 0x2a) return this.#enter({ kind: "block comment", depth: 1 }, 2, false);
    if (byte === BACKSLASH) return "backslash";
    this.start ??= this.position;
    if (byte === QUOTE) return this.#enter({ kind: "string", escapes: false }, 1);
    if (byte === DOUBLE_QUOTE) return this.#enter({ kind: "identifier" }, 1);
    if ((byte === 0x45 || byte === 0x65) && next === QUOTE)
      return this.#enter({ kind: "string", escapes: true }, 2);
    if (byte === DOLLAR) return this.#dollar(bytes, ended);
    if (isWordStart(byte)) return this.#word(bytes, ended);
    return this.#punctuation(byte);
  }

  #punctuation(byte: number): ScanEnd | "on" {
    if (byte === 0x28) this.#parentheses += 1;
    if (byte === 0x29) this.#parentheses = Math.max(0, this.#parentheses - 1);
    this.position += 1;
    return byte === SEMICOLON && this.#parentheses === 0 && this.#begins === 0 ? "statement" : "on";
  }

  #within(bytes: Buffer, ended: boolean): ScanEnd | "on" {
    const inside = this.#inside;
    switch (inside.kind) {
      case "string":
        return inside.escapes ? this.#escapedString(bytes, ended) : this.#leaveAt(bytes, QUOTE);
      case "identifier":
        return this.#leaveAt(bytes, DOUBLE_QUOTE);
      case "line comment":
        return this.#leaveAt(bytes, LINE_FEED);
      case "dollar":
        return this.#dollarEnd(bytes, inside.tag);
      case "block comment":
        return this.#blockComment(bytes, ended, inside);
      case "nothing":
        return "on";
    }
  }

  /** A doubled quote leaves and enters again, which comes to the same. */
  #leaveAt(bytes: Buffer, end: number): ScanEnd | "on" {
    const found = bytes.indexOf(end, this.position);
    this.position = found === -1 ? bytes.length : found + 1;
    if (found === -1) return "more";
    this.#inside = NOTHING;
    return "on";
  }

  #escapedString(bytes: Buffer, ended: boolean): ScanEnd | "on" {
    for (; this.position < bytes.length; this.position += 1) {
      const byte = bytes[this.position];
      if (byte !== BACKSLASH && byte !== QUOTE) continue;
      const next = bytes[this.position + 1];
      if (next === undefined && !ended) return "more";
      if (byte === QUOTE && next !== QUOTE) return this.#enter(NOTHING, 1);
      this.position += 1;
    }
    return "more";
  }

  #dollar(bytes: Buffer, ended: boolean): ScanEnd | "on" {
    let end = this.position + 1;
    while (end < bytes.length && isTagByte(bytes[end] ?? 0, end === this.position + 1)) end += 1;
    if (end === bytes.length && !ended && end - this.position < MAX_WORD * 4) return "more";
    if (bytes[end] !== DOLLAR) return this.#advance(1);
    const tag = Buffer.from(bytes.subarray(this.position, end + 1));
    return this.#enter({ kind: "dollar", tag }, tag.length);
  }

  #dollarEnd(bytes: Buffer, tag: Buffer): ScanEnd | "on" {
    const found = bytes.indexOf(tag, this.position);
    if (found !== -1) {
      this.position = found;
      return this.#enter(NOTHING, tag.length);
    }
    this.position = Math.max(this.position, bytes.length - tag.length + 1);
    return "more";
  }

  #blockComment(bytes: Buffer, ended: boolean, comment: { depth: number }): ScanEnd | "on" {
    for (; this.position < bytes.length; this.position += 1) {
      const [byte, next] = [bytes[this.position], bytes[this.position + 1]];
      if (byte !== 0x2a && byte !== 0x2f) continue;
      if (next === undefined && !ended) return "more";
      if (byte === 0x2f && next === 0x2a) comment.depth += 1;
      else if (byte === 0x2a && next === 0x2f) comment.depth -= 1;
      else continue;
      this.position += 1;
      if (comment.depth === 0) return this.#enter(NOTHING, 1, false);
    }
    return "more";
  }

  #word(bytes: Buffer, ended: boolean): ScanEnd | "on" {
    let end = this.position + 1;
    while (end < bytes.length && isWordByte(bytes[end] ?? 0)) end += 1;
    if (end === bytes.length && !ended && end - this.position < MAX_WORD) return "more";
    this.#count(
      bytes.toString("latin1", this.position, Math.min(end, this.position + MAX_WORD)).toLowerCase(),
    );
    this.position = end;
    return "on";
  }

  /** `BEGIN ATOMIC` bodies hold statements of their own. */
  #count(word: string): void {
    if (this.#words.length < 4) this.#words.push(word);
    const [first, second, third, fourth] = this.#words;
    const makes = second === "or" && third === "replace" ? fourth : second;
    if (first !== "create" || (makes !== "function" && makes !== "procedure") || this.#parentheses > 0)
      return;
    if (word === "begin" || (word === "case" && this.#begins > 0)) this.#begins += 1;
    if (word === "end" && this.#begins > 0) this.#begins -= 1;
  }

  #enter(inside: Inside, count: number, starts = true): "on" {
    if (starts) this.start ??= this.position;
    this.#inside = inside;
    return this.#advance(count);
  }

  #advance(count: number): "on" {
    this.position += count;
    return "on";
  }
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

/** Bytes that mean something else together with the one after them. */
function needsNext(byte: number): boolean {
  return byte === 0x2d || byte === 0x2f || byte === 0x45 || byte === 0x65;
}

function isWordStart(byte: number): boolean {
  return byte >= 0x80 || byte === 0x5f || (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a);
}

function isWordByte(byte: number): boolean {
  return isWordStart(byte) || byte === DOLLAR || (byte >= 0x30 && byte <= 0x39);
}

function isTagByte(byte: number, first: boolean): boolean {
  return isWordStart(byte) || (!first && byte >= 0x30 && byte <= 0x39);
}
