import type { ByteSource } from "@syncline/core";
import { damaged, unsupported } from "@syncline/core/codec";
import { MAX_ROW_BYTES, ROWS_HINT } from "./row-format.ts";
import { cutShort, readTextBytes, rowTooLong, type TextPiece } from "./text-bytes.ts";

const MAX_DEPTH = 64;
const NEWLINE = 10;
const QUOTE = 34;
const COMMA = 44;
const OPEN = 91;
const BACKSLASH = 92;
const CLOSE = 93;
const CURLY_OPEN = 123;
const CURLY_CLOSE = 125;

/**
 * Cuts one JSON array into the bytes of its items, in any layout, holding one item at a time. What stands inside the
 * items is not judged. Refuses a file that ends inside the array or goes on behind it.
 */
export async function* readJsonItems(source: ByteSource, signal: AbortSignal): AsyncGenerator<TextPiece> {
  const scanner = new ItemScanner(source);
  for await (const bytes of readTextBytes(source, signal)) yield* scanner.scan(bytes);
  scanner.end();
}

/** `start`: before the array. `value`: an item must come. `first`: an item or the end. `next`: a comma or the end. */
type Place = "start" | "first" | "value" | "item" | "next" | "behind";

class ItemScanner {
  readonly #source: ByteSource;
  #place: Place = "start";
  #line = 1;
  #lineStart = 0;
  /** Offset in the file of the current chunk's first byte. */
  #offset = 0;
  #depth = 0;
  #inString = false;
  #escaped = false;
  #held: Buffer[] = [];
  #heldBytes = 0;
  #item = { line: 1, column: 1, offset: 0 };

  constructor(source: ByteSource) {
    this.#source = source;
  }

  *scan(bytes: Buffer): Generator<TextPiece> {
    let from = 0;
    for (let at = 0; at < bytes.length; at += 1) {
      if (this.#inString) {
        at = this.#skipString(bytes, at);
        if (at === bytes.length) break;
        continue;
      }
      const byte = bytes[at] as number;
      if (this.#place === "item") {
        if (this.#endsItem(byte)) {
          yield this.#take(bytes.subarray(from, at));
          this.#place = byte === COMMA ? "value" : "behind";
        } else this.#inside(byte);
      } else if (this.#between(byte, at)) from = at;
      if (byte === NEWLINE) this.#newline(at);
    }
    this.#offset += bytes.length;
    if (this.#place === "item") this.#hold(bytes.subarray(from));
  }

  /** Index of the quote that ends the string, or the chunk's length. */
  #skipString(bytes: Buffer, from: number): number {
    for (let at = from; at < bytes.length; at += 1) {
      const byte = bytes[at];
      if (this.#escaped) this.#escaped = false;
      else if (byte === BACKSLASH) this.#escaped = true;
      else if (byte === QUOTE) {
        this.#inString = false;
        return at;
      }
      if (byte === NEWLINE) this.#newline(at);
    }
    return bytes.length;
  }

  #newline(at: number): void {
    this.#line += 1;
    this.#lineStart = this.#offset + at + 1;
  }

  #endsItem(byte: number): boolean {
    return this.#depth === 0 && (byte === COMMA || byte === CLOSE);
  }

  #inside(byte: number): void {
    if (byte === QUOTE) this.#inString = true;
    else if (byte === CURLY_OPEN || byte === OPEN) this.#deeper();
    else if (byte === CURLY_CLOSE || byte === CLOSE) this.#depth = Math.max(0, this.#depth - 1);
  }

  #deeper(): void {
    this.#depth += 1;
    if (this.#depth <= MAX_DEPTH) return;
    throw unsupported(this.#at(), "values are nested too deeply", "No file of rows nests that deep.");
  }

  /** Handles a byte outside items; true when an item begins with it. */
  #between(byte: number, at: number): boolean {
    if (byte === 32 || byte === NEWLINE || byte === 13 || byte === 9) return false;
    const column = this.#offset + at - this.#lineStart + 1;
    switch (this.#place) {
      case "start":
        if (byte !== OPEN) throw this.#damaged("expected a list of rows, beginning with [", column);
        this.#place = "first";
        return false;
      case "first":
      case "value":
        if (byte === CLOSE && this.#place === "first") {
          this.#place = "behind";
          return false;
        }
        this.#begin(byte, at, column);
        return true;
      default:
        throw this.#damaged("expected nothing more behind the list of rows", column);
    }
  }

  #begin(byte: number, at: number, column: number): void {
    if (byte !== CURLY_OPEN)
      throw this.#damaged("expected a row: an object with the columns' values", column);
    this.#place = "item";
    this.#depth = 1;
    this.#item = { line: this.#line, column, offset: this.#offset + at };
  }

  #hold(bytes: Buffer): void {
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    if (this.#heldBytes > MAX_ROW_BYTES) throw rowTooLong(this.#source, this.#item.line);
  }

  #take(rest: Buffer): TextPiece {
    const bytes = this.#held.length === 0 ? rest : Buffer.concat([...this.#held, rest]);
    this.#held = [];
    this.#heldBytes = 0;
    return { bytes, ...this.#item };
  }

  #at() {
    return { file: this.#source.name, line: this.#line };
  }

  #damaged(problem: string, column: number) {
    return damaged({ ...this.#at(), column }, problem, ROWS_HINT);
  }

  end(): void {
    if (this.#place === "behind") return;
    throw cutShort(
      this.#source,
      this.#line,
      this.#place === "start" ? "a list of rows" : "] at the end of the list",
    );
  }
}
