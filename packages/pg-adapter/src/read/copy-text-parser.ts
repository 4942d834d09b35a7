import type { RowImage, RowValue } from "@syncline/core";

const NEWLINE = 0x0a;
const TAB = 0x09;
const BACKSLASH = 0x5c;
const CAPITAL_N = 0x4e;

/**
 * Turns COPY output in text format into rows of the server's texts. Feed it the chunks in order; a row that ends in a
 * later chunk waits for it, its pieces put together once.
 */
export class CopyTextParser {
  readonly #columns: number;
  #waiting: Buffer[] = [];

  constructor(columns: number) {
    this.#columns = columns;
  }

  /** The rows that end in this chunk. */
  push(chunk: Buffer): RowImage[] {
    const rows: RowImage[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      rows.push(this.#row(this.#line(chunk.subarray(start, end))));
      start = end + 1;
    }
    // The chunk's memory is not ours to keep a view on for long, but a socket's chunks are never written to again.
    if (start < chunk.length) this.#waiting.push(chunk.subarray(start));
    return rows;
  }

  #line(end: Buffer): Buffer {
    if (this.#waiting.length === 0) return end;
    const whole = Buffer.concat([...this.#waiting, end]);
    this.#waiting = [];
    return whole;
  }

  #row(line: Buffer): RowImage {
    if (this.#columns === 0) return [];
    if (!line.includes(BACKSLASH)) return line.toString("utf8").split("\t");
    const fields: RowValue[] = [];
    let start = 0;
    for (let end = line.indexOf(TAB); end !== -1; end = line.indexOf(TAB, start)) {
      fields.push(unescapeField(line.subarray(start, end)));
      start = end + 1;
    }
    fields.push(unescapeField(line.subarray(start)));
    return fields;
  }
}

const ESCAPES = new Map(
  [..."bfnrtv"].map((letter, at) => [letter.charCodeAt(0), "\b\f\n\r\t\v".charCodeAt(at)]),
);

/** `\N` alone is NULL; the text `\N` arrives as `\\N`. Bytes, because a text can be longer than what a RegExp bears. */
function unescapeField(field: Buffer): RowValue {
  let at = field.indexOf(BACKSLASH);
  if (at === -1) return field.toString("utf8");
  if (field.length === 2 && field[1] === CAPITAL_N) return null;
  const out = Buffer.allocUnsafe(field.length);
  let length = field.copy(out, 0, 0, at);
  for (; at < field.length; at += 1) {
    let byte = field[at] as number;
    if (byte === BACKSLASH) {
      at += 1;
      const letter = field[at] as number;
      byte = ESCAPES.get(letter) ?? letter;
    }
    out[length] = byte;
    length += 1;
  }
  return out.toString("utf8", 0, length);
}
