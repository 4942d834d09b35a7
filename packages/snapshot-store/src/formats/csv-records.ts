import type { ByteSource } from "@syncline/core";
import { damaged } from "@syncline/core/codec";
import { MAX_ROW_BYTES, ROWS_HINT } from "./row-format.ts";
import { cutShort, readTextBytes, rowTooLong, type TextPiece } from "./text-bytes.ts";

const NEWLINE = 10;
const RETURN = 13;
const QUOTE = 34;
const COMMA = 44;

/** `start`: a field begins. `closed`: behind a quote inside a quoted field: its end, or the first of a pair. */
type Place = "start" | "bare" | "quoted" | "closed";

/**
 * Cuts a CSV file into its records, without their line ends, holding one at a time. Refuses a quote inside a field
 * without quotes, text behind a closing quote, and a file that does not end with a line end.
 */
export async function* readCsvRecords(source: ByteSource, signal: AbortSignal): AsyncGenerator<TextPiece> {
  const scanner = new RecordScanner(source);
  for await (const bytes of readTextBytes(source, signal)) yield* scanner.scan(bytes);
  scanner.end();
}

class RecordScanner {
  readonly #source: ByteSource;
  #place: Place = "start";
  #returned = false;
  #line = 1;
  #offset = 0;
  #record = { line: 1, column: 1, offset: 0 };
  #held: Buffer[] = [];
  #heldBytes = 0;

  constructor(source: ByteSource) {
    this.#source = source;
  }

  *scan(bytes: Buffer): Generator<TextPiece> {
    let from = 0;
    for (let at = 0; at < bytes.length; at += 1) {
      const byte = bytes[at] as number;
      if (byte === NEWLINE) {
        this.#line += 1;
        if (this.#place !== "quoted") {
          yield this.#take(bytes.subarray(from, at));
          from = at + 1;
          this.#record = { line: this.#line, column: 1, offset: this.#offset + from };
          continue;
        }
      }
      this.#step(byte);
    }
    if (from < bytes.length) this.#hold(bytes.subarray(from));
    this.#offset += bytes.length;
  }

  #step(byte: number): void {
    switch (this.#place) {
      case "quoted":
        if (byte === QUOTE) this.#place = "closed";
        return;
      case "start":
        this.#place = byte === QUOTE ? "quoted" : byte === COMMA ? "start" : "bare";
        return;
      case "bare":
        if (byte === COMMA) this.#place = "start";
        else if (byte === QUOTE)
          throw this.#damaged("a quote stands inside a field that does not begin with one");
        return;
      default:
        this.#afterQuote(byte);
    }
  }

  #afterQuote(byte: number): void {
    if (byte === QUOTE && !this.#returned) this.#place = "quoted";
    else if (byte === COMMA && !this.#returned) this.#place = "start";
    else if (byte === RETURN && !this.#returned) this.#returned = true;
    else throw this.#damaged("text stands behind the closing quote of a field");
  }

  #hold(bytes: Buffer): void {
    this.#held.push(bytes);
    this.#heldBytes += bytes.length;
    if (this.#heldBytes > MAX_ROW_BYTES) throw rowTooLong(this.#source, this.#record.line);
  }

  /** The record that ends here, without a carriage return in front of its line feed. */
  #take(rest: Buffer): TextPiece {
    const whole = this.#held.length === 0 ? rest : Buffer.concat([...this.#held, rest]);
    const bytes = whole.at(-1) === RETURN ? whole.subarray(0, -1) : whole;
    this.#held = [];
    this.#heldBytes = 0;
    this.#place = "start";
    this.#returned = false;
    return { bytes, ...this.#record };
  }

  #damaged(problem: string) {
    return damaged({ file: this.#source.name, line: this.#line }, problem, ROWS_HINT);
  }

  end(): void {
    if (this.#place === "quoted")
      throw cutShort(this.#source, this.#record.line, "a quote that closes the last field");
    if (this.#heldBytes > 0)
      throw cutShort(this.#source, this.#line, "a line feed at the end of the last line");
  }
}
