import type { RowValue } from "@syncline/core";
import { damaged, type FilePosition } from "@syncline/core/codec";
import { ROWS_HINT } from "./row-format.ts";

export interface CsvField {
  /** Null for an empty field without quotes. */
  readonly value: RowValue;
  /** From 1, counted in the record. */
  readonly column: number;
}

/** Fields of one record, whose quotes are known to match. */
export function csvFields(text: string, at: FilePosition): readonly CsvField[] {
  const fields: CsvField[] = [];
  let pos = 0;
  for (;;) {
    const start = pos;
    let value: RowValue;
    if (text.charCodeAt(pos) === 34) {
      pos = closingQuote(text, pos + 1);
      value = withoutPairs(text.slice(start + 1, pos));
      pos += 1;
    } else {
      const comma = text.indexOf(",", pos);
      pos = comma < 0 ? text.length : comma;
      value = pos === start ? null : bareValue(text.slice(start, pos), { ...at, column: start + 1 });
    }
    fields.push({ value, column: start + 1 });
    if (pos >= text.length) return fields;
    pos += 1; // the comma
  }
}

/** Long values are changed piece by piece: replacing millions of quotes at once takes a gigabyte and many seconds. */
const PIECE = 64 * 1024;

/** The text with every quote doubled. */
export function withPairs(text: string): string {
  const pieces: string[] = [];
  for (let from = 0; from < text.length; from += PIECE)
    pieces.push(
      text
        .slice(from, from + PIECE)
        .split('"')
        .join('""'),
    );
  return pieces.length === 1 ? (pieces[0] as string) : pieces.join("");
}

/** The same back; every quote is one of a pair. */
function withoutPairs(text: string): string {
  const pieces: string[] = [];
  for (let from = 0; from < text.length; ) {
    let to = Math.min(from + PIECE, text.length);
    let quotes = 0;
    while (to - quotes > from && text.charCodeAt(to - 1 - quotes) === 34) quotes += 1;
    to += quotes % 2; // never between the two of a pair
    pieces.push(text.slice(from, to).split('""').join('"'));
    from = to;
  }
  return pieces.length === 1 ? (pieces[0] as string) : pieces.join("");
}

function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from);
  while (text.charCodeAt(at + 1) === 34) at = text.indexOf('"', at + 2);
  return at;
}

function bareValue(value: string, at: FilePosition): string {
  if (!value.includes("\r")) return value;
  throw damaged(at, "a carriage return stands outside quotes", ROWS_HINT);
}
