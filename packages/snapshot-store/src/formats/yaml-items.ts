import type { ByteSource } from "@syncline/core";
import { damaged, unsupported } from "@syncline/core/codec";
import { readLinePieces } from "./line-pieces.ts";
import { MAX_ROW_BYTES, ROWS_HINT } from "./row-format.ts";
import { cutShort, decodePiece, rowTooLong } from "./text-bytes.ts";

/** The lines of one item of a top-level list, each with its line feed. */
export interface YamlItem {
  readonly text: string;
  /** Line of its dash, from 1. */
  readonly line: number;
}

/** Marks the end of the list, without which a list that was cut short looks whole. */
export const YAML_END = "...";

/**
 * Cuts a YAML file into the items of its one list by their indentation, holding one at a time. What stands in an item
 * is not judged. Refuses several documents, directives of another version, and a list in brackets but for `[]`.
 */
export async function* readYamlItems(source: ByteSource, signal: AbortSignal): AsyncGenerator<YamlItem> {
  const splitter = new ItemSplitter(source);
  for await (const piece of readLinePieces(source, signal))
    yield* splitter.split(decodePiece(source, piece), piece.line);
  yield* splitter.end();
}

class ItemSplitter {
  readonly #source: ByteSource;
  /** Spaces in front of the list's dashes; null before the first. */
  #indent: string | null = null;
  #dash = "- ";
  #started = false;
  /** `[]` or `...` was read: only blank lines and comments may follow. */
  #closed = false;
  #text = "";
  #textLine = 1;
  #line = 1;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  *split(text: string, firstLine: number): Generator<YamlItem> {
    this.#line = firstLine;
    let start = 0;
    while (start < text.length) {
      const end = text.indexOf("\n", start) + 1;
      if (this.#beginsItem(text, start)) {
        if (this.#text !== "") yield { text: this.#text, line: this.#textLine };
        this.#text = text.slice(start, end);
        this.#textLine = this.#line;
      } else this.#take(text.slice(start, end));
      this.#line += 1;
      start = end;
    }
  }

  #beginsItem(text: string, start: number): boolean {
    if (this.#indent === null || this.#closed || !text.startsWith(this.#dash, start)) return false;
    return / |\t|\r|\n/.test(text.charAt(start + this.#dash.length));
  }

  /** A line that does not begin an item of the list whose indentation is known. */
  #take(line: string): void {
    const blank = /^[ \t\r\n]*(?:#|$)/.test(line);
    if (this.#indent === null || this.#closed) {
      if (!blank) this.#outside(line);
      return;
    }
    if (!blank && !line.startsWith(`${this.#indent} `)) {
      this.#leave(line);
      return;
    }
    this.#text += line;
    if (this.#text.length > MAX_ROW_BYTES) throw rowTooLong(this.#source, this.#textLine);
  }

  #outside(line: string): void {
    if (this.#closed) throw this.#damaged("expected nothing more behind the list of rows");
    if (/^---(?:[ \t\r\n]|$)/.test(line) && !this.#started && /^---[ \t]*(?:#.*)?\r?\n$/.test(line)) {
      this.#started = true;
      return;
    }
    if (/^%YAML 1\.[12]\s*$/.test(line) && !this.#started) return;
    if (/^\[[ \t]*\][ \t]*(?:#.*)?\r?\n$/.test(line)) {
      this.#closed = true;
      return;
    }
    const item = /^( *)-(?=[ \t\r\n])/.exec(line);
    if (item === null) throw this.#damaged('expected a list of rows, each beginning with "- "');
    this.#indent = item[1] ?? "";
    this.#dash = `${this.#indent}-`;
    this.#text = line;
    this.#textLine = this.#line;
  }

  #leave(line: string): void {
    if (/^\.\.\.(?:[ \t\r\n]|$)/.test(line)) {
      this.#closed = true;
      return;
    }
    if (/^---(?:[ \t\r\n]|$)/.test(line))
      throw unsupported(this.#at(), "a second document begins here", "Keep one list of rows in the file.");
    throw this.#damaged('expected the next row, beginning with "- ", or a line that is indented more');
  }

  *end(): Generator<YamlItem> {
    if (!this.#closed) throw cutShort(this.#source, this.#line, this.#missing);
    if (this.#text !== "") yield { text: this.#text, line: this.#textLine };
  }

  get #missing(): string {
    return this.#text === "" ? "a list of rows, or [] when there are none" : `a last line "${YAML_END}"`;
  }

  #at() {
    return { file: this.#source.name, line: this.#line };
  }

  #damaged(problem: string) {
    return damaged(this.#at(), problem, ROWS_HINT);
  }
}
