import type { RowImage, RowValue } from "@syncline/core";

const NEWLINE = 0x0a;

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

  #line(end: Buffer): string {
    if (this.#waiting.length === 0) return end.toString("utf8");
    const whole = Buffer.concat([...this.#waiting, end]);
    this.#waiting = [];
    return whole.toString("utf8");
  }

  #row(line: string): RowImage {
    if (this.#columns === 0) return [];
    const fields = line.split("\t");
    return line.includes("\\") ? fields.map(unescapeField) : fields;
  }
}

const ESCAPES: Readonly<Record<string, string>> = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t", v: "\v" };

/** `\N` alone is NULL; the text `\N` arrives as `\\N`. */
function unescapeField(field: string): RowValue {
  if (field === "\\N") return null;
  if (!field.includes("\\")) return field;
  return field.replace(/\\(.)/gs, (_, letter: string) => ESCAPES[letter] ?? letter);
}
